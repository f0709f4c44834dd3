"""Finds patents like a given one: the telling words of its title and abstract, and its classes, shared by others."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from nlp.ipc import ipc_levels, normalise_ipc
from nlp.patent_index import applicant_core
from nlp.patent_search import GENERIC_WORDS, filters_of
from nlp.ports import SearchIndex
from nlp.segmenter import STOP_WORDS, Segmenter, normalise
from nlp.types import PatentQuery
from nlp.word_weights import IndexWordWeights

# What the brief explanation of every design says, whatever the design is of.
DESIGN_WORDS = frozenset(
    "名称 用途 要点 外观 外观设计 设计 最能 表明 图片 照片 立体 立体图 视图 主视 主视图 后视 后视图 仰视 仰视图 "  # noqa: SIM905 (a list of words reads better as a line)
    "俯视 俯视图 左视 左视图 右视 右视图 省略 色彩 图案 形状 整体 请求 保护 部位 正面 侧面".split()
)
# How patents are written, whatever they are about.
WRITING_WORDS = frozenset("所得 所述 得到 进行 提供 包括 具有 其中 步骤 处理 实现 提高 降低 减少 增加".split())  # noqa: SIM905 (as above)
EMPTY_WORDS = GENERIC_WORDS | STOP_WORDS | DESIGN_WORDS | WRITING_WORDS
# A word that one text in twenty has tells nothing, unless hardly any word is rarer.
LEAST_WEIGHT = math.log(1 + 20)
FEWEST_WORDS = 3
# So many of the rarest words stand for a patent; the next ones are what every abstract has.
MOST_WORDS = 16
# A word of the title says more of the subject than one of the abstract.
TITLE_FACTOR = 2.0
# Each of the two searches for candidates brings so many.
MOST_CANDIDATES = 50
# How much a shared class tells, by the depth at which two symbols part: section, class, subclass, group, subgroup.
IPC_DEPTHS = (0.0, 0.0, 0.6, 0.85, 1.0)
# The same for designs: class, subclass of the Locarno Classification.
LOCARNO_DEPTHS = (0.6, 1.0)
WORDS_SHARE, CLASS_SHARE = 0.6, 0.4
# Below, two patents of one class have a word in common but not a subject.
LEAST_LIKENESS = 0.3
# Without a common class, so much of the words' weight must be shared, by several words, one of them in both titles.
LEAST_OVERLAP = 0.25


@dataclass(frozen=True)
class PatentText:
    """What likeness is read from. `classes` are IPC or Locarno symbols as they were published."""

    patent_id: int
    title: str
    abstract: str = ""
    application_number: str | None = None
    applicants: tuple[str, ...] = ()
    ipc_codes: tuple[str, ...] = ()
    locarno_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Likeness:
    """A patent like the one asked for, `score` between 0 and 1, and why: the deepest class that both have (a subclass
    at least, None where there is none), and the telling words that both use, the rarest first."""

    patent_id: int
    score: float
    shared_class: str | None
    shared_words: tuple[str, ...]


Load = Callable[[Sequence[int]], Sequence[PatentText]]


class SimilarPatents:
    """Likeness over the index of patents; knows nothing of rows or users."""

    def __init__(self, index: SearchIndex, segmenter: Segmenter) -> None:
        self._index = index
        self._segmenter = segmenter
        self._weights = IndexWordWeights(index)

    def find(self, subject: PatentText, load: Load, within: PatentQuery | None = None) -> list[Likeness]:
        """Patents like `subject`, the most alike first; never itself, nor another publication of it; only those that
        meet the conditions of `within`.

        `load` answers the texts of candidates by id; ids that are gone are left out. Raises UpstreamUnavailable where
        the index cannot be searched.
        """
        words = self._telling_words(subject)
        texts = load(self._candidates(subject, words, within or PatentQuery()))
        ranked = [(text, likeness) for text in texts if (likeness := self._compare(subject, words, text)) is not None]
        ranked.sort(key=lambda pair: (-pair[1].score, pair[1].patent_id))
        kept: list[PatentText] = [subject]
        found = []
        for text, likeness in ranked:
            if not any(is_same_invention(text, other) for other in kept):
                kept.append(text)
                found.append(likeness)
        return found

    def _telling_words(self, subject: PatentText) -> dict[str, float]:
        """The weightiest words and their weights, as counted in the index itself; words that only `subject` has find
        nothing and are left out."""
        self._weights.refresh()
        of_title = set(self._segmenter.cut_for_search(subject.title))
        weighed = {
            word: self._weights.weigh(word) * (TITLE_FACTOR if word in of_title else 1.0)
            for word in dict.fromkeys(self._words(subject))
            if _can_tell(word) and self._weights.count(word) > 1
        }
        rare = {word: weight for word, weight in weighed.items() if self._weights.weigh(word) >= LEAST_WEIGHT}
        # In a library of one field nothing is rare, and still some words are rarer than others.
        used = rare if len(rare) >= FEWEST_WORDS else weighed
        return dict(sorted(used.items(), key=lambda pair: -pair[1])[:MOST_WORDS])

    def _words(self, text: PatentText) -> list[str]:
        return self._segmenter.cut_for_search(f"{text.title}\n{text.abstract}")

    def _candidates(self, subject: PatentText, words: dict[str, float], within: PatentQuery) -> list[int]:
        """Ids of patents that share two of the words, and of those that share one and a class."""
        if not words:
            return []
        filters = filters_of(within)
        base = replace(
            filters,
            words=tuple(words),
            excluded={**filters.excluded, "row": [str(subject.patent_id)]},
            offset=0,
            limit=MOST_CANDIDATES,
            count=False,
        )
        ids = [hit.id for hit in self._index.search(replace(base, minimum_words=2)).hits]
        classes = sorted(class_of(path) for path in _paths(subject))
        if classes and not within.ipc:
            in_class = replace(base, keywords={**base.keywords, "ipc": classes})
            ids += [hit.id for hit in self._index.search(in_class).hits]
        return list(dict.fromkeys(ids))

    def _compare(self, subject: PatentText, words: dict[str, float], text: PatentText) -> Likeness | None:
        having = set(self._words(text))
        shared = [word for word in words if word in having]
        overlap = sum(words[word] for word in shared) / sum(words.values())
        shared_class, depth = _deepest_shared(subject, text)
        score = WORDS_SHARE * overlap + CLASS_SHARE * depth
        telling = _without_parts(shared)
        is_alike = score >= LEAST_LIKENESS and bool(telling)
        if shared_class is None:
            titles = (set(self._segmenter.cut_for_search(each.title)) for each in (subject, text))
            in_titles = set.intersection(*titles) & words.keys()
            is_alike = overlap >= LEAST_OVERLAP and len(telling) > 1 and bool(in_titles)
        return Likeness(text.patent_id, score, shared_class, telling) if is_alike else None


def is_same_invention(one: PatentText, other: PatentText) -> bool:
    """Whether two publications are of one application, or of one family: the same title by the same applicant."""
    if one.patent_id == other.patent_id:
        return True
    if one.application_number is not None and one.application_number == other.application_number:
        return True
    if _plain(one.title) != _plain(other.title):
        return False
    first, second = ({applicant_core(name) for name in each.applicants} for each in (one, other))
    return bool(first & second) or not (first or second)


def class_of(path: Sequence[str]) -> str:
    """The level at which two patents begin to be of one field: the IPC's subclass, the Locarno class."""
    return path[2] if path[0][:1].isalpha() else path[0]


def _paths(text: PatentText) -> set[tuple[str, ...]]:
    """Every class of a patent with all levels above it, the widest first; IPC symbols from the subclass on."""
    symbols = (normalise_ipc(code) for code in text.ipc_codes)
    paths = {tuple(ipc_levels(symbol)) for symbol in symbols if symbol is not None and len(symbol) >= len("H01M")}
    return paths | {(code[:2], code) for code in text.locarno_codes if code}


def _deepest_shared(one: PatentText, other: PatentText) -> tuple[str | None, float]:
    """The deepest level that both have, None above the subclass, and how much it tells."""
    levels = {level for path in _paths(other) for level in path}
    best: tuple[str | None, float] = (None, 0.0)
    for path in sorted(_paths(one)):
        depths = IPC_DEPTHS if path[0][:1].isalpha() else LOCARNO_DEPTHS
        for level, depth in zip(path, depths, strict=False):
            if level in levels and depth > best[1]:
                best = (level, depth)
    return best


def _can_tell(word: str) -> bool:
    """Not what every patent has, nor 识别方法, within which 识别 stands as a word of its own."""
    if len(word) < 2 or not word.isalnum() or word.isdigit() or word in EMPTY_WORDS:
        return False
    return len(word) < 4 or word[-2:] not in GENERIC_WORDS


def _without_parts(words: Iterable[str]) -> tuple[str, ...]:
    """Words that are not within another: 散热膜 says what 散热 would."""
    several = list(words)
    return tuple(word for word in several if not any(word != other and word in other for other in several))


def _plain(title: str) -> str:
    return "".join(sign for sign in normalise(title) if sign.isalnum())
