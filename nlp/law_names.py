"""Names of laws and numbers of articles in the forms people type, brought to one normal form."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000}
NUMERALS = "零〇一二两三四五六七八九十百千"

# What people call a law, where that is not simply the end of its name.
ALIASES = {
    "细则": "专利法实施细则",
    "实施细则": "专利法实施细则",
    "专利细则": "专利法实施细则",
    "专利法细则": "专利法实施细则",
    "商标条例": "商标法实施条例",
    "商标法条例": "商标法实施条例",
    "软件条例": "计算机软件保护条例",
    "软件保护条例": "计算机软件保护条例",
    "版权法": "著作权法",
    "反法": "反不正当竞争法",
    "个保法": "个人信息保护法",
    "转化法": "促进科技成果转化法",
    "成果转化法": "促进科技成果转化法",
    "科技成果转化法": "促进科技成果转化法",
    "劳动合同": "劳动合同法",
    "电商法": "电子商务法",
}
BOOK = re.compile(r"^第[一二三四五六七]编")
ARTICLE = rf"第?\s*([0-9]{{1,4}}|[{NUMERALS}]{{1,9}})\s*条(之[一二三四五六七八九十])?"
QUOTED = re.compile(rf"《([^《》]{{2,60}})》\s*(?:[(（][^)）]*[)）])?\s*(?:{ARTICLE})?")
BARE = re.compile(rf"([\u4e00-\u9fff]{{0,24}}(?:民法典|实施细则|细则|条例|规定|办法|法))\s*(?:{ARTICLE})")
FOLLOWING = re.compile(rf"^[、,，和及]\s*{ARTICLE}")
SHORTEST_NAME = 2


@dataclass(frozen=True)
class LawReference:
    """A law that a sentence names, as typed (`mention`), and the article if one was said."""

    mention: str
    article: str | None = None

    def names(self) -> tuple[str, ...]:
        """What the law may be called, longest first: a bare mention may carry words before the name."""
        name = short_name(self.mention)
        endings = [name[start:] for start in range(len(name) - SHORTEST_NAME + 1)]
        return tuple(dict.fromkeys(ALIASES.get(ending, ending) for ending in endings))


@lru_cache(maxsize=1024)
def short_name(name: str) -> str:
    """专利法 for 《中华人民共和国专利法》(2020年修正); a book of the Civil Code is 民法典."""
    plain = re.sub(r"[(（][^)）]*[修订正年版][^)）]*[)）]|[《》\s]", "", unicodedata.normalize("NFKC", name))
    plain = plain.removeprefix("中华人民共和国") or plain
    if BOOK.match(plain) or plain.startswith("民法典"):
        return "民法典"
    return plain


def to_number(numeral: str) -> int | None:
    """42 for 四十二 and for 42; None where it is no number."""
    text = unicodedata.normalize("NFKC", numeral).strip()
    if text.isdigit():
        return int(text)
    total = current = 0
    for character in text:
        if character in UNITS:
            total += (current or 1) * UNITS[character]
            current = 0
        elif character in DIGITS:
            current = DIGITS[character]
        else:
            return None
    return total + current if text else None


def to_numeral(number: int) -> str:
    """一百一十五 for 115, as statutes write it."""
    if not 0 < number < 10_000:
        raise ValueError("Articles are counted from 1 to 9999.")
    written, pending_zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit == 0:
            pending_zero = bool(written)
            continue
        written += ("零" if pending_zero else "") + "零一二三四五六七八九"[digit] + name
        pending_zero = False
    return written[1:] if written.startswith("一十") else written


def article_label(text: str) -> str | None:
    """第四十二条 for 第42条, 42条, 第四十二条; None where no article is named."""
    match = re.search(ARTICLE, unicodedata.normalize("NFKC", text))
    if match is None:
        return None
    return _label(match.group(1), match.group(2))


def find_references(text: str) -> list[LawReference]:
    """Every law that the text names in 《》 or with an article, in order; 第三条、第五条 gives two."""
    plain = unicodedata.normalize("NFKC", text)
    found = []
    quoted = list(QUOTED.finditer(plain))
    spans = [match.span() for match in quoted]
    bare = [m for m in BARE.finditer(plain) if not any(m.start() < end and start < m.end() for start, end in spans)]
    for match in sorted([*quoted, *bare], key=lambda each: each.start()):
        mention, numeral, suffix = match.groups()
        found.append(LawReference(mention, _label(numeral, suffix) if numeral else None))
        rest = plain[match.end() :]
        while numeral and (following := FOLLOWING.match(rest)):
            found.append(LawReference(mention, _label(following.group(1), following.group(2))))
            rest = rest[following.end() :]
    return found


def _label(numeral: str, suffix: str | None) -> str | None:
    number = to_number(numeral)
    if number is None or not 0 < number < 10_000:
        return None
    return f"第{to_numeral(number)}条{suffix or ''}"
