"""Puts an answer into words: the sentences that answer, the articles behind them, how sure and how fresh they are."""

import re
from collections.abc import Sequence
from datetime import date

from core.i18n import chinese_date
from nlp.question import ASKS_FIGURE, letter_pairs
from nlp.ranking import GUIDE, sentences
from nlp.segmenter import normalise
from nlp.types import PassageText

LONGEST_BODY = 200
OFFICIAL = "以官方最新公布为准"
FIGURE = re.compile(r"\d|[一二三四五六七八九十百]+(?:年|个月|日|天|元|倍|万|项|件|%)")
CLAUSE_END = re.compile(r"[,，;；。、]\s*")
ENUMERATION = re.compile(r"^(?:[((][一二三四五六七八九十]+[))]|\d{1,2}[.、])")
# A short passage is given whole; in a longer one the answer may stand in the middle.
SHORT_BODY = 110
# What leans on the words before it, or is advice: no answer begins with it.
LEANS = re.compile(
    r"^(?:下一步|例[:：如]|依据|按此|其中|但是?|此外|另外|之后|然后|接着|前款|这[种样些类]|上述|和.{1,12}都没关系)"
)
# An answer begins at its passage's beginning where no other sentence fits much better; for a figure, a little less is
# enough.
MUCH_BETTER, BETTER_BY_FAR = 0.12, 0.3
KIND_OF_PATENT = (re.compile("发明(?!人|创造)"), re.compile("实用新型"), re.compile("外观"))


def body_text(question: str, passage: PassageText, *, spent: int = 0) -> str:
    """The sentences that answer, in their order, up to 200 characters; all of a passage that is short or a list.

    `spent` is how many characters an answer in plain words before it has taken: the rest is for the quotation.
    """
    room = LONGEST_BODY - spent
    parts = sentences(passage.text)
    is_list = any(ENUMERATION.match(part) for part in parts)
    if not parts or len(passage.text) <= min(room, LONGEST_BODY if is_list else SHORT_BODY):
        return from_kind(question, passage.text.strip())
    best = max(range(len(parts)), key=lambda number: (_fit(question, parts[number]), -number))
    gain = _fit(question, parts[best]) - _fit(question, parts[0])
    if gain < (MUCH_BETTER if ASKS_FIGURE.search(question) else BETTER_BY_FAR):
        best = 0
    parts[best] = from_kind(question, parts[best])
    first = _lead(parts, best, room)
    chosen = parts[first : best + 1]
    for part in parts[best + 1 :]:
        if sum(map(len, chosen)) + len(part) > room:
            break
        chosen.append(part)
    return _shorten(_joined(chosen), room)


def from_kind(question: str, text: str) -> str:
    """Begins with the kind of patent that is asked for where others come first: 外观设计…十五年, not 发明…二十年."""
    asked = [kind for kind in KIND_OF_PATENT if kind.search(question)]
    if len(asked) != 1 or not any(kind.match(text) for kind in KIND_OF_PATENT if kind is not asked[0]):
        return text
    starts = [match.end() for match in CLAUSE_END.finditer(text) if asked[0].match(text, match.end())]
    return text[starts[0] :] if starts else text


def _fit(question: str, sentence: str) -> float:
    if LEANS.match(sentence):
        return -1.0
    asked = letter_pairs(normalise(question))
    shared = len(asked & letter_pairs(normalise(sentence))) / max(len(asked), 1)
    wants_figure = bool(ASKS_FIGURE.search(question)) and bool(FIGURE.search(sentence))
    return shared + (0.15 if wants_figure else 0.0)


def _lead(parts: list[str], best: int, room: int) -> int:
    """An item of a list needs the words that open the list."""
    start = best
    while start > 0 and ENUMERATION.match(parts[start]):
        start -= 1
    if sum(map(len, parts[start : best + 1])) > room:
        return best
    return start


def _joined(parts: Sequence[str]) -> str:
    lines: list[str] = []
    for part in parts:
        if ENUMERATION.match(part) or not lines:
            lines.append(part)
        else:
            lines[-1] += part
    return "\n".join(lines)


def _shorten(text: str, room: int) -> str:
    """A single sentence may be longer than a phone likes; cut it at a comma and say so."""
    if len(text) <= room + 40:
        return text
    cut = max(text.rfind(mark, 0, room) for mark in ",,;;。、")
    return text[: cut if cut > room // 2 else room] + "……"


def basis_line(passage: PassageText, articles: Sequence[PassageText]) -> str:
    """依据:《专利法》第四十二条(2021年6月1日起施行)。"""
    if passage.kind != GUIDE:
        return f"依据:《{passage.document}》{_article(passage)}{_validity(passage)}。"
    if not passage.statutes:
        return ""
    dated = {(each.document, each.label): _validity(each) for each in articles}
    by_law: dict[str, list[str]] = {}
    for law, article in passage.statutes[:4]:
        by_law.setdefault(law, []).append(article)
    named = [
        f"《{law}》{'、'.join(labels)}{next((dated[law, each] for each in labels if (law, each) in dated), '')}"
        for law, labels in by_law.items()
    ]
    return f"依据:{'、'.join(named)}。"


def _article(passage: PassageText) -> str:
    return passage.label if passage.label != passage.document else ""


def _validity(passage: PassageText) -> str:
    """In force since when; nothing where that day is not certain."""
    if passage.valid_from is None or passage.confidence != "V":
        return ""
    until = f",到{chinese_date(passage.valid_to)}为止" if passage.valid_to else ""
    return f"({chinese_date(passage.valid_from)}起施行{until})"


def source_line(passage: PassageText, on: date) -> str:
    """A guide's name and the day it was checked; what is not first-hand says so."""
    where = f"({passage.region}的规定)" if passage.region != "全国" else ""
    caution = OFFICIAL + "。" if passage.confidence != "V" and OFFICIAL not in passage.text else ""
    if passage.kind == GUIDE:
        return f"来源:办事指引《{passage.document}》{where},{chinese_date(passage.checked_at)}核对。{caution}"
    return f"{where}{caution}"
