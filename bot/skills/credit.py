"""A firm's credit in chat: 我的信用 shows it, 第1条有异议:… and 第1条申请修复:… answer an event."""

import re
from functools import partial

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from core.errors import AppError
from models import Conversation, CreditEvent, CreditKind, PleaKind
from nlp.slots.numerals import read_number
from services.credit.access import list_own_companies
from services.credit.pleas import may_plead, plead
from services.credit.record import CreditRecord, read_record
from services.credit.settings import credit_settings
from services.credit.telling import HOW
from services.credit.wording import (
    BAND_NAMES,
    KIND_NAMES,
    MINE,
    said_effects,
    said_kept_deals,
    said_rules,
    said_source,
    said_standing,
)

NAME = "credit"
KIND = "credit_events"
SHOWN, LONGEST = 5, 540
OWN = re.compile(
    "(?:看看?|查看?|查一下)?(?:我的?|我们的?|本)(?:公司|企业)?的?(?:企业)?信用(?:记录|情况|档案|档位)?(?:怎么样|如何)?"
)
RULES = re.compile("(?:企业)?信用(?:记录|档位)?(?:的)?规则(?:是什么|有哪些)?")
HOW_TO = re.compile(
    "(?:我的?|我们的?)?(?:企业)?信用(?:记录)?(?:怎么|如何|怎样|能不能|可以|能)(?:申请)?(?:修复|恢复|消除|消掉|提?异议|申诉)(?:吗)?"
    "|(?:怎么|如何|怎样)?(?:申请)?(?:企业)?信用(?:记录)?修复(?:怎么办|怎么弄|怎么申请|流程)?"
)
PLEA = re.compile(
    r"(?:对)?第?(?P<place>[0-9一二三四五六七八九十]{1,2})条(?:信用)?(?:记录)?(?:我)?(?:(?P<objects>有?异议|不对|不属实)|(?P<repairs>申请修复|要修复|修复))"
    r"(?:[::,,。 ]{1,3}(?P<text>.{1,500}))?"
)
RULES_CHOICE, OWN_CHOICE, HOW_CHOICE = Choice("信用规则", "怎么算的"), Choice(MINE, MINE), Choice(HOW, "怎么修复")


def choose(context: TurnContext, text: str) -> Skill | None:
    """The skill for words about a firm's credit; None where they are about something else."""
    if not text or len(text) > LONGEST:
        return None
    plain = context.plain.strip(" 。.!?")
    if OWN.fullmatch(plain):
        return Skill(NAME, show_own)
    if RULES.fullmatch(plain):
        return Skill(NAME, show_rules)
    if HOW_TO.fullmatch(plain):
        return Skill(NAME, explain_repair)
    on_table = (context.memory.get("list") or {}).get("kind") == KIND
    if on_table and (found := PLEA.fullmatch(text)) is not None:
        kind = PleaKind.OBJECTION if found["objects"] else PleaKind.REPAIR
        place = int(read_number(found["place"]) or 0)
        return Skill(NAME, partial(answer_event, place=place, kind=kind, said=found["text"] or ""))
    return None


def show_own(context: TurnContext) -> Reply:
    """The band of each firm that one acts for, what follows, and the events with how they stand."""
    companies = list_own_companies(context.session, context.user_id)
    if not companies:
        return Reply("信用记录按企业记,您还没有登记企业。在小程序“我的企业”里登记后再看。", choices=(RULES_CHOICE,))
    lines: list[str] = []
    shown: list[CreditEvent] = []
    for company in companies[:SHOWN]:
        record = read_record(context.session, company, context.today)
        lines += _said_record(record)
        for event in record.events[: SHOWN - len(shown)]:
            shown.append(event)
            name = KIND_NAMES[CreditKind(event.kind)]
            lines.append(f"{len(shown)}. {name} · {said_source(event)} · {said_standing(event, context.today)}")
    choices = [RULES_CHOICE]
    for place, event in enumerate(shown, start=1):
        if may_plead(event, PleaKind.OBJECTION, context.now):
            choices.append(Choice(f"第{place}条有异议", f"第{place}条有异议"))
        elif may_plead(event, PleaKind.REPAIR, context.now):
            choices.append(Choice(f"第{place}条申请修复", f"第{place}条申请修复"))
    if shown:
        choices.insert(0, HOW_CHOICE)
    kept = {"kind": KIND, "ids": [event.public_id for event in shown], "offset": 0}
    return Reply("\n".join(lines), choices=tuple(choices[:4]), memory={"list": kept, "pending": None, "subject": None})


def _said_record(record: CreditRecord) -> list[str]:
    kept = f",{said_kept_deals(record.deals_done)}" if record.deals_done else ""
    lines = [f"{record.company.name}:信用{BAND_NAMES[record.band]}{kept}。"]
    return [*lines, f"{said_effects(record.band)}。"] if record.events or kept else lines


def show_rules(context: TurnContext) -> Reply:
    """All of them, with what they rest on."""
    lines = [f"{place}. {rule}" for place, rule in enumerate(said_rules(context.today), start=1)]
    source = credit_settings(context.today).source
    return Reply("\n".join([*lines, f"依据:{source}。"]), choices=(OWN_CHOICE, HOW_CHOICE))


def explain_repair(context: TurnContext) -> Reply:
    """Ours, and whose the public ones are."""
    days = credit_settings(context.today).answer_workdays
    text = (
        f"本平台的记录:先说“{MINE}”,再说“第1条有异议:理由”或“第1条申请修复:怎么改正的、凭据”。{days}个工作日内专员答复;"
        "有异议的,答复前不计入。\n"
        "国家企业信用信息公示系统上的处罚公示,由作出决定的机关修复,要向它申请;修复后把凭据给我们,这里也结束。\n"
        "依据:《民营经济促进法》第五十四条、《民法典》第一千零二十九条。"
    )
    return Reply(text, choices=(OWN_CHOICE,))


def answer_event(context: TurnContext, *, place: int, kind: PleaKind, said: str) -> Reply:
    """Keep what the firm says to the event at that place; without a reason it is asked for."""
    ids = [str(each) for each in (context.memory.get("list") or {}).get("ids") or []]
    if not 1 <= place <= len(ids):
        return Reply(f"这里没有第{place}条。", choices=(OWN_CHOICE,))
    word = "有异议" if kind is PleaKind.OBJECTION else "申请修复"
    example = "判决已被二审撤销,案号…" if kind is PleaKind.OBJECTION else "罚款已缴、已整改,凭据网址…"
    if not said.strip():
        return Reply(f"连理由一起发给我,比如:\n第{place}条{word}:{example}")
    public_id = ids[place - 1]

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            plead(session, conversation.user_id, public_id, kind, said, context.now)
        except AppError as refusal:
            return Reply(refusal.message, choices=(OWN_CHOICE,))
        days = credit_settings(context.today).answer_workdays
        first = "异议收到了,答复前这条不计入。" if kind is PleaKind.OBJECTION else "修复申请收到了。"
        return Reply(f"{first}{days}个工作日内专员答复您。", choices=(OWN_CHOICE,))

    return Reply("", on_commit=commit)
