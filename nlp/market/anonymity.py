"""Whether an anonymous text gives its owner away, and one that does not: whoever searches for a stretch of a published
title, abstract or claim finds the patent, and with it whose it is."""

import re
from collections.abc import Collection, Iterable, Sequence

from nlp.ipc_names import subclass_name

# Twelve characters of a patent stand in few others; a title is found by less.
LONGEST_SHARED, SHORTEST_TITLE = 12, 6
MOST_FIELDS, MOST_EFFECTS, SHOWN_QUOTE = 2, 3, 16
KIND_NAMES = {"invention": "发明专利", "utility_model": "实用新型专利", "design": "外观设计专利"}
BESIDE_WORDS = re.compile(r"[\W_]+")
# What every title has.
OF_EVERY_TITLE = re.compile(
    r"^(?:一种|基于)|(?:的?(?:制备|制造|生产|加工|控制|处理)?(?:方法|装置|系统|设备|工艺|结构))+$"
)
# What it does in words that thousands of patents share.
EFFECTS = (
    (re.compile("效率|速度快|快速|省时"), "提高效率"),
    (re.compile("成本|价格低|便宜|经济"), "降低成本"),
    (re.compile("能耗|节能|省电|耗能"), "节省能源"),
    (re.compile("寿命|耐用|耐磨|耐久"), "延长寿命"),
    (re.compile("安全|事故|危险|防护"), "提高安全性"),
    (re.compile("环保|污染|排放|回收利用"), "减少污染"),
    (re.compile("精度|准确|精确|误差"), "提高精度"),
    (re.compile("人工|自动|智能|劳动强度"), "减少人工"),
    (re.compile("稳定|可靠|故障"), "提高稳定性"),
    (re.compile("体积|重量轻|轻便|小型化|紧凑"), "减小体积和重量"),
    (re.compile("维护|维修|拆卸|拆装|安装方便|便于安装"), "方便安装维护"),
    (re.compile("良率|合格率|质量好|品质"), "提高产品质量"),
    (re.compile("噪声|噪音|降噪"), "降低噪声"),
    (re.compile("强度|韧性|硬度|力学性能"), "提高强度"),
)


def find_shared(text: str, published: Iterable[str], titles: Iterable[str] = ()) -> str:
    """A stretch that the text has in common with what was published, as far as it is shown; "" where it has none."""
    plain = BESIDE_WORDS.sub("", text)
    longest = ""
    for each in published:
        longest = max(longest, _shared(plain, BESIDE_WORDS.sub("", each)), key=len)
    for title in titles:
        core = OF_EVERY_TITLE.sub("", BESIDE_WORDS.sub("", title))
        if len(core) >= SHORTEST_TITLE and core in plain:
            longest = max(longest, core, key=len)
    return longest if len(longest) <= SHOWN_QUOTE else f"{longest[:SHOWN_QUOTE]}…"


def _shared(text: str, source: str) -> str:
    """The longest stretch of both that is long enough."""
    size = LONGEST_SHARED
    places: dict[str, int] = {}
    for start in range(len(source) - size + 1):
        places.setdefault(source[start : start + size], start)
    longest, start = "", 0
    while start <= len(text) - size:
        there = places.get(text[start : start + size])
        if there is None:
            start += 1
            continue
        length = size
        while (
            start + length < len(text)
            and there + length < len(source)
            and text[start + length] == source[there + length]
        ):
            length += 1
        longest = max(longest, text[start : start + length], key=len)
        start += length - size + 1
    return longest


def neutral_text(
    *, classes: Sequence[str], kinds: Collection[str], count: int, is_pending: bool, published: str
) -> str:
    """电池、电路方面的发明专利1件,已授权。主要作用:提高效率、降低成本。 No word of a title, no number, no name."""
    names = dict.fromkeys(name for symbol in classes if (name := subclass_name(symbol[:4])) is not None)
    fields = "、".join(list(names)[:MOST_FIELDS])
    kind = next((KIND_NAMES[each] for each in KIND_NAMES if set(kinds) == {each}), "专利")
    what = f"{fields}方面的{kind}{count}件" if fields else f"{kind}{count}件"
    state = "申请中" if is_pending else "已授权"
    text = f"{what},{state}。"
    effects = list(dict.fromkeys(said for pattern, said in EFFECTS if pattern.search(published)))[:MOST_EFFECTS]
    if effects:
        text += f"主要作用:{'、'.join(effects)}。"
    return f"{text}用在哪、效果怎么样,谈的时候细说。"
