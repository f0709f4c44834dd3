"""What one applicant holds: a few lines above the list of its patents."""

import re
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Reply
from bot.skills.patent_filters import PAGE_SIZE, is_empty, without
from core.errors import UpstreamUnavailable
from models import Conversation, Platform, User
from models.patent import LegalStatus
from nlp.ipc_names import subclass_name
from nlp.types import PatentQuery
from services.patent_words import KIND_NAMES, STATUS_NAMES
from services.portfolio_pictures import request_chart
from services.portfolios import MOST_NAMES, Portfolio, count_portfolio

RECENT_YEARS = 5
FIELDS_SHOWN = 3
LONGEST_QUESTION = 40
WHICH_COMPANY = "您公司的全称是什么?发给我就查,比如“某某科技有限公司的专利”。"
STATES = (LegalStatus.ACTIVE, LegalStatus.PENDING, LegalStatus.LAPSED)
RIGHTS = r"(?:发明)?专利"
ASKS_HOLDING = re.compile(
    rf"(?:请|麻烦|能)?(?:帮我|给我)?(?:查询|查看|查|看看|看|了解|说说|统计)?(?:一?下)?"
    rf"(?P<who>.{{2,30}}?)(?:目前|现在|名下|手里|一共|总共|都|的){{0,3}}"
    rf"(?:{RIGHTS}(?:的)?(?:布局|情况|概况|概览|家底|储备|实力|数量|总量|总数|分布|持有情况|申请情况|申请趋势|组合)"
    rf"|有(?:多少|几)(?:件|个|项)?{RIGHTS}|有哪些{RIGHTS}|{RIGHTS}(?:一共|总共)?有(?:多少|几)[件个项]?)"
    r"(?:怎么样|怎样|如何|是什么样的?|是什么|是多少|呢|吗|啊)*"
)
OWN_COMPANY = re.compile(r"(?:我|我们|咱们?|本)(?:的)?(?:公司|司|企业|单位|厂|家公司)")


def own_company(context: TurnContext) -> str | None:
    """The company that the user told us they act for."""
    user = context.session.get(User, context.user_id)
    return user.company.name if user is not None and user.company is not None else None


def asked_applicant(context: TurnContext, text: str) -> str | None:
    """Whose patents are asked for as a whole: 比亚迪的专利布局, 某某公司专利情况; "" for the user's own company. None
    where the sentence asks for something else."""
    asked = ASKS_HOLDING.fullmatch(text) if len(text) <= LONGEST_QUESTION else None
    if asked is None:
        return None
    if OWN_COMPANY.fullmatch(asked["who"]):
        return ""
    # Said as a plain search, the name is found by the rules for applicants.
    slots = context.resources.understander.understand(f"{asked['who']}的专利", at=context.today).slots
    name = slots.get("applicant") or slots.get("company")
    return name if name and set(slots) <= {"applicant", "company"} else None


def query_for(applicant: str) -> PatentQuery:
    """The search for all that an applicant holds."""
    return PatentQuery(applicant=applicant, limit=PAGE_SIZE)


def is_whole(query: PatentQuery) -> bool:
    """Whether the query asks for everything that one applicant holds, and shows its beginning."""
    return (
        bool(query.applicant) and query.offset == 0 and is_empty(replace(without(query, "applicant"), applicant=None))
    )


def find_portfolio(context: TurnContext, query: PatentQuery) -> Portfolio | None:
    """The counts, None where there are none or the index does not tell them: the list does without."""
    try:
        return count_portfolio(context.session, context.resources.patent_search, query.applicant or "")
    except UpstreamUnavailable:
        return None


def opened_by(reply: Reply, portfolio: Portfolio, context: TurnContext) -> Reply:
    """The list below its summary; in a WeChat chat the years follow as a picture, from a job."""
    opened = replace(reply, text=f"{summary(portfolio, context.today)}\n{reply.text}")
    if context.platform != Platform.OFFICIAL_ACCOUNT or not portfolio.has_course:
        return opened

    def ask_for_chart(session: Session, conversation: Conversation) -> Reply:
        request_chart(session, conversation_id=conversation.id, now=context.now)
        return opened

    return replace(opened, on_commit=ask_for_chart)


def summary(portfolio: Portfolio, today: date) -> str:
    """At most four short lines: how many, of which kind and state, when filed, in which fields."""
    lines = (_holdings(portfolio), _kinds(portfolio), _years(portfolio, today), _fields(portfolio))
    return "\n".join(line for line in lines if line)


def _holdings(portfolio: Portfolio) -> str:
    count = len(portfolio.names)
    if count > 1:
        several = f"{count}个" if count < MOST_NAMES else f"至少{MOST_NAMES}个"
        return f"库里收录名称含“{portfolio.applicant}”的申请人{several},共{portfolio.total}件专利。"
    name = portfolio.names[0] if portfolio.names else portfolio.applicant
    return f"库里收录{name}的专利{portfolio.total}件,不一定是全部。"


def _kinds(portfolio: Portfolio) -> str:
    kinds = [f"{KIND_NAMES.get(kind, kind)}{count}件" for kind, count in portfolio.by_kind]
    states = [f"{STATUS_NAMES[state]}{portfolio.in_state(state)}件" for state in STATES if portfolio.in_state(state)]
    return ";".join(" · ".join(part) for part in (kinds, states) if part) + "。"


def _years(portfolio: Portfolio, today: date) -> str:
    years = range(today.year - RECENT_YEARS + 1, today.year + 1)
    counted = [f"{year}年{portfolio.filed_in(year)}件" for year in years if portfolio.filed_in(year)]
    # An invention is published 18 months after it was filed (Patent Law, art. 34).
    shown = " · ".join(counted) if counted else "还没有收录到"
    return f"近{RECENT_YEARS}年申请:{shown}。新申请多数还没公开。"


def _fields(portfolio: Portfolio) -> str:
    shown = [_field(code, count) for code, count in portfolio.by_field[:FIELDS_SHOWN]]
    return f"主要方向:{' · '.join(shown)}。" if shown else ""


def _field(code: str, count: int) -> str:
    name = subclass_name(code)
    return f"{name}({code}){count}件" if name else f"{code} {count}件"
