"""The organiser's questions in chat: asked once the seats are somebody's, one at a time, each answer kept as it is
given. Whatever is said meanwhile, the seats stay."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.flows import words
from bot.flows.changes import Change, find_change
from bot.flows.form_replies import KEY, question_of
from bot.flows.form_steps import said_in
from bot.flows.forms import FREE_TEXT, LONGEST_CALL, SURE, WITHOUT_RETURN, asks, skips, wants_else
from bot.flows.reading import Said, read_answer
from bot.replies import Choice, Reply, appended
from bot.skills import Skill
from bot.skills.training_lists import MINE, OTHERS
from bot.skills.training_words import ASKS_OWN
from core.errors import AppError, InvalidInput, NotFound
from models import Booking, Conversation
from services.casework.wording import shown_value
from services.catalogue.fields import FormField, Reads, check_value, fields_of, refusal_of
from services.training.bookings import get_own_booking, list_own_bookings
from services.training.questions import can_answer, form_of, list_unanswered, set_answer, shown_answers

NAME = "training_questions"
# What stands under KEY while they are asked, and the booking whose last answer may still be corrected.
KIND, ANSWERED = "booking", "answered_booking"
MOST_CHOICES = 3
RESUMES = re.compile(
    "(?:我要|我来|继续|接着)?(?:补答(?:一下)?(?:报名|主办方|培训)?的?(?:问题)?|回答(?:一下)?(?:报名|主办方|培训)的?问题)[吧了]*"
)
# 换热器有3件 is an answer, however much it begins like a correction.
ADMITS = re.compile("^(?:不对|说错|写错|填错|错了)")
GIVES_UP = re.compile("(?:我要|我想|帮我|请)?(?:取消|退掉?)(?:这个|这场|我的)?(?:报名|培训)[吧了]*")
INSISTS = re.compile(r"(?:先|能不能|可以)?(?:跳过|略过|不答|不填|下一题)[吧了吗。??]*")
AGAIN = Choice("补答问题", "补答问题")
LATER = Choice("算了", "以后再答")
LEFT = "好,先不答,名额照样是您的。想答的时候说“补答问题”。"
CHANGES = "要改直接说,比如“{label}改成…”。"


@dataclass(frozen=True)
class Asked:
    """The booking that is asked about, and the question that is open."""

    booking: Booking
    field: FormField

    @property
    def number(self) -> str:
        return self.booking.number


def with_questions(reply: Reply, booking: Booking, context: TurnContext) -> Reply:
    """The seats are theirs: what the organiser wants to know is asked now, or later where a form is on the table."""
    left = list_unanswered(booking)
    if not left:
        return reply
    table = context.memory.get(KEY) or {}
    if table and table.get("kind") != KIND:
        return replace(reply, text=f"{reply.text}\n主办方还有{len(left)}个问题,方便时说“补答问题”。")
    opening = f"主办方还有{len(left)}个问题。名额已经是您的,说“算了”可以以后再答。"
    asked = _ask(booking, left[0], opening=opening)
    return replace(asked, text=f"{reply.text}\n{asked.text}", memory={**reply.memory, **asked.memory})


def running(context: TurnContext) -> Asked | None:
    """What is being asked of this person; None where it is nothing (any more)."""
    table = context.memory.get(KEY) or {}
    if table.get("kind") != KIND:
        return None
    booking = _find(context.session, context.user_id, str(table.get("number")))
    if booking is None or not can_answer(booking, context.now):
        return None
    field = _field_of(booking, str(table.get("at") or "")) or next(iter(list_unanswered(booking)), None)
    return Asked(booking, field) if field is not None else None


def choose(context: TurnContext, asked: Asked) -> Skill | None:
    """What a message means to the question that is open; None where it is about something else."""
    if context.kind == "event" or not context.text:
        return None
    answer = _choose(context, asked)
    return Skill(NAME, answer) if answer is not None else None


def aside(skill: Skill, context: TurnContext, asked: Asked) -> Skill:
    """Another skill's answer, and back to the question that was open."""
    if skill.name in WITHOUT_RETURN:
        return skill
    back = f"\n\n回到刚才:{question_of(asked.field)}"
    return Skill(skill.name, lambda given: _and_back(skill.answer(given), back), is_slow=skill.is_slow)


def choose_alone(context: TurnContext, text: str) -> Skill | None:
    """补答问题, and a correction straight after the last answer."""
    if RESUMES.fullmatch(text.rstrip("。.!")):
        return Skill(NAME, resume)
    number = context.memory.get(ANSWERED)
    if number is None or context.memory.get("last_skill") != NAME or context.kind == "event":
        return None
    booking = _find(context.session, context.user_id, str(number))
    if booking is None or not can_answer(booking, context.now) or not words.CORRECTS.search(context.plain):
        return None
    changed = _changed(context, booking, said_in(context), None)
    return Skill(NAME, changed) if changed is not None else None


def resume(context: TurnContext) -> Reply:
    """The next booking with something to be asked; else what was answered."""
    rows = list_own_bookings(context.session, user_id=context.user_id, now=context.now)
    for booking in rows:
        if left := list_unanswered(booking):
            return _ask(booking, left[0], opening=f"“{booking.session.course.title}”,主办方想知道:")
    answered = next((each for each in rows if shown_answers(each.session, each)), None)
    if answered is None:
        return Reply("您的报名没有要答的问题。", choices=(MINE, OTHERS))
    return _all_there(answered, f"“{answered.session.course.title}”的问题都答过了。")


def answered_lines(booking: Booking, context: TurnContext) -> list[str]:
    """For a booking shown whole: what was answered, and that something is still to be."""
    lines = [f"{label}:{text}" for label, text in shown_answers(booking.session, booking)]
    left = len(list_unanswered(booking)) if can_answer(booking, context.now) else 0
    return [*lines, f"主办方还有{left}个问题,说“补答问题”就答。"] if left else lines


def _choose(context: TurnContext, asked: Asked) -> Callable[[TurnContext], Reply] | None:
    plain, understood, field = context.plain.strip(), context.understanding, asked.field
    bare_act = understood.act if understood.intent is None else None
    if bare_act in {"affirm", "deny"} and context.memory.get("pending"):
        return None  # the answer to what was asked beside it
    said = said_in(context)
    is_answer = (field.reads not in FREE_TEXT and read_answer(field, said) is not None) or skips(field, said)
    if not is_answer and _is_about_bookings(context):
        return None
    if not is_answer and (RESUMES.fullmatch(plain) or words.GOES_ON.fullmatch(plain)):
        return lambda _: _ask(asked.booking, field)
    if field.is_required and INSISTS.fullmatch(plain):
        return lambda _: Reply(
            f"“{field.ask.label}”是主办方要知道的。现在不想答就说“算了”,名额不受影响。", choices=(LATER,)
        )
    if words.LEAVES.fullmatch(plain) or (bare_act == "cancel" and not is_answer):
        return lambda _: Reply(LEFT, choices=(AGAIN, MINE), memory={KEY: None, "pending": None})
    if words.BACK.fullmatch(plain) or (bare_act == "previous_page" and not is_answer):
        return lambda _: _back(asked.booking, field)
    changed = _changed(context, asked.booking, said, field)
    if changed is not None:
        return changed
    return None if asks(context, field) else _answer(context, asked, field, said)


def _is_about_bookings(context: TurnContext) -> bool:
    """我的报名, 我不去了, 转人工: whatever is asked for, this is no answer."""
    understood, plain = context.understanding, context.plain.strip(" 。.!?")
    if ASKS_OWN.fullmatch(plain) or GIVES_UP.fullmatch(plain):
        return True
    called = {"training_cancel", "human_handoff"}
    return understood.intent in called and understood.confidence >= SURE and len(plain) <= LONGEST_CALL


def _answer(context: TurnContext, asked: Asked, field: FormField, said: Said) -> Callable[[TurnContext], Reply] | None:
    if skips(field, said):
        return _taking(asked.number, field, None)
    value = read_answer(field, said)
    if value is None:
        return None if wants_else(context) else lambda given: _refused(given, asked.number, field)
    try:
        check_value(form_of(asked.booking.session.questions), field, value)
    except InvalidInput:
        return lambda given: _refused(given, asked.number, field)
    return _taking(asked.number, field, value)


def _changed(
    context: TurnContext, booking: Booking, said: Said, field: FormField | None
) -> Callable[[TurnContext], Reply] | None:
    """人数改成5; 不对,是3个人."""
    form = form_of(booking.session.questions)
    change = find_change(form, booking.answers, said, field, lambda part: said_in(context, part))
    if change is None and ADMITS.search(said.plain):
        change = _corrected_number(context, booking, said, field)
    if change is None:
        return None
    return _taking(booking.number, change.field, change.value, at=field.name if field else "", is_change=True)


def _corrected_number(context: TurnContext, booking: Booking, said: Said, field: FormField | None) -> Change | None:
    """A bare number is no money and no months, which would tell what it is of: it can only mean what was just said."""
    before = list(takewhile(lambda each: each != field, fields_of(form_of(booking.session.questions))))
    last = before[-1] if before else None
    if last is None or last.reads is not Reads.COUNT or booking.answers.get(last.name) is None:
        return None
    value = read_answer(last, said_in(context, words.corrected_part(said.plain).strip()))
    return Change(last, value) if value is not None else None


def _taking(
    number: str, field: FormField, value: Any, *, at: str = "", is_change: bool = False
) -> Callable[[TurnContext], Reply]:
    """Keep it in the transaction that finishes the turn, and ask on; with `at` the question that was open stays."""

    def answer(context: TurnContext) -> Reply:
        def commit(session: Session, conversation: Conversation) -> Reply:
            try:
                booking = get_own_booking(session, user_id=conversation.user_id, number=number)
                set_answer(session, booking, field.name, value, context.now)
            except AppError as refusal:
                return Reply(refusal.message, choices=(MINE,), memory={KEY: None, "pending": None})
            noted = f"好,{field.ask.label}改成{shown_value(field, value)}。" if is_change else ""
            following = _field_of(booking, at) or next(iter(list_unanswered(booking)), None)
            if following is None:
                return _all_there(booking, noted or "都记下了。")
            return _ask(booking, following, opening=noted)

        return Reply("", on_commit=commit)

    return answer


def _back(booking: Booking, field: FormField) -> Reply:
    """The question before; its answer stays until there is a new one."""
    fields = fields_of(form_of(booking.session.questions))
    place = [each.name for each in fields].index(field.name)
    if not place:
        return _ask(booking, field, opening="前面没有了。")
    return _ask(booking, fields[place - 1])


def _ask(booking: Booking, field: FormField, *, opening: str = "") -> Reply:
    table = {"kind": KIND, "number": booking.number, "at": field.name, "misses": 0}
    text = "\n".join(part for part in (opening, question_of(field)) if part)
    return Reply(text, choices=_choices(field), memory={KEY: table, "pending": None, "list": None, ANSWERED: None})


def _refused(context: TurnContext, number: str, field: FormField) -> Reply:
    """What is wanted, once more."""
    text = f"{field.ask.label}没对上,选一个:\n{question_of(field)}" if field.choices else refusal_of(field)
    table: Mapping[str, Any] = context.memory.get(KEY) or {}
    misses = int(table.get("misses") or 0) + 1
    return Reply(
        text, choices=_choices(field) or (LATER,),
        memory={KEY: {"kind": KIND, "number": number, "at": field.name, "misses": misses}},
    )  # fmt: skip


def _all_there(booking: Booking, opening: str) -> Reply:
    said = shown_answers(booking.session, booking)
    lines = [opening, *(f"{label}:{text}" for label, text in said)]
    if said:
        lines.append(CHANGES.format(label=said[0][0]))
    memory = {KEY: None, "pending": None, ANSWERED: booking.number}
    return Reply("\n".join(lines), choices=(MINE, OTHERS), memory=memory)


def _choices(field: FormField) -> tuple[Choice, ...]:
    if field.reads is Reads.CHOICE and len(field.choices) <= MOST_CHOICES:
        return tuple(Choice(choice.label, choice.label) for choice in field.choices)
    return (Choice("是", "是"), Choice("否", "否")) if field.reads is Reads.YES_NO else ()


def _and_back(reply: Reply, back: str) -> Reply:
    """Not where the answer has taken the questions off the table, or put other ones on it."""
    commit = reply.on_commit
    if commit is not None:
        return replace(reply, on_commit=lambda session, conversation: _and_back(commit(session, conversation), back))
    return reply if KEY in reply.memory else appended(reply, back)


def _field_of(booking: Booking, name: str) -> FormField | None:
    return next((each for each in fields_of(form_of(booking.session.questions)) if each.name == name), None)


def _find(session: Session, user_id: int, number: str) -> Booking | None:
    try:
        return get_own_booking(session, user_id=user_id, number=number)
    except NotFound:
        return None
