"""Law and policy: an answer with its sources, or an honest "I don't know" and a person."""

import re
from typing import Any

from bot.context import TurnContext
from bot.replies import Choice, Reply
from core.errors import UpstreamUnavailable
from nlp.policy_answers import NO_BASIS
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

LONGEST_FOLLOW_UP = 12
# So well must a passage fit a sentence that did not look like a question.
SURE = 0.5
AND_WHAT_ABOUT = re.compile(r"^那?(?:么|如果是|要是)?(?P<what>.{1,10}?)呢[??]?$")
SHORT_QUESTION = re.compile(
    r"^那?(?:一般|大概|要|需要|得|总共)*(?:多少钱|花多少钱|费用|多久|几天|几年|多长时间|什么材料|哪些材料|材料|什么条件|条件|怎么办|怎么办理|"
    r"流程|能续吗|怎么算|从(?:哪[天年]|什么时候|何时)(?:开始)?算(?:起)?|要钱|在哪办|去哪办|找谁办|截止|期限)[呢吗??]*$"
)
# What a question asks for, taken off to put another in its place.
ASKED_FOR = re.compile(
    r"(?:一般|大概|要|需要|得)*(?:多少钱|多少年|几年|几个月|几天|多久|多长时间|什么材料|哪些材料|什么条件|怎么办理?|怎么走|怎么缴|怎么交|流程|"
    r"在哪办|吗|呢|[??])+$"
)
# Words that exclude each other: 那实用新型呢 puts one in the place of another.
ALTERNATIVES = (
    re.compile("外观设计专利|外观设计|外观专利|外观|实用新型专利|实用新型|发明专利|发明(?!人)"),
    re.compile("商标|专利|软件著作权|软著|著作权|版权"),
    re.compile("转让|许可|质押"),
)


def answer_question(context: TurnContext) -> Reply:
    """Answers from the law and our guides as they stand today in the user's region."""
    return _answer(context, context.text)


def invite(context: TurnContext) -> Reply:
    """The menu's entry for those who want to ask."""
    return Reply(ASK_AWAY, choices=ASK_CHOICES)


def answer_follow_up(context: TurnContext) -> Reply:
    """那实用新型呢, 要多久: the last question with one thing changed."""
    return _answer(context, follow_up_question(context) or context.text)


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
    text = context.text.strip(" 。.!")
    if subject.get("kind") != "policy" or context.memory.get("last_skill") != "policy":
        return None
    previous = str(subject["text"])
    if len(text) > LONGEST_FOLLOW_UP or len(previous) > 40:
        return None
    match = AND_WHAT_ABOUT.match(text)
    if match and not SHORT_QUESTION.match(text):
        return _with_alternative(previous, match["what"])
    if SHORT_QUESTION.match(text):
        return ASKED_FOR.sub("", previous) + text.removeprefix("那")
    slots = dict(context.understanding.slots)
    if context.understanding.act == "inform" and slots.keys() <= {"region", "patent_kind", "right_type"}:
        return _with_alternative(previous, text)
    return None


def _with_alternative(previous: str, what: str) -> str:
    for group in ALTERNATIVES:
        if group.fullmatch(what) and group.search(previous):
            return group.sub(what, previous, count=1)
    return f"{what}{previous}"


def _answer(context: TurnContext, question: str) -> Reply:
    try:
        answer = ask(context, question)
        plain = context.resources.understander.plain(question)
        if answer.text == NO_BASIS and plain != question:
            # 外觀專利保護幾多年: what was said in other characters or with a slip is asked once more.
            answer = ask(context, plain)
    except UpstreamUnavailable:
        return Reply(UNAVAILABLE, choices=(Choice("转人工", "转人工"),), is_miss=True)
    if answer.abstained:
        return without_basis(context, answer, question)
    # The list stays on the table for 第2个, but 那…呢 now goes on with the question.
    memory = {"subject": {"kind": "policy", "text": question}, "pending": None, "last_search_text": None}
    return Reply(
        answer.text, choices=ASK_A_PERSON, citations=tuple(citation_row(item) for item in answer.citations),
        memory={**memory, "topic": "policy"},
    )  # fmt: skip


def ask(context: TurnContext, question: str) -> PolicyAnswer:
    """What the sources say today in the user's region. Raises UpstreamUnavailable."""
    region = context.understanding.slots.get("region") or context.region
    return answer_policy_question(
        context.resources.answerer, context.session, question=question, on=context.today, region=region
    )


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
