"""What a conversation has said so far: filters that still hold, and sentences that go on with a list."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nlp.types import Understanding

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
class State:
    """What the conversation has said so far on its present wish."""

    intent: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    exclude: Mapping[str, list[str]] = field(default_factory=dict)


def is_refinement(text: str) -> bool:
    """Whether a sentence goes on with a list: 只看有效的, 换成深圳, 那实用新型呢."""
    return bool(REFINES.search(text))


def without_dropped(
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


def next_state(state: State, understood: Understanding, fresh: bool) -> State:
    """The filters that hold after a sentence."""
    if understood.act in FORGETS and understood.intent is None:
        return State()
    said = {name: value for name, value in understood.slots.items() if name not in MOMENTARY}
    continues = understood.intent in (None, state.intent) and not (fresh and ("topic" in said or not state.slots))
    if understood.intent is not None and not continues:
        return State(understood.intent, said, understood.exclude)
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
    return State(understood.intent or state.intent, slots, exclude)
