"""What a conversation has said so far: filters that still hold, and sentences that go on with a list."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nlp.types import Understanding

# Words that go on with the last list: 只看…, 其中…, 换成…, 去掉…
REFINES = re.compile(
    r"只(?:看|要|留|保留|显示|剩|限)|^仅(?:看|要|限|留)?|^[单光](?:看|要|留)|^(?:保留|留下)|^有没有[^\s,。专利]{1,8}的(?:呢|吗)?$|也(?:可以?|行|成|要|看看?|算上?|包括|加上|列)|^就(?:要|看|留)|加上|其中|里面|再(?:加|筛|限|缩|看)|换成|换到|改看|改查|改找|改搜|不一定|改成|改为|改到|扩大到|缩小到|限定在?|去掉|去除|放宽|不限|不要|排除|除了|缩小|^那?.{1,12}呢\??$|筛选|过滤|按.{1,6}排"
)
# 杭州 哦不对 温州; 潮汕不是 是汕头: what comes after takes the place of what came before.
SLIP = r"(?:不对(?:不对)?|不是不是|我?(?:说|打|写|搞|弄|输|讲|记)错了?|错了|口误|更正(?:一下)?)"
CORRECTION = re.compile(
    rf"(?<=\S)[\s,。、;]+[哦噢啊呃额哎诶呀]?\s*(?:{SLIP}(?=[\s,。!是应改]|我是)|不+(?=[\s,。])|算了(?=[\s,。]*(?:还是|改|换)))"
    r"[\s,。!啊哈]*(?:应该是|我?要的?是|我?是?说的?是|还是|改[成为]?|换[成为]?|是)?(?!的)"
    r"|(?<=\S)不是[\s,。]+(?:而是|应该是|是)|(?<=\S)[\s,。]+不是[\s,。]+"
)
# 我说错了 是温湿度传感器: another subject or value within what was asked before.
CORRECTS = re.compile(
    rf"^[哦噢啊呃额哎诶呀]?\s*{SLIP}[\s,。!啊]*(?:应该|要的|我要的|我说的)?是(?=\S)"
    r"|^不是[^\s,。]{1,10}[\s,。]+(?:而|应该)?是(?=\S)|^把[^\s,。]{1,10}[改换](?:成|为|到)(?=\S)"
)
# 外观也可以: no value in place of another, but one that is welcome too.
ALSO = re.compile(r"也(?:都|是)?(?:可以?|行|成|要|看看?|算上?|包括|加上|列|给我|能?接受)")
# 前面的都不要了 找折叠椅: nothing of what was said before holds.
BEGINS_ANEW = re.compile(
    r"^(?:前面|之前|刚才|刚刚|上面|以上|原来)(?:说|查|找|要)?(?:的|那些|条件|要求)*(?:都|全|全都|统统)?"
    r"(?:不要|不算|作废|忽略|取消|清空|清掉|去掉|不看|不管)(?:了|掉)?[\s,。!]+(?=\S)"
    r"|^(?:(?:那|先|全|都|全都|全部|统统|还是)?(?:不要|算|不查|不找|不看|清空|重置|作废|换一?个(?:题目|主题|话题)?|另起|推倒)(?:了|吧)*[\s,。!]+)?"
    r"(?:我们?|咱们?)?(?:(?:重新|从头|重头|另外?)(?:开始|再?来|查|搜|找|看)(?:过|一?[次遍个])?|重来|推倒重来|另起炉灶|开个新的|换个(?:题目|主题|话题|方向))(?:吧|了)?[\s,。!]+(?=\S)"
    r"|^(?:所有|全部)?(?:的)?条件(?:都|全|全都|统统)?(?:去掉|不要|清空|取消)(?:了|掉)?[\s,。!]+(?=就?(?:查|找|搜|看))"
    r"|^(?:全|都|全都|全部|统统)(?:不要|清空|作废)(?:了|掉)?[\s,。!]+(?=\S)"
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
    """Whether a sentence goes on with a list: 只看有效的, 换成深圳, 那实用新型呢, 说错了 是深圳."""
    return not BEGINS_ANEW.match(text) and bool(REFINES.search(text) or CORRECTS.match(text))


def uncorrected(text: str) -> tuple[str, str]:
    """What was said, and what was said instead in the same sentence; the latter empty where nothing was."""
    corrections = list(CORRECTION.finditer(text))
    if not corrections or not text[corrections[-1].end() :].strip():
        return text, ""
    return text[: corrections[0].start()], text[corrections[-1].end() :]


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
            rf"(?:去掉|不限(?:制)?|放宽|取消|删掉)\s*(?:{pattern})|(?:{pattern})(?:的)?(?:限制|条件)?(?:都|就|也)?(?:去掉|不限|放宽|无所谓|随便|都行|不要了?$)(?!到|成|为)",
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
