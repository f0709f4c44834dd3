"""Law and policy with a chat model, where one is configured: it looks up and writes, we check what it wrote."""

from collections.abc import Callable, Sequence
from functools import partial

from bot.context import TurnContext
from bot.dialogue import Dialogue
from bot.replies import Choice, Reply
from bot.skills import Skill, desks, market, policies
from bot.skills.handoff import TOPIC_OF_INTENT
from bot.skills.patent_filters import narrows_nothing, query_of
from core.errors import UpstreamUnavailable
from core.logs import get_logger
from nlp.answer_text import OFFICIAL
from nlp.grounded.answering import Deadline, GroundedAnswer, GroundedAnswerer
from nlp.grounded.citation_check import CitationCheck
from nlp.grounded.prompts import all_prompts
from nlp.grounded.rewriting import LONGEST_THAT_LEANS, rewrite
from nlp.grounded.sources import Fact, Sources, citation_of, passage_facts
from nlp.grounded.tools import LookUp, Offer, Proposal, Toolbox
from nlp.ports import ChatModel
from nlp.redaction import Redaction
from nlp.refusals import find_refusal
from nlp.rules.answers import answer_rule_question
from nlp.segmenter import default_segmenter
from services.catalogue import catalogue
from services.knowledge import search_policies
from services.model_budget import CircuitBreaker, MeteredChatModel, ModelBudget
from services.patent_words import not_applied
from services.patents import PatentSummary, search_patents
from services.resources import Resources
from services.topics import SKILL_NAMES
from services.working_hours import load_calendar

log = get_logger(__name__)

# A figure by rule, as a fact to cite; None where no rule is meant or an input is missing.
ComputeRule = Callable[[TurnContext, str], Fact | None]

MOST_PASSAGES = 6
# An unclear sentence that is shorter is no question worth a model.
SHORTEST_UNCLEAR = 8
# Of the rewriting, so that enough is left for the answer.
SHARE_OF_TIME = 0.3
LAW = "查法规政策和办事指引。text写成完整的问题。"
PATENTS = "查专利库。text写技术、申请人、地区、状态等条件,或专利号。"
RULE = "按法规计算期限和金额。text写完整的问题,带上日期和数字。"
CASE = "提出由专员办理一项业务,要对方点头才办。"
PERSON = "提出转给专员,要对方点头才转。"


def compute_by_rule(context: TurnContext, text: str) -> Fact | None:
    """The figure that our rules give, with its steps and articles."""
    answer = answer_rule_question(text, context.today, calendar=load_calendar(context.session, context.today))
    if answer is None or answer.missing is not None:
        return None
    articles = "、".join(f"《{law}》{article}" for law, article in answer.articles)
    return Fact(f"按{articles}计算" if articles else "按规则计算", answer.text)


class Assistant:
    """The chat model as the bot uses it. One for each process; every answer has its own budget, time and redaction."""

    def __init__(self, resources: Resources, model: ChatModel, *, compute_rule: ComputeRule = compute_by_rule) -> None:
        settings = resources.settings
        self._model = model
        self._budget = ModelBudget(resources.redis, resources.clock, calls_per_day=settings.chat_calls_per_user_per_day)
        self._breaker = CircuitBreaker(resources.redis)
        self._seconds = settings.chat_deadline_seconds
        self._label = settings.answer_label
        self._compute_rule = compute_rule
        self._answerer: GroundedAnswerer | None = None

    def takes(self, context: TurnContext, skill: Skill) -> bool:
        """Whether this turn is for the model: a question of law or policy, and the model may be called now."""
        if skill.name != "policy" or find_refusal(context.text) is not None:
            return False
        is_clear = context.understanding.intent == "policy_question" or policies.follow_up_question(context) is not None
        if not is_clear and len(context.text) < SHORTEST_UNCLEAR:
            return False
        return self._metered(context).is_available()

    def answer(self, context: TurnContext, *, plain: Skill) -> Reply:
        """The model's answer, as far as it holds; on any failure what the skill says without a model."""
        try:
            reply = self._answer(context)
        except UpstreamUnavailable:
            reply = None
        except Exception:
            log.exception("assisted_answer_failed")
            reply = None
        return reply or plain.answer(context)

    def _answer(self, context: TurnContext) -> Reply | None:
        deadline, redaction = Deadline(self._seconds), Redaction()
        model = self._metered(context)
        question = self._whole_question(context, model, redaction, deadline)
        if find_refusal(question) is not None:
            return None
        sources = Sources()
        sources.add(_reading(context, partial(_find_passages, context))(question))
        answer = self._grounded().answer(
            model,
            question,
            sources,
            self._toolbox(context),
            redaction=redaction,
            deadline=deadline,
            on_sentence=context.on_sentence,
        )
        if answer is None or not answer.sentences:
            return None
        return _reply(context, question, answer, self._label)

    def _whole_question(self, context: TurnContext, model: ChatModel, redaction: Redaction, deadline: Deadline) -> str:
        """那外观呢, made whole by the model; by our own rules where its wording is none."""
        subject = context.memory.get("subject") or {}
        follows = subject.get("kind") == "policy" and context.memory.get("last_matter") == "policy"
        if not follows or len(context.text) > LONGEST_THAT_LEANS:
            return context.text
        previous, text = redaction.hide(str(subject["text"])), redaction.hide(context.text)
        seconds = deadline.left() * SHARE_OF_TIME
        written = rewrite(model, text, previous, timeout_seconds=seconds)
        if written is not None:
            return redaction.restore(written)
        return policies.follow_up_question(context) or context.text

    def _toolbox(self, context: TurnContext) -> Toolbox:
        look_ups = [
            LookUp("answer_policy_question", LAW, _reading(context, partial(_find_passages, context))),
            LookUp("search_patents", PATENTS, _reading(context, partial(_find_patents, context))),
            LookUp("compute_rule", RULE, _reading(context, partial(self._compute, context))),
        ]
        proposals = [
            Proposal("start_case", CASE, tuple(sorted({*desks.DESKS, *market.INTENTS, *_intents_of_services()}))),
            Proposal("hand_off", PERSON, tuple(SKILL_NAMES)),
        ]
        return Toolbox(look_ups, proposals)

    def _compute(self, context: TurnContext, text: str) -> Sequence[Fact]:
        fact = self._compute_rule(context, text)
        return [fact] if fact is not None else []

    def _metered(self, context: TurnContext) -> MeteredChatModel:
        return MeteredChatModel(self._model, self._budget, self._breaker, context.user_id)

    def _grounded(self) -> GroundedAnswerer:
        if self._answerer is None:
            self._answerer = GroundedAnswerer(CitationCheck(default_segmenter(), all_prompts()))
        return self._answerer


def _intents_of_services() -> set[str]:
    return {intent for service in catalogue().values() for intent in service.intents}


class AssistedDialogue(Dialogue):
    """The same dialogue; a question that the model may answer is slow by nature and answered with it."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def _choose(self, context: TurnContext) -> Skill:
        skill = super()._choose(context)
        if not self._assistant.takes(context, skill):
            return skill
        return Skill(skill.name, partial(self._assistant.answer, plain=skill), is_slow=True)


def _reading(context: TurnContext, find: Callable[[str], Sequence[Fact]]) -> Callable[[str], Sequence[Fact]]:
    """Lets go of the database's connection after each look-up: the model's time must not hold one."""

    def found(text: str) -> Sequence[Fact]:
        try:
            return find(text)
        finally:
            context.session.rollback()

    return found


def _find_passages(context: TurnContext, question: str) -> Sequence[Fact]:
    """What the answer without a model would rest on; nothing where it would abstain."""
    for wording in dict.fromkeys((question, context.resources.understander.plain(question))):
        if policies.ask(context, wording).abstained:
            continue
        region = context.understanding.slots.get("region") or context.region
        hits = search_policies(
            context.resources.answerer,
            context.session,
            q=wording,
            on=context.today,
            region=region,
            limit=MOST_PASSAGES,
        )
        return passage_facts([hit.passage for hit in hits])
    return []


def _find_patents(context: TurnContext, text: str) -> Sequence[Fact]:
    query = query_of(context.resources.understander.understand(text, at=context.today), text)
    if narrows_nothing(query):
        return []
    results = search_patents(context.session, context.resources.patent_search, query, today=context.today)
    counted = Fact("专利库", f"符合条件的专利共{results.total}件。")
    told = [Fact("专利库", not_applied(query))] if not_applied(query) else []
    return [counted, *told, *(_patent_fact(item) for item in results.items)]


def _patent_fact(patent: PatentSummary) -> Fact:
    owners = "、".join(patent.applicants)
    demo = ",演示数据" if patent.is_demo else ""
    return Fact(patent.publication_number, f"名称是{patent.title};申请人是{owners};状态:{patent.status_text}{demo}。")


def _reply(context: TurnContext, question: str, answer: GroundedAnswer, label: str) -> Reply:
    lines = [answer.text, _basis(answer), label]
    memory = {"subject": {"kind": "policy", "text": question}, "pending": None, "last_search_text": None}
    choices: tuple[Choice, ...] = policies.ASK_A_PERSON
    if answer.offer is not None:
        said, topic = _offered(answer.offer)
        lines.insert(2, said)
        memory["pending"] = {"kind": "handoff", "topic": topic, "question": context.text}
        choices = policies.HANDOFF_CHOICES
    passages = [source.passage for source in answer.sources if source.passage is not None]
    return Reply(
        "\n".join(line for line in lines if line),
        choices=choices,
        citations=tuple(policies.citation_row(citation_of(passage)) for passage in passages),
        memory={**memory, "topic": "policy"},
    )


def _offered(offer: Offer) -> tuple[str, str]:
    """What the user is asked, and whose matter it is. Nothing happens unless they say yes."""
    if offer.tool == "start_case":
        return desks.OFFER, TOPIC_OF_INTENT.get(offer.kind, "general")
    return policies.OFFER, offer.kind


def _basis(answer: GroundedAnswer) -> str:
    """依据:[1]《专利法》第四十二条(2021年6月1日起施行);[2]…"""
    several = len(answer.sources) > 1
    named = [f"[{place}]{source.title}" if several else source.title for place, source in enumerate(answer.sources, 1)]
    is_unsure = any(source.passage is not None and source.passage.confidence != "V" for source in answer.sources)
    return f"依据:{';'.join(named)}。{OFFICIAL + '。' if is_unsure and OFFICIAL not in answer.text else ''}"
