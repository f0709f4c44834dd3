"""One sentence to intent, act and slots: the front door of the language layer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from nlp.acts import Act, ActFinder
from nlp.intents import ACTIONABLE, IntentClassifier, PatternClassifier, is_question, wish_parts
from nlp.normalisation import LENGTH_LIMIT, Normaliser
from nlp.segmenter import Segmenter, default_segmenter
from nlp.slots import SlotFinder, SlotReading
from nlp.slots.selection import choose_slots
from nlp.types import Understanding

# Earlier turns beyond these say nothing about the present one.
HISTORY_LIMIT = 12
UNSURE = 0.35
HANDOFF_ANYWHERE = re.compile(r"转(?:接|到)?人工|人工客服|找人工|真人客服")

# Words that go on with the last list: 只看…, 其中…, 换成…, 去掉…
REFINES = re.compile(
    r"只(?:看|要|留|保留|显示)|^就要|加上|其中|里面|再(?:加|筛|限|缩|看)|换成|改成|改为|去掉|去除|放宽|不限|不要|排除|除了|缩小|^那?.{1,12}呢\??$|筛选|过滤|按.{1,6}排"
)
DROPS = re.compile(
    r"(?:去掉|不限(?:制)?|放宽|取消|删掉|不看)\s*(?P<what>地区|地域|区域|时间|日期|年份|状态|类型|种类|申请人|公司|发明人|分类号?)?"
)
DROPPED = (
    (("region",), r"地区|地域|区域|全国"),
    (("date_from", "date_to", "date_field"), r"时间|日期|年份"),
    (("legal_status",), r"状态|有效状态"),
    (("patent_kind",), r"类型|种类"),
    (("applicant", "applicant_type"), r"申请人|公司"),
    (("inventor",), r"发明人"),
    (("ipc",), r"分类号?"),
)
# What belongs to one message only
MOMENTARY = frozenset({"ordinal"})
FORGETS = frozenset({"cancel", "restart"})
PERIOD = ("date_from", "date_to", "date_field")


@dataclass(frozen=True)
class _State:
    """What the conversation has said so far on its present wish."""

    intent: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    exclude: Mapping[str, list[str]] = field(default_factory=dict)


class Understander:
    """Understands sentences from phones. No input raises; nothing is read or written after construction.

    `classifier` is the replaceable judge of intents; without one, the weighted patterns of lexicon/intents.toml judge.
    """

    def __init__(self, classifier: IntentClassifier | None = None, *, segmenter: Segmenter | None = None) -> None:
        self._normaliser = Normaliser()
        self._acts = ActFinder()
        self._classifier = classifier or PatternClassifier()
        self._slots = SlotFinder(segmenter or default_segmenter())

    def understand(self, text: str, *, at: date, history: Sequence[str] = ()) -> Understanding:
        """Intent, act and slots of `text` on the day `at`.

        With `history` (the same user's earlier sentences, oldest first) the slots are the whole state after the
        sentence: filters that still hold are in them.
        """
        state = _State()
        for earlier in history[-HISTORY_LIMIT:]:
            understood, fresh = self._read(earlier, at, state)
            state = _next_state(state, understood, fresh)
        understood, fresh = self._read(text, at, state)
        merged = _next_state(state, understood, fresh)
        if understood.act in FORGETS and understood.intent is None:
            return understood
        momentary = {name: value for name, value in understood.slots.items() if name in MOMENTARY}
        return Understanding(
            text,
            understood.intent,
            understood.confidence,
            understood.act,
            {**merged.slots, **momentary},
            merged.exclude,
        )

    def plain(self, text: str) -> str:
        """The sentence as it is read: half-width, simplified characters, slips of the keyboard mended."""
        return self._normaliser.plain(text)

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Every plausible intent with its confidence, best first: what a clarifying question may offer."""
        plain = self._normaliser.plain(text)
        return self._classifier.rank(self._normaliser.without_fillers(plain)) if plain else []

    def _read(self, text: str, at: date, state: _State) -> tuple[Understanding, bool]:
        """The sentence on its own, and whether it begins a new wish (and so forgets earlier filters)."""
        plain = self._normaliser.plain(text)
        if not plain:
            return Understanding(text, None, 0.0), False
        act = self._acts.find(plain)
        if act.name and not act.rest:
            slots = {"ordinal": act.ordinal} if act.ordinal is not None else {}
            return Understanding(text, None, 0.95, act.name, slots), False
        clean = self._first_wish(self._normaliser.without_fillers(act.rest or plain))
        reading = self._slots.read(clean, at)
        intent, confidence = self._intent(clean, reading, state)
        if len(text) > LENGTH_LIMIT and HANDOFF_ANYWHERE.search(text):
            intent, confidence = "human_handoff", 0.9
        if not act.name and (intent is None or confidence < 0.6 or (state.intent is None and _states_a_value(clean))):
            informed = self._inform(text, clean, reading)
            if informed is not None:
                return informed, False
        return self._with_slots(text, act, clean, intent, confidence, reading, state)

    def _first_wish(self, clean: str) -> str:
        """The part up to 然后 or 另外 where it already holds something to act on, else all of it."""
        parts = wish_parts(clean)
        if len(parts) > 1 and len(parts[0]) >= 4:
            ranked = self._classifier.rank(parts[0])
            whole = self._classifier.rank(clean)
            if ranked and ranked[0][0] in ACTIONABLE and ranked[0][1] >= 0.7 and whole[0][0] != "human_handoff":
                return parts[0]
        return clean

    def _with_slots(
        self,
        text: str,
        act: Act,
        clean: str,
        intent: str | None,
        confidence: float,
        reading: SlotReading,
        state: _State,
    ) -> tuple[Understanding, bool]:
        slots, exclude = choose_slots(reading, intent, clean)
        topic = self._slots.topics.find(reading.left, intent) if intent in TOPICAL else ""
        refines = bool(REFINES.search(clean)) and state.intent is not None and intent == state.intent
        if topic and not (refines and len(topic) < 2):
            slots["topic"] = topic
        if refines and DROPS.search(clean):
            slots, exclude = _without_dropped(clean, slots, exclude)
        if act.name and (confidence < 0.5 or intent is None):
            return Understanding(text, None, 0.8, act.name, slots, exclude), False
        fresh = intent is not None and not refines
        return Understanding(text, intent, round(confidence, 3), act.name, slots, exclude), fresh

    def _intent(self, clean: str, reading: SlotReading, state: _State) -> tuple[str | None, float]:
        """The best intent; a refinement keeps the list's intent; the rest is guessed with little trust."""
        ranked = self._classifier.rank(clean)
        best, confidence = ranked[0] if ranked else (None, 0.0)
        if state.intent and REFINES.search(clean) and (confidence < 0.8 or best == "patent_search"):
            return state.intent, 0.85
        if best is not None and confidence >= UNSURE:
            runner_up = ranked[1][1] if len(ranked) > 1 else 0.0
            return best, max(0.0, min(0.99, confidence - 0.2 * max(0.0, runner_up - confidence + 0.1)))
        return _guess(clean, reading, self._slots)

    def _inform(self, text: str, clean: str, reading: SlotReading) -> Understanding | None:
        """A sentence that is nothing but a slot's value."""
        if not IS_ONLY_A_VALUE.fullmatch(reading.left.strip()):
            return None
        slots, exclude = choose_slots(reading, None, clean)
        if not slots and not exclude:
            number = re.fullmatch(r"\d{3,9}", clean)
            if not number:
                return None
            slots = {"amount": int(clean)} if int(clean) else {}
        return Understanding(text, None, 0.9, "inform", slots, exclude)


def is_refinement(text: str) -> bool:
    """Whether a sentence goes on with a list: 只看有效的, 换成深圳, 那实用新型呢."""
    return bool(REFINES.search(text))


def _states_a_value(clean: str) -> bool:
    """Whether no verb of wishing stands here: 只要发明 and 转让 answer a question, 想转让 opens a wish."""
    return not re.search(r"想|要|求|找|查|帮|请|搜|看|怎|吗|\?", re.sub(r"只要|只看", "", clean))


TOPICAL = frozenset(
    {
        "patent_search",
        "patent_watch",
        "supply_post",
        "demand_post",
        "market_browse",
        "training_browse",
        "training_book",
        "training_cancel",
        "analysis_request",
        "incubation",
        "patent_valuation",
    }
)
IS_ONLY_A_VALUE = re.compile(
    r"(?:[|\s,。;!?、:()]|我们?|咱们?|公司|企业|单位|在|是|叫|的|就|吧|大概|大约|左右|差不多|预算|金额|价格|报价|期限|时间|日期|电话|手机号?|联系方式|号码|名称|名字|全称|位于|地址|地区|市|区|这边|这里|本地|填|写|改成|改为|贷|借|要|想|个|了|呢|哈|啊|那|嗯|最多|最少|以内|以下|以上|不超过|起|类型|专利|种类|只要|只看|贷款|借款|融资|转让价|许可费|总价|转让|许可|出售|质押|开放|作价|入股|商标|软著|版权|著作权|普通|独占|排他|独家|申请人|发明人|万|元|吗|一共|总共|也|和|或|天|做|选|状态|编号|单号|专利号|申请号)*"
)
BUSINESS = re.compile(
    r"公司|企业|员工|离职|转让|许可|质押|续展|授权|权利要求|发明人|申请人|侵权|竞业|合同|签|法院|起诉|判|律师|仲裁|软件|正版|盗版|作品|产品|品牌|厂|代偿|担保|利息|税|证书|局|审查|期限|费|滞纳金|补正|答辩|备份|转载|引用|网站|店"
)
SEARCH_SLOTS = ("inventor", "ipc", "applicant_type", "legal_status", "patent_kind")


def _guess(clean: str, reading: SlotReading, finder: SlotFinder) -> tuple[str | None, float]:
    """Where no pattern speaks: filters or a bare noun phrase are a search, the rest is beside the point."""
    if IS_ONLY_A_VALUE.fullmatch(reading.left.strip()):
        return None, 0.0
    topic = finder.topics.find(reading.left, "patent_search")
    filters = sum(name in reading.values for name in SEARCH_SLOTS)
    filters += bool(reading.organisations.short_name or reading.organisations.full_name) + bool(reading.periods)
    if topic and filters:
        return "patent_search", 0.65
    if "patent_number" in reading.values or reading.has_invalid_number:
        return "patent_detail", 0.5
    if not re.search(r"[一-鿿A-Za-z]", clean):
        return None, 0.0
    if is_question(clean) and BUSINESS.search(clean):
        # the answerer of such questions abstains where it has no basis
        return "policy_question", 0.45
    if is_question(clean) or re.search(r"帮我|请|想|要", clean):
        return "out_of_scope", 0.4
    if topic and finder.topics.is_noun_phrase(clean):
        return "patent_search", 0.4
    return "chitchat", 0.4


def _without_dropped(
    clean: str, slots: dict[str, Any], exclude: Mapping[str, list[str]]
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """去掉广州 takes the filter away rather than forbidding the place; None marks what goes."""
    kept = {name: values for name, values in exclude.items() if name != "region"}
    if "region" in exclude:
        slots["region"] = None
    slots.pop("topic", None)
    for names, pattern in DROPPED:
        if re.search(
            rf"(?:去掉|不限(?:制)?|放宽|取消|删掉)\s*(?:{pattern})|(?:{pattern})(?:的)?(?:限制|条件)?(?:去掉|不限|放宽)",
            clean,
        ):
            slots.update(dict.fromkeys(names))
    return slots, kept


def _next_state(state: _State, understood: Understanding, fresh: bool) -> _State:
    """The filters that hold after a sentence."""
    if understood.act in FORGETS and understood.intent is None:
        return _State()
    said = {name: value for name, value in understood.slots.items() if name not in MOMENTARY}
    continues = understood.intent in (None, state.intent) and not (fresh and ("topic" in said or not state.slots))
    if understood.intent is not None and not continues:
        return _State(understood.intent, said, understood.exclude)
    slots = dict(state.slots)
    if any(name in said for name in PERIOD[:2]):
        slots = {name: value for name, value in slots.items() if name not in PERIOD}
    slots.update(said)
    slots = {name: value for name, value in slots.items() if value is not None}
    exclude = {name: list(values) for name, values in state.exclude.items() if name not in said}
    for name, values in understood.exclude.items():
        exclude[name] = list(dict.fromkeys([*exclude.get(name, []), *values]))
        if slots.get(name) in values:
            del slots[name]
    return _State(understood.intent or state.intent, slots, exclude)
