"""Which posts may say one of some words, by the index that the database keeps of the board (models/market_words.py)."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, column, func, or_, select, table, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from models import MarketPost
from models.market_words import TERMS, WORDS

SHORTEST = 2
# Stands behind every letter.
LAST = "\U0010ffff"
_words = table(WORDS, column("rowid"), column(WORDS))
_terms = table(TERMS, column("doc"), column("term"))


def may_say(session: Session, words: Sequence[str]) -> ColumnElement[bool] | None:
    """True of every post of the board that says one of the words, and of few others. None where no index can tell: then
    all of them have to be looked at."""
    lowered = [word.lower() for word in words]
    if not all(_is_indexed(word) for word in lowered):
        return None
    kind = session.get_bind().dialect.name
    if kind == "postgresql":
        pairs = func.market_post_pairs(
            MarketPost.state, MarketPost.side, MarketPost.is_anonymous, MarketPost.rights, MarketPost.title,
            MarketPost.text, type_=ARRAY(Text),
        )  # fmt: skip
        return or_(*(pairs.contains(_cut(word, 2)) for word in lowered))
    if kind == "sqlite":
        return MarketPost.id.in_(union_all(*_having(lowered)))
    return None


def _having(words: Sequence[str]) -> Iterator[Select[Any]]:
    """Ids from SQLite's index of every three letters."""
    longer = [" AND ".join(_quoted(part) for part in _cut(word, 3)) for word in words if len(word) > SHORTEST]
    if longer:
        wanted = " OR ".join(f"({each})" for each in longer)
        yield select(_words.c.rowid).where(_words.c[WORDS].op("MATCH")(wanted))
    for word in words:
        if len(word) == SHORTEST:
            yield select(_terms.c.doc).where(_terms.c.term >= word, _terms.c.term < word + LAST)


def _cut(word: str, length: int) -> list[str]:
    return [word[start : start + length] for start in range(len(word) - length + 1)]


def _quoted(part: str) -> str:
    return '"' + part.replace('"', '""') + '"'


def _is_indexed(word: str) -> bool:
    """The databases do not agree about what is one letter in two sizes beyond ASCII."""
    return len(word) >= SHORTEST and all(each.isascii() or each.lower() == each.upper() for each in word)
