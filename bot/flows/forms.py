"""A service's form in chat: one question at a time, left and taken up again, corrected by saying so."""

import re
from collections.abc import Callable

from bot.context import TurnContext
from bot.flows import words
from bot.flows.changes import Change, find_change
from bot.flows.form_replies import KEY, calculation, leaving, question_of, refused
from bot.flows.form_steps import back_one, committing, discarding, said_in, start, submitting, taking
from bot.flows.reading import Said, read_answer
from bot.replies import Reply, appended
from bot.skills import Skill
from bot.skills.policies import follow_up_question
from core.errors import InvalidInput
from models import FormDraft
from services.casework.drafts import (
    current_field,
    find_draft,
    list_drafts,
)
from services.catalogue import catalogue, find_service
from services.catalogue.fields import FormField, Reads, check_value
from services.catalogue.model import Service

NAME = "form"
SURE = 0.7
PLAUSIBLE = 0.5
LONGEST_QUESTION = 25
LONGEST_CALL = 16
BEFORE_NAME = re.compile("^(?:我?[要想])?(?:再)?(?:办理?)?(?:一次)?")
FREE_TEXT = frozenset({Reads.LINE, Reads.TEXT, Reads.COMPANY})
# A sentence that asks one of these is answered beside the form.
ASIDE = frozenset(
    {
        "policy_question", "patent_search", "patent_detail", "patent_fee", "patent_valuation", "case_progress", "help",
        "policy_match", "market_browse", "training_browse", "patent_watch", "complaint", "human_handoff",
    }
)  # fmt: skip
# After these the form is not asked again: they ask something themselves, a person takes over, or all is forgotten.
WITHOUT_RETURN = frozenset({NAME, "desk", "handoff", "own_data", "failed"})


def service_for(intent: str | None, plain: str) -> Service | None:
    """The service that a wish asks for: the one whose words are said, else the one that needs none."""
    fitting = [service for service in catalogue().values() if intent in service.intents]
    named = [service for service in fitting if any(word in plain for word in service.words)]
    return next(iter([*named, *(service for service in fitting if not service.words)]), None)


def called(context: TurnContext) -> Skill | None:
    """预约专家, 做个知识产权体检, 质押融资: a service called by its own words in a short sentence that asks nothing, or
    by its bare name, as we ask for it."""
    plain = context.plain
    named = BEFORE_NAME.sub("", plain.strip(" 。.!"))
    if (service := next((each for each in catalogue().values() if each.name == named), None)) is not None:
        return begin(service)
    if len(plain) > LONGEST_CALL or words.ASKS_FOR_SURE.search(plain) or words.ASKS_ABOUT.search(plain):
        return None
    found = [each for each in catalogue().values() if any(phrase in plain for phrase in each.phrases)]
    return begin(found[0]) if found else None


def begin(service: Service) -> Skill:
    """The skill that opens the form, or the draft there is, with what the sentence says already."""
    return Skill(NAME, lambda context: start(context, service))


def resume(context: TurnContext, text: str) -> Skill | None:
    """继续填: the latest draft."""
    if not words.GOES_ON.fullmatch(text):
        return None
    drafts = list_drafts(context.session, context.user_id)
    service = next((found for draft in drafts if (found := find_service(draft.kind))), None)
    return begin(service) if service else None


def running(context: TurnContext) -> tuple[Service, FormDraft] | None:
    """The form on the table and its draft; None where there is none (any more)."""
    service = find_service(str((context.memory.get(KEY) or {}).get("kind")))
    draft = find_draft(context.session, context.user_id, service.key) if service else None
    return (service, draft) if service is not None and draft is not None else None


def choose(context: TurnContext, service: Service, draft: FormDraft) -> Skill | None:
    """What a message means to the form on the table; None where it is about something else."""
    if context.kind == "event" or not context.text:
        return None
    answer = _choose(context, service, draft)
    return Skill(NAME, answer) if answer is not None else None


def aside(skill: Skill, context: TurnContext, service: Service, draft: FormDraft) -> Skill:
    """Another skill's answer, and back to the question that was open."""
    if skill.name in WITHOUT_RETURN:
        return skill
    field = current_field(draft, service)
    back = f"\n\n回到刚才:{question_of(field)}" if field else "\n\n回到刚才:没问题回复“提交”,要改直接说。"

    def answer(given: TurnContext) -> Reply:
        return appended(skill.answer(given), back)

    return Skill(skill.name, answer, is_slow=skill.is_slow)


def _choose(context: TurnContext, service: Service, draft: FormDraft) -> Callable[[TurnContext], Reply] | None:
    plain, understood = context.plain.strip(), context.understanding
    bare_act = understood.act if understood.intent is None else None
    if bare_act in {"affirm", "deny"} and context.memory.get("pending"):
        return None  # the answer to what was asked beside the form
    if (steered := _steering(service, plain)) is not None:
        return steered
    field, said = current_field(draft, service), said_in(context)
    # 签了 answers a question of yes or no, whatever it may mean elsewhere.
    # So does 跳过 where the field may stay empty.
    is_answer = field is not None and (
        (field.reads not in FREE_TEXT and read_answer(field, said) is not None) or skips(field, said)
    )
    if words.LEAVES.fullmatch(plain) or (bare_act == "cancel" and not is_answer):
        return lambda _: leaving(service)
    if words.BACK.fullmatch(plain) or (bare_act == "previous_page" and not is_answer):
        return committing(service, back_one(service))
    if understood.intent == "human_handoff" and understood.confidence >= SURE and not is_answer:
        return None
    if field is None and (answer := _at_summary(context, service, draft, is_yes=bare_act == "affirm")) is not None:
        return answer
    change = find_change(service.form, draft.values, said, field, lambda part: said_in(context, part))
    if change is not None:
        return taking(service, change, is_change=True)
    if field is not None and not asks(context, field):
        return _answer(service, field, said, context)
    if asks(context, field) or wants_else(context):
        return None
    return lambda given: refused(given, service, field)


def _at_summary(
    context: TurnContext, service: Service, draft: FormDraft, *, is_yes: bool
) -> Callable[[TurnContext], Reply] | None:
    """怎么算的, 提交: what is said where everything is there."""
    plain = context.plain.strip()
    if is_yes or words.SUBMITS.fullmatch(plain):
        return submitting(service)
    explained = calculation(context.session, context, service, draft) if words.EXPLAINS.fullmatch(plain) else None
    return (lambda _: explained) if explained is not None else None


def _steering(service: Service, plain: str) -> Callable[[TurnContext], Reply] | None:
    """What no answer ever says: away with it, or (back from the mini-program) on with it."""
    if words.DISCARDS.fullmatch(plain):
        return committing(service, discarding(service))
    if words.GOES_ON.fullmatch(plain):
        return lambda given: start(given, service)
    return None


def skips(field: FormField, said: Said) -> bool:
    if field.is_required or words.SKIPS.fullmatch(said.plain.strip()) is None:
        return False
    # 没有 is the answer to a question of yes or no, and no answer to any other.
    return field.reads is not Reads.YES_NO or read_answer(field, said) is None


def _answer(
    service: Service, field: FormField, said: Said, context: TurnContext
) -> Callable[[TurnContext], Reply] | None:
    if skips(field, said):
        return taking(service, Change(field, None))
    value = read_answer(field, said)
    if value is None:
        return None if wants_else(context) else lambda given: refused(given, service, field)
    try:
        check_value(service.form, field, value)
    except InvalidInput as error:
        message = error.message
        return lambda given: refused(given, service, field, message)
    return taking(service, Change(field, value))


def asks(context: TurnContext, field: FormField | None) -> bool:
    """Whether the sentence asks something of its own instead of answering."""
    understood, plain = context.understanding, context.plain
    if words.ASKS_FOR_SURE.search(plain) and follow_up_question(context) is not None:
        return True
    if understood.intent not in ASIDE:
        return False
    if field is not None and field.reads in {Reads.TEXT, Reads.LINE}:
        return (
            len(plain) <= LONGEST_QUESTION and understood.confidence >= SURE and bool(words.ASKS_FOR_SURE.search(plain))
        )
    return understood.confidence >= PLAUSIBLE and bool(words.ASKS.search(plain))


def wants_else(context: TurnContext) -> bool:
    """Whether the sentence is a clear wish for something else."""
    understood = context.understanding
    return understood.intent is not None and understood.intent != "chitchat" and understood.confidence >= SURE
