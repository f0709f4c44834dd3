"""Law and policy: an answer with its sources, or an honest "I don't know" and a person."""

from typing import Any

from bot.context import TurnContext
from bot.replies import Choice, Reply
from core.errors import UpstreamUnavailable
from nlp.types import Citation, PolicyAnswer
from services.knowledge import answer_policy_question

NO_BASIS = "这个我没有可靠依据,不乱说。要专员来回答吗?回复“好”就转过去。"
UNAVAILABLE = "资料库这会儿打不开,我不凭记忆回答。稍后再问,或说“转人工”。"
HANDOFF_CHOICES = (Choice("好", "请专员回答"), Choice("算了", "算了"))


def answer_question(context: TurnContext) -> Reply:
    """Answers from the law and our guides as they stand today in the user's region."""
    try:
        answer = ask(context)
    except UpstreamUnavailable:
        return Reply(UNAVAILABLE, choices=(Choice("转人工", "转人工"),), is_miss=True)
    if answer.abstained:
        return without_basis(context)
    memory = {"subject": {"kind": "policy", "text": context.text}, "pending": None, "list": None}
    return Reply(answer.text, citations=tuple(citation_row(item) for item in answer.citations), memory=memory)


def ask(context: TurnContext) -> PolicyAnswer:
    region = context.understanding.slots.get("region") or context.region
    return answer_policy_question(
        context.resources.answerer, context.session, question=context.text, on=context.today, region=region
    )


def without_basis(context: TurnContext) -> Reply:
    """No basis: offer a person; the answer "好" is remembered as wanting one."""
    pending = {"kind": "handoff", "reason": "skill", "topic": "policy", "question": context.text}
    return Reply(NO_BASIS, choices=HANDOFF_CHOICES, memory={"pending": pending}, is_miss=True)


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
