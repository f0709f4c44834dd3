"""What a text index takes and gives. Text arrives cut into words: the index never guesses at Chinese."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class IndexSchema:
    """The shape of one index. `text` maps a field to its weight in ranking; `keywords` are exact values that can be
    filtered and counted (several a document); `numbers` are integers that can be filtered by range and sorted
    (dates as YYYYMMDD)."""

    name: str
    text: Mapping[str, float]
    keywords: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class IndexDocument:
    """One thing to index under the id of its row. Text values are words separated by spaces."""

    id: int
    text: Mapping[str, str]
    keywords: Mapping[str, Sequence[str]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class NumberRange:
    """Both ends inclusive; None is open."""

    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class IndexQuery:
    """What to find, in words of the index's own cutter.

    `required` must all match in some text field. `words` rank; at least `minimum_words` of them must match, one where
    nothing is required. Within one keyword field any of the values matches, between fields all must; an empty list
    filters nothing. `excluded` values must not be there, nor all words of any
    of `excluded_words` together in the text. Documents without the number sorted by come last. `ids` are the rows among
    which it is searched.
    """

    words: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    minimum_words: int = 0
    keywords: Mapping[str, Sequence[str]] = field(default_factory=dict)
    excluded: Mapping[str, Sequence[str]] = field(default_factory=dict)
    excluded_words: tuple[tuple[str, ...], ...] = ()
    numbers: Mapping[str, NumberRange] = field(default_factory=dict)
    ids: NumberRange | None = None
    sort_by: str | None = None
    descending: bool = True
    offset: int = 0
    limit: int = 10
    count: bool = True
    facets: tuple[str, ...] = ()


@dataclass(frozen=True)
class IndexHit:
    id: int
    score: float


@dataclass(frozen=True)
class IndexPage:
    """`total` is None where the query did not ask for it; facets are (value, count), most frequent first."""

    hits: tuple[IndexHit, ...]
    total: int | None
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
