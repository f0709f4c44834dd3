"""Which skill answers: events and menu keys first, then dialogue acts, then the sentence's intent."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.context import TurnContext
from bot.flows import case_words, forms, news, owner_moves, posting, together
from bot.rendering import payloads_of
from bot.replies import Reply
from bot.second_wish import LONGEST_TWO_WISHES, with_second_wish
from bot.skill_table import (
    ACCEPTED,
    ACKNOWLEDGE,
    ACT_SKILLS,
    AFTER_MISSES,
    ANSWER,
    BY_WORDS,
    DEFEND,
    DELETE_DATA,
    DETAIL,
    FEE,
    FOLLOW_UP,
    FOREIGN,
    GO_TO_PAGE,
    HELP,
    HOURS,
    HOW_TO_SEARCH,
    INTENT_SKILLS,
    LEANING,
    LOCATION,
    LOOSEN,
    MEDIA,
    PORTFOLIO,
    REFINE,
    SEARCH,
    SHOW_LIST,
    STAND_DOWN,
    UPSET,
    VALUE,
    WELCOME,
    WITHDRAW_HANDOFF,
)
from bot.skills import (
    Skill,
    credit,
    custody,
    deals,
    defence,
    desks,
    events,
    exams,
    feedback,
    guidance,
    handoff,
    market,
    market_questions,
    matches,
    notice_places,
    notices,
    own_data,
    patent_details,
    patents,
    policies,
    portfolio,
    quick_score,
    saved_searches,
    session_posts,
    similar,
    support,
    training,
    training_after,
    training_door,
    training_questions,
    watches,
)
from bot.skills.patent_filters import drops
from nlp.follow_ups import corrected
from nlp.patent_numbers import find_numbers
from nlp.refusals import find_refusal
from nlp.understanding import HANDOFF_ANYWHERE

# Two in a row lead to a person; the offer itself is never a further question.
MISSES_BEFORE_HANDOFF = 2
CONFIDENT = 0.35
# So sure must the other wish in one sentence be.
SURE = 0.7
SURROUNDINGS = " 。.!?!?“”\"'~~"
WHERE_IS_STAFF = re.compile(
    "(?:专员|客服|人工)?(?:人呢|人在哪|怎么还(?:没人|不来|没回|没来).{0,4}|还要等?多久|要等多久|多久(?:能)?回|什么时候回(?:我|复)?)"
    "[啊呀呢吗]*"
)
NO_WORDS = re.compile(r"[\W_]+")
LONGEST_CHANGE = 16
# Below this (right seven times in ten) small talk and what we do not do are looked up first.
GUESSED = 0.7
# A bare insult is met with calm, a complaint in a sentence with a person.
LONGEST_INSULT = 6
# 过了三个月呢, after an answer of law, only sounds like a complaint; one says to whom it is made.
ADDRESSES_US = re.compile("你|您|客服|专员|人工|真人|机器|投诉")
UPSETTING = frozenset({None, "chitchat", "out_of_scope", "patent_search", "complaint"})
SHORTEST_MATTER = 2
BACK_TO_LIST = re.compile(
    r"(?:返回|回到|退回|回|重新看|再看|看)?(?:一下)?(?:刚才|上面|上一个|上次|之前)?的?列表|(?:一共|总共)?有?(?:多少|几)[件个条]|全部"
)
# 再查一下CN112345678B: nothing but a number and the wish to see it, whatever the model makes of it.
ONE_NUMBER = re.compile(r"(?:CN|ZL)?\d[\d. ]*[A-Z]?\d?", re.IGNORECASE)
LOOKS_UP = re.compile("[请麻烦帮我给再先然后那查询看搜找一下这个件专利号码是的吧呢,。:、 ]*")

SEARCHABLE = frozenset({"applicant", "company", "inventor", "ipc", "applicant_type", "legal_status", "patent_kind"})


class Dialogue:
    """Chooses a skill for a message and renders its reply; holds no state of its own."""

    payloads = staticmethod(payloads_of)

    def choose(self, context: TurnContext) -> Skill:
        """The skill that answers; a form on the table is heard first, and everything else leads back to it."""
        form, asked = forms.running(context), training_questions.running(context)
        if form is None and asked is None:
            heard = posting.hear(context, self._choose_alone, beside=market_questions.choose_beside)
            return heard or exams.aside(self._choose_alone(context), context)
        unmistakable = (
            training_door.choose_code(context) or training.choose_offer(context) or training.choose_named(context)
        )
        if asked is not None:
            answer = None if unmistakable else training_questions.choose(context, asked)
            return answer or training_questions.aside(unmistakable or self._choose_alone(context), context, asked)
        assert form is not None
        if unmistakable is not None:
            return forms.aside(unmistakable, context, *form)
        return forms.choose(context, *form) or forms.aside(self._choose_alone(context), context, *form)

    def _choose_alone(self, context: TurnContext) -> Skill:
        """A second miss in a row becomes a hand-off whatever the skill was."""
        skill = feedback.noted(with_second_wish(self._choose(context), context))
        if context.memory.get("misses", 0) < MISSES_BEFORE_HANDOFF - 1 or skill.name in {"handoff", "welcome", "help"}:
            return skill
        return Skill(skill.name, _or_person(skill), is_slow=skill.is_slow)

    def _choose(self, context: TurnContext) -> Skill:
        if context.kind == "event" and context.event != "click":
            return WELCOME if context.event in {"subscribe", "scan", "user_enter_tempsession"} else HELP
        if context.kind == "location":
            return LOCATION
        text = context.text.strip(SURROUNDINGS)
        if not text and context.kind not in {"text", "event"}:
            return custody.choose_photo(context) or MEDIA
        if not text:
            return HELP
        return (
            watches.choose(context, text)
            or events.choose(context, text)
            or saved_searches.choose(context, text)
            or session_posts.choose(context, text)
            or training.choose(context, text)
            or training_door.choose(context)
            or training_questions.choose_alone(context, text)
            or training_after.choose(context, text)
            or exams.choose(context, text)
            or notice_places.choose(context, text)
            or matches.choose(context, text)
            or market.choose(context, text)
            or credit.choose(context, text)
            or deals.choose(context, text)
            or market_questions.choose(context, text)
            or custody.choose(context, text)
            or quick_score.choose(context, text)
            or notices.choose(context, text)
            or forms.resume(context, text)
            or together.choose(context, text)
            or forms.called(context)
            or owner_moves.choose(context, text)
            or news.choose(context, text)
            or case_words.choose(context, text)
            or support.choose(context, text)
            or BY_WORDS.get(text.lower())
            or (WITHDRAW_HANDOFF if handoff.takes_back(context) else None)
            or (DELETE_DATA if own_data.asks(text) else None)
            or feedback.choose_verdict(context, text)
            or similar.choose(context, text)
            or self._choose_about_list(context, text)
            or _choose_by_form(text)
            or (PORTFOLIO if portfolio.asked_applicant(context, text) is not None else None)
            or self._choose_for_text(context)
        )

    def _choose_about_list(self, context: TurnContext, text: str) -> Skill | None:
        """What is said about the list on the table, in words that mean nothing without one."""
        if (context.memory.get("list") or {}).get("kind") != "patents" or len(text) > LONGEST_CHANGE:
            return None
        if patents.change_in_parts(context) is not None:
            return REFINE
        if drops(text):
            return LOOSEN
        if patents.is_page_number(text):
            return GO_TO_PAGE
        return SHOW_LIST if BACK_TO_LIST.fullmatch(text) else None

    def _choose_for_text(self, context: TurnContext) -> Skill:
        understood = context.understanding
        is_unsure = (
            understood.intent is None or understood.confidence < CONFIDENT or handoff.complains_of_others(context)
        )
        if defence.is_called_for(context):
            return DEFEND
        if _calls_for_staff(context):
            return INTENT_SKILLS[str(understood.intent)]
        if find_numbers(context.text) and (
            is_unsure
            or understood.intent in {"patent_search", "out_of_scope"}
            or LOOKS_UP.fullmatch(ONE_NUMBER.sub("", context.plain))
        ):
            return DETAIL
        if policies.computes(context):
            return ANSWER
        going_on = self._choose_for_correction(context) or self._choose_going_on(context)
        if going_on is not None:
            return going_on
        if understood.intent is None and understood.act is not None:
            return self._choose_for_act(context, understood.act)
        if guidance.is_upset(context.text) and understood.intent in UPSETTING:
            return UPSET
        if is_unsure:
            return Skill("policy", _policy_or_rephrase)
        if understood.intent in {"chitchat", "out_of_scope"} and understood.confidence <= GUESSED:
            return _policy_or(INTENT_SKILLS[understood.intent], context)
        service = forms.service_for(understood.intent, context.plain)
        return forms.begin(service) if service else INTENT_SKILLS.get(str(understood.intent), HELP)

    def _choose_for_correction(self, context: TurnContext) -> Skill | None:
        """不是广州,是佛山: goes on with the list or the question as if the right value had just been named."""
        if context.memory.get("last_skill") == "patent_search" and patents.refines(context):
            return None
        value = corrected(context.plain)
        if value is None or context.memory.get("last_skill") not in {"patent_search", "policy", "desk", "value"}:
            return None
        skill = self._choose_for_text(replace(context, text=value))
        return Skill(skill.name, lambda given: skill.answer(replace(given, text=value)), is_slow=skill.is_slow)

    def _choose_going_on(self, context: TurnContext) -> Skill | None:
        """A sentence that goes on with what was just answered: a fact of the patent, the question, the list."""
        if desks.asks_fee_of_subject(context):
            return FEE
        if patent_details.is_about_subject(context):
            return DETAIL
        if policies.follow_up_question(context) is not None:
            return FOLLOW_UP
        if patents.refines(context):
            return REFINE
        return LEANING if policies.leans_on_answer(context) else None

    def _choose_for_act(self, context: TurnContext, act: str) -> Skill:
        if act in ACT_SKILLS:
            return ACT_SKILLS[act]
        pending: dict[str, Any] = context.memory.get("pending") or {}
        if act == "affirm":
            return ACCEPTED.get(str(pending.get("kind")), ACKNOWLEDGE)
        if act == "deny":
            return STAND_DOWN
        slots = context.understanding.slots
        if act == "inform" and slots.get("case_number"):
            return INTENT_SKILLS["case_progress"]
        if act == "inform" and SEARCHABLE & slots.keys():
            return SEARCH
        if act == "inform" and slots.keys() & {"region", "amount", "phone"}:
            return VALUE
        return Skill("policy", _policy_or_rephrase)


def _choose_by_form(text: str) -> Skill | None:
    """What is told by its form alone: no words, another language, a promise asked, the person who stays away."""
    if NO_WORDS.fullmatch(text):
        return ACKNOWLEDGE
    if find_refusal(text[:LONGEST_TWO_WISHES]) is not None and not HANDOFF_ANYWHERE.search(text):
        return ANSWER
    if len(text) <= LONGEST_CHANGE and WHERE_IS_STAFF.fullmatch(text):
        return INTENT_SKILLS["human_handoff"]
    if len(text) <= LONGEST_CHANGE and guidance.ASKS_HOURS.search(text):
        return HOURS
    if len(text) <= LONGEST_CHANGE and guidance.ASKS_HOW_TO_SEARCH.search(text):
        return HOW_TO_SEARCH
    return FOREIGN if guidance.is_foreign(text) else None


def _calls_for_staff(context: TurnContext) -> bool:
    """Whether a person is wanted; not where it only seems so, and a figure is corrected (说错了,是10月18日发文)."""
    understood, text = context.understanding, context.text
    if understood.intent not in {"human_handoff", "complaint"} or handoff.complains_of_others(context):
        return False
    if understood.intent == "complaint" and len(text) <= LONGEST_INSULT and guidance.is_upset(text):
        return False
    return understood.confidence >= SURE or (
        understood.confidence >= CONFIDENT
        and not policies.computes(context)
        and corrected(text) is None
        and (ADDRESSES_US.search(text) is not None or not policies.leans_on_answer(context))
    )


def _policy_or(skill: Skill, context: TurnContext) -> Skill:
    """What was only guessed, unless our sources are sure of an answer; that one can be asked on."""
    sure = policies.answer_if_sure(context) if len(context.text) >= SHORTEST_MATTER else None
    return skill if sure is None else Skill("policy", lambda _: sure)


def _policy_or_rephrase(context: TurnContext) -> Reply:
    """An unclear sentence may still be a question that our sources answer; otherwise ask again."""
    reply = policies.answer_question(context)
    return guidance.rephrase(context) if reply.is_miss else reply


def _or_person(skill: Skill) -> Callable[[TurnContext], Reply]:
    def answer(context: TurnContext) -> Reply:
        reply = skill.answer(context)
        return replace(AFTER_MISSES.answer(context), missed=reply.missed) if reply.is_miss else reply

    return answer
