"""What an owner decides about a case by saying so: 接受报价, 撤回 RZ261122-0042, 满意."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from core.errors import Conflict, Forbidden
from models import Case, CaseOutcome, CaseStatus, Conversation
from services.casework.access import DECIDED_BY, get_own_case, may_decide, owned_by
from services.casework.moves import Mover, allowed_moves, move_case
from services.casework.satisfaction import VERDICTS
from services.catalogue import catalogue, service_of
from services.catalogue.fields import fields_of
from services.catalogue.model import Actor, Move

NAME = "owner_move"
LONGEST = 40
MOST_CASES = 5
# These cannot be taken back by another word; they are asked for once more.
ASKED_BACK = frozenset({"撤回", "不报了"})
PENDING = "owner_move"


def choose(context: TurnContext, text: str) -> Skill | None:
    """The move that a sentence names, of the case that it names or of the only one that has it; else None."""
    if len(text) > LONGEST:
        return None
    pending = context.memory.get("pending") or {}
    if pending.get("kind") == PENDING and context.memory.get("last_skill") == NAME:
        understood = context.understanding
        # 满意 is a verdict, and no yes to what was asked.
        if understood.intent is None and understood.act == "affirm" and context.plain not in VERDICTS:
            return Skill(NAME, lambda given: _carry_out(given, str(pending["number"]), str(pending["to"])))
        if understood.intent is None and understood.act in {"deny", "cancel"}:
            return Skill(NAME, lambda _: Reply("好,不动它。", memory={"pending": None}))
    found = _named(context, text)
    if not found:
        return None
    theirs = [each for each in found if may_decide(context.session, context.user_id, each[0])]
    if not theirs:
        number = found[0][0].number
        return Skill(NAME, lambda _: Reply(f"{number} {DECIDED_BY}"))
    found = theirs
    if len(found) > 1:
        return Skill(NAME, lambda _: _which(found))
    case, move = found[0]
    if move.name in ASKED_BACK:
        return Skill(NAME, lambda _: _ask_back(case, move))
    return Skill(NAME, lambda given: _carry_out(given, case.number, move.to))


def _named(context: TurnContext, text: str) -> list[tuple[Case, Move]]:
    """Open cases of this person with a move of theirs that the sentence names."""
    plain = context.plain
    if not _may_name(plain):
        return []
    number = re.search(r"[A-Z]{2}\d{6}-?\d{4}", text.upper().replace(" ", ""))
    query = select(Case).where(owned_by(context.user_id), Case.status != CaseStatus.CLOSED).order_by(Case.id.desc())
    found = []
    for case in context.session.scalars(query.limit(MOST_CASES)):
        if number is not None and case.number.replace("-", "") != number[0].replace("-", ""):
            continue
        moves = [move for move, _ in allowed_moves(context.session, case, Mover(user_id=context.user_id))]
        named = [
            move for move in moves if _is_named(move, plain, service_of(case.kind).name, has_number=number is not None)
        ]
        found += [(case, max(named, key=lambda move: len(move.name)))] if named else []
    return found


def _may_name(plain: str) -> bool:
    """Whether any owner's move of any service is in the words: most messages need no look at the cases."""
    stages = (stage for service in catalogue().values() for stage in service.stages)
    return any(Actor.OWNER in move.by and move.name in plain for stage in stages for move in stage.moves)


def _is_named(move: Move, plain: str, service: str, *, has_number: bool) -> bool:
    """The move's own words, alone or with the case's number or name: 撤回 in a longer sentence may mean anything."""
    if move.name not in plain:
        return False
    is_negated = f"不{move.name}" in plain
    left = re.sub(r"[A-Z]{2}\d{6}-?\d{4}", "", plain, flags=re.IGNORECASE).replace(move.name, "").replace(service, "")
    left = re.sub(r"[我要想把帮请的了吧那个这一件单号申请,。.!!\s]", "", left)
    return not is_negated and (len(left) <= 1 or (has_number and len(left) <= 4))


def _which(found: list[tuple[Case, Move]]) -> Reply:
    lines = [f"{place}. {case.number} {service_of(case.kind).name}" for place, (case, _) in enumerate(found, start=1)]
    choices = tuple(Choice(f"{move.name} {case.number}", case.number) for case, move in found[:3])
    return Reply("\n".join(["是哪一单?", *lines]), choices=choices)


def _ask_back(case: Case, move: Move) -> Reply:
    name = service_of(case.kind).name
    return Reply(
        f"要{move.name}{name} {case.number} 吗?",
        choices=(Choice("确认", move.name), Choice("算了", "不动")),
        memory={"pending": {"kind": PENDING, "number": case.number, "to": move.to}},
    )


def _carry_out(context: TurnContext, number: str, to: str) -> Reply:
    def commit(session: Session, conversation: Conversation) -> Reply:
        case = get_own_case(session, conversation.user_id, number)
        service, mover = service_of(case.kind), Mover(user_id=conversation.user_id)
        move = next((each for each, _ in allowed_moves(session, case, mover) if each.to == to), None)
        if move is None:
            return Reply(f"{number} 现在是“{service.stage(case.stage).name}”。", memory={"pending": None})
        if move.asks is not None:
            labels = "、".join(field.ask.label for field in fields_of(move.asks))
            return Reply(f"“{move.name}”还要填:{labels}。请在小程序里打开 {number} 填写。", memory={"pending": None})
        try:
            # The words that the move would send as a message of its own are this turn's answer.
            told = move_case(session, case_id=case.id, to=to, mover=mover, now=context.now, is_told=False)
        except (Conflict, Forbidden) as refusal:
            return Reply(refusal.message, memory={"pending": None})
        text = (move.tells or "好,{number} 记下了。").format(
            number=number, name=service.name, promised="", stage=service.stage(to).name
        )
        ended = told.outcome == CaseOutcome.DONE
        return Reply(text, choices=RATINGS if ended else (), memory={"pending": None})

    return Reply("", on_commit=commit)


RATINGS = tuple(Choice(word, word) for word in VERDICTS)
