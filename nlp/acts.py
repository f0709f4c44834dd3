"""Dialogue acts: what a sentence does to the conversation, alone or as the opening of a wish."""

import re
import tomllib
from dataclasses import dataclass

from nlp.lexicon import FOLDER
from nlp.slots.contacts import find_ordinal
from nlp.slots.numerals import CHINESE, read_number

# what may surround an act without changing it
PADDING = re.compile(
    r"[\s,。;!?、~…·.]+|(?:吧|啊|呀|啦|了啦|哈|哦|噢|嘛|喔|呢|咯|喽|哒|谢谢|谢了|请|麻烦|亲|嗯+(?=.))(?=$|[\s,。!?])|^(?:那|那就|嗯+|哦|请)(?=.)"
)

THIS = r"(?:这|那|它|他|上面|以上|上述)(?:个|些|样|件|条|次|一?步|里)?"
# A bare act is short; a limit keeps the patterns quick on anything else.
LONGEST = 16


SELECT = re.compile(
    r"(?:我)?(?:就)?(?:选择?|要|看看?|点开?|打开|查看|就|挑|展开|想看|用|发)?(?:一下)?(?P<item>.+?)(?:吧|的|呢|那个|看看|看一下|好了|行|就行|可以)*"
)
BARE_NUMBER = re.compile(
    rf"(?:就|我)?(?:选择?|看|要|第|回复|点)?\s*(?P<number>\d{{1,2}}|[{CHINESE}]{{1,3}})\s*(?:号|个|条)?(?:那个|这个)?"
)
RELATIVE_ITEM = re.compile(
    r"(?:(?P<first>头一|首|最前面?的?那|最上面?的?那|最上面|第一)|(?P<last>最后|最末|末尾|最下面|倒数第一|最底下)(?:面|头)?的?(?:那|这)?(?:一)?)(?:个|条|件|项|篇|份|位)?"
)

OPENING = (
    (
        "deny",
        re.compile(
            r"^(?:不对(?:不对)?|不是(?:的|这个|这样)?(?=[\s,。!])|错了|搞错了|弄错了|说错了|不要了?(?=[\s,。!])|不行(?=[\s,。!])|不(?=[\s,。!]))[\s,。!啊呀吧]*(?=\S{3})"
        ),
    ),
    (
        "cancel",
        re.compile(
            r"^(?:还是)?(?:算了(?:吧)?|不办了|不弄了|不填了|退出|先不(?:办|弄|填|说)(?:这个)?了?)[\s,。!啊呀]*(?=\S{3})"
        ),
    ),
    (
        "affirm",
        re.compile(
            r"^(?:好的?|好吧|可以的?|行|对的?|是的|嗯+|没错|没问题|OK|ok)[\s,。!啊呀]+(?=\S{3})|^(?:好的|好吧|是的|没问题)(?=[^\s,。!]{3})",
            re.IGNORECASE,
        ),
    ),
    ("restart", re.compile(r"^(?:重新(?:开始|来)|从头来|重来)[\s,。!吧]+(?=\S{3})")),
)


STRONGEST_FIRST = ("cancel", "restart", "deny", "next_page", "previous_page", "affirm")


@dataclass(frozen=True)
class Act:
    """The act, the place in a list for select_item, and what the sentence says beside it (empty for a bare act)."""

    name: str | None
    ordinal: int | None = None
    rest: str = ""


class ActFinder:
    """Knows the acts of lexicon/acts.toml; pure after construction."""

    def __init__(self) -> None:
        data = tomllib.loads((FOLDER / "acts.toml").read_text(encoding="utf-8"))
        self._acts = {
            name: re.compile(f"(?:{'|'.join(patterns)})+".replace("<THIS>", THIS), re.IGNORECASE)
            for name, patterns in data.items()
        }

    def find(self, text: str) -> Act:
        """The act of a plain sentence; `rest` is the whole text where there is none."""
        core = _strip(text)
        if not core or len(core) > LONGEST:
            return _opening(text)
        ordinal = _selected(core)
        if ordinal is not None:
            return Act("select_item", ordinal)
        name = self._name(core) or self._mixed(text)
        return Act(name) if name else _opening(text)

    def _name(self, core: str) -> str | None:
        return next((name for name, pattern in self._acts.items() if pattern.fullmatch(core)), None)

    def _mixed(self, text: str) -> str | None:
        """Several acts in one sentence: 不要了 换一个 denies, 行 就按这个来 affirms, 算了 不办了 cancels."""
        parts = [core for part in re.split(r"[\s,。;!?、]+", text) if (core := _strip(part))]
        if not 2 <= len(parts) <= 4:
            return None
        names = [self._name(part) for part in parts]
        if None in names:
            return None
        return next(name for name in STRONGEST_FIRST if name in names)


def _strip(text: str) -> str:
    previous = None
    while previous != text:
        previous, text = text, PADDING.sub("", text)
    return text


def _selected(core: str) -> int | None:
    match = BARE_NUMBER.fullmatch(core)
    if match:
        number = read_number(match["number"])
        return int(number) if number and 0 < number < 100 else None
    match = SELECT.fullmatch(core)
    item = match["item"] if match else core
    relative = RELATIVE_ITEM.fullmatch(item)
    if relative:
        return 1 if relative["first"] else -1
    found = find_ordinal(item)
    if found and found.start == 0 and re.fullmatch(r"(?:那|这)?(?:个|条|件|项|篇|份|吧|的|专利)*", item[found.end :]):
        return int(found.value)
    return None


def _opening(text: str) -> Act:
    for name, pattern in OPENING:
        match = pattern.match(text)
        if match:
            return Act(name, None, text[match.end() :])
    return Act(None, None, text)
