"""Law and policy: an answer with its sources, or an honest "I don't know" and a person."""

from dataclasses import replace
from functools import cache
from typing import Any
from unicodedata import normalize

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.handoff import complains_of_others
from core.errors import UpstreamUnavailable
from nlp.acts import ActFinder
from nlp.elsewhere import leads_elsewhere
from nlp.follow_ups import LONGEST_FOLLOW_UP, leans_back, points_back, substituted, with_alternative
from nlp.intents import is_question
from nlp.patent_numbers import find_numbers
from nlp.policy_answers import NO_BASIS
from nlp.rules import read_rule_question
from nlp.types import Citation, PolicyAnswer
from services.knowledge import answer_policy_question

OFFER = "要请专员回答吗?回复“好”就转。"
UNAVAILABLE = "资料库这会儿打不开,我不凭记忆回答。稍后再问,或说“转人工”。"
ASK_AWAY = """直接问就行,答案都带出处,比如:
“外观专利保护多少年”
“专利侵权时效几年”
“离职员工的发明归谁”
答不了的我会说,再请专员回您。"""
ASK_CHOICES = (Choice("外观专利保护多少年", "保护期"), Choice("专利侵权时效几年", "侵权时效"))
HANDOFF_CHOICES = (Choice("好", "请专员回答"), Choice("算了", "先不用"))
ASK_A_PERSON = (Choice("转人工", "请专员看看"),)

# Skills whose answer may be asked on: a desk quotes a guide too.
ASKED_BY = frozenset({"policy", "desk", "form"})
# A question may lean on so many before it.
MOST_REMEMBERED = 6
# So well must a passage fit a sentence that did not look like a question.
SURE = 0.5
# And so well one that only tells something after a question: 对方一直不回呢 comes near to the receipt of e-mails.
NEAR = 0.45
# 哪个便宜 sounds like none of ours, 单位没规定呢 like a case: heard alone, they are taken for what they are not.
# After an answer these intents say nothing, and others only where they are this clear.
SAYS_NOTHING = frozenset({None, "policy_question", "out_of_scope", "chitchat"})
CLEAR = 0.8
# A bare act that is only guessed (对方不承认呢: a no) does not answer us.
GUESSED = 0.7
PAGES = frozenset({"next_page", "previous_page", "select_item"})


def answer_question(context: TurnContext) -> Reply:
    """Answers from the law and our guides as they stand today in the user's region."""
    # What leans on the question before is remembered whole, so that the next one can lean on it in turn.
    return _answer(context, context.text, asked=follow_up_question(context))


def invite(context: TurnContext) -> Reply:
    """The menu's entry for those who want to ask."""
    return Reply(ASK_AWAY, choices=ASK_CHOICES)


def answer_follow_up(context: TurnContext) -> Reply:
    """那实用新型呢, 要多久: the last question with one thing changed."""
    return _answer(context, follow_up_question(context) or context.text)


def leans_on_answer(context: TurnContext) -> bool:
    """Whether a short sentence goes on with the answer before it, although its own intent says something else."""
    plain, understood = context.plain, context.understanding
    story = _asked_before(context)
    if not story or (context.memory.get("subject") or {}).get("kind") != "policy":
        return False
    if len(plain) > LONGEST_FOLLOW_UP or not leans_back(plain) or find_numbers(plain):
        return False
    if understood.slots.keys() & {"case_number", "phone"} or _wishes_else(context):
        return False
    return not leads_elsewhere(plain, " ".join(story))


def _wishes_else(context: TurnContext) -> bool:
    """Whether the sentence is a clear wish or act of its own."""
    understood = context.understanding
    if understood.intent is None:
        is_act = understood.act is not None and understood.confidence >= GUESSED
        return is_act and not _has_no_use(understood.act, context)
    if complains_of_others(context):
        return False
    if understood.intent == "patent_fee":
        return not points_back(context.plain)  # 那要交多少滞纳金 goes on, 年费什么时候交 begins
    return understood.intent not in SAYS_NOTHING and understood.confidence >= CLEAR


@cache
def _acts() -> ActFinder:
    return ActFinder()


def _has_no_use(act: str | None, context: TurnContext) -> bool:
    """Whether an act was only guessed from a sentence (多少页, 我没登记过): no list to page, nothing to deny."""
    if _acts().find(context.plain).name is not None:
        return False
    return (act in PAGES and not context.memory.get("list")) or (act == "deny" and not context.memory.get("pending"))


def answer_leaning(context: TurnContext) -> Reply:
    """哪个便宜, 他不同意怎么办: with what was asked before, which stays what is talked about; else no basis is owned up
    to, and what only comes near is none."""
    subject = str(context.memory["subject"]["text"])
    at_least = 0.0 if is_question(context.plain) else NEAR
    reply = _answer(context, context.text, asked=subject, at_least=at_least)
    return replace(reply, memory={**reply.memory, "asked": asked_with(context)})


def answer_if_sure(context: TurnContext) -> Reply | None:
    """对方给我发律师函了: what looked like small talk, where our sources clearly have something to say about it."""
    try:
        answer = ask(context, context.text)
    except UpstreamUnavailable:
        return None
    return None if answer.abstained or answer.confidence < SURE else _answer(context, context.text)


def follow_up_question(context: TurnContext) -> str | None:
    """The whole question that a short one means after an answer; None where it stands for itself."""
    subject = context.memory.get("subject") or {}
    if subject.get("kind") != "policy" or not _was_asked(context):
        return None
    previous = context.resources.understander.plain(str(subject["text"]))  # 外觀專利保護幾耐 asks what 外观… 多久 does
    if (whole := substituted(context.plain, previous)) is not None:
        return whole
    slots = dict(context.understanding.slots)
    if context.understanding.act == "inform" and slots.keys() <= {"region", "patent_kind", "right_type"}:
        return with_alternative(previous, context.text)
    return None


def _answer(context: TurnContext, question: str, asked: str | None = None, *, at_least: float = 0.0) -> Reply:
    try:
        # 外觀專利, 外官专利: what was said in other characters or with a slip is asked as it was meant.
        meant = context.resources.understander.plain(question)
        answer = ask(context, meant if meant != normalize("NFKC", question) else question)
        if answer.text == NO_BASIS and meant != question:
            answer = ask(context, question)
    except UpstreamUnavailable:
        return Reply(UNAVAILABLE, choices=(Choice("转人工", "转人工"),), is_miss=True)
    if answer.abstained:
        return without_basis(context, answer, question)
    if answer.confidence < at_least:
        return without_basis(context, PolicyAnswer(NO_BASIS, abstained=True), question)
    # The list stays on the table for 第2个, but 那…呢 now goes on with the question.
    memory = {
        "subject": {"kind": "policy", "text": asked or question}, "pending": None, "last_search_text": None,
        "asked": asked_with(context),
    }  # fmt: skip
    return Reply(
        answer.text, choices=ASK_A_PERSON, citations=tuple(citation_row(item) for item in answer.citations),
        memory={**memory, "topic": "policy"},
    )  # fmt: skip


def ask(context: TurnContext, question: str) -> PolicyAnswer:
    """What the sources say today in the user's region. Raises UpstreamUnavailable."""
    region = context.understanding.slots.get("region") or context.region
    return answer_policy_question(
        context.resources.answerer,
        context.session,
        question=question,
        on=context.today,
        region=region,
        history=_asked_before(context),
    )


def computes(context: TurnContext) -> bool:
    """Whether the sentence, with what was asked just before, gives a rule what it needs to compute a figure."""
    return read_rule_question(context.text, context.today, _asked_before(context)) is not None


def asked_with(context: TurnContext) -> list[str]:
    """The user's last questions with this one, oldest first, as the next turn may lean on them."""
    return [*_asked_before(context), context.text][-MOST_REMEMBERED:]


def _asked_before(context: TurnContext) -> list[str]:
    """The user's last questions of law, oldest first; none after something else was done."""
    return list(context.memory.get("asked") or []) if _was_asked(context) else []


def _was_asked(context: TurnContext) -> bool:
    """Whether a question of law is what was last talked about; a word of thanks between is no other matter."""
    return context.memory.get("last_matter", context.memory.get("last_skill")) in ASKED_BY


def without_basis(context: TurnContext, answer: PolicyAnswer, question: str) -> Reply:
    """No basis, or nothing that may be promised: say so, offer a person; "好" is remembered as wanting one."""
    pending = {"kind": "handoff", "topic": "policy", "question": question}
    return Reply(
        f"{answer.text}\n{OFFER}",
        choices=HANDOFF_CHOICES,
        memory={"pending": pending, "topic": "policy"},
        is_miss=answer.text == NO_BASIS,
    )


def citation_row(citation: Citation) -> dict[str, Any]:
    """A citation as it is stored with the message: it must stay as it was shown."""
    return {
        "document": citation.document,
        "label": citation.label,
        "passage": citation.passage,
        "source": citation.source,
        "valid_from": citation.valid_from.isoformat() if citation.valid_from else None,
        "valid_to": citation.valid_to.isoformat() if citation.valid_to else None,
        "checked_at": citation.checked_at.isoformat(),
    }
