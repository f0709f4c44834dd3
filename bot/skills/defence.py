"""Who is accused of infringing: what to do first, what may be said against it by law, and the person who helps."""

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.policies import ask, asked_with, citation_row
from core.errors import UpstreamUnavailable
from nlp.accused import ASKS_GENERALLY, accused_of

KEEP_CALM = "别不理,也先别认。收到起诉状副本的,15日内要交答辩状,先记准日子。"
# For each accusation: the first advice, and the question that our guides answer about it.
ADVICE = {
    "patent": (KEEP_CALM, "被控侵犯专利有哪些抗辩"),
    "trademark": (KEEP_CALM, "被告商标侵权有哪些抗辩"),
    "copyright": (KEEP_CALM, "被告著作权侵权有哪些抗辩"),
    "platform": ("别不理,也先别认。先看清平台通知里的期限。", "网店被投诉侵权下架怎么申诉"),
    "abroad": ("国外的官司按当地的法律和期限来,我没有可靠依据,不乱说。文件和收到的日期留好,回函前先让律师看。", ""),
}
OFFER = "要专员帮您看函件和证据吗?回复“好”就转。"
RIGHT_HOLDERS_FORM = "enforcement_aid"
# What such a sentence is taken for; a particular question (要赔多少, 几天内答辩) is answered as a question.
TAKEN_FOR = frozenset({None, "enforcement_aid", "complaint", "chitchat", "out_of_scope", "case_progress"})


def is_called_for(context: TurnContext) -> bool:
    """Whether the sentence says that its sender is accused, and asks nothing more particular than what to do."""
    intent = context.understanding.intent
    if intent not in TAKEN_FOR and not (intent == "policy_question" and ASKS_GENERALLY.search(context.plain)):
        return False
    return accused_of(context.plain) is not None


def defend(context: TurnContext) -> Reply:
    """The form of a right holder is no help here, so it is left where it is on the table."""
    first, question = ADVICE[accused_of(context.plain) or "patent"]
    law, citations = _law(context, question)
    is_in_wrong_form = (context.memory.get("form") or {}).get("kind") == RIGHT_HOLDERS_FORM
    return Reply(
        "\n".join(part for part in (first, law, OFFER) if part),
        choices=(Choice("好", "转给专员"), Choice("算了", "先不用")),
        citations=citations,
        memory={
            "pending": {"kind": "handoff", "topic": "enforcement", "question": context.text},
            "topic": "enforcement",
            "subject": {"kind": "policy", "text": context.text},
            "asked": asked_with(context),
            **({"form": None} if is_in_wrong_form else {}),
        },
    )


def _law(context: TurnContext, question: str) -> tuple[str, tuple[dict[str, object], ...]]:
    if not question:
        return "", ()
    try:
        answer = ask(context, question)
    except UpstreamUnavailable:
        return "", ()
    return ("", ()) if answer.abstained else (answer.text, tuple(citation_row(item) for item in answer.citations))
