"""Where a request of the user's stands, in one line each."""

from sqlalchemy import select

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import deals, training
from bot.skills.deal_words import Said
from core.i18n import chinese_time
from models import Case, CaseStatus
from services.catalogue import find_service
from services.deals.enquiring import LETTERS as DEAL_LETTERS
from services.training.seats import LETTERS

SHOWN = 3


def show_progress(context: TurnContext) -> Reply:
    """The case that was named, else the user's latest ones. A stranger's number looks like an unknown one."""
    number = context.understanding.slots.get("case_number")
    if number and str(number).startswith(LETTERS):
        return training.show_numbered(context, str(number))
    if number and str(number).startswith(DEAL_LETTERS):
        return deals.show_one(context, Said("", str(number)))
    own = select(Case).where(Case.user_id == context.user_id).order_by(Case.id.desc()).limit(SHOWN)
    cases = list(context.session.scalars(own.where(Case.number == number) if number else own))
    if not cases:
        missing = f"没有查到您名下的单号 {number}。" if number else "您名下还没有办理中的单子。"
        return Reply(missing + "要找专员就说“转人工”。", choices=(Choice("转人工", "转人工"),))
    return Reply("\n".join(_line(case, context) for case in cases))


def _line(case: Case, context: TurnContext) -> str:
    who = case.assignee.display_name if case.assignee else "专员"
    promised = chinese_time(case.promised_at, context.now)
    service = find_service(case.kind)
    if service is not None:
        return f"{case.number} {service.name}:{service.stage(case.stage).says}"
    if case.status == CaseStatus.CLOSED:
        return f"{case.number}:已办结。"
    if case.first_reply_at is not None:
        return f"{case.number}:{who}在处理。"
    if case.status == CaseStatus.ACCEPTED:
        return f"{case.number}:{who}已接单,{promised}前回复您。"
    return f"{case.number}:正在安排专员,{promised}前回复您。"
