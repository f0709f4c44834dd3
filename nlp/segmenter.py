"""Cutting Chinese into words: one cutter for index and query, with a fingerprint that tells when an index is stale."""

import hashlib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from rjieba import Jieba

LEXICON = Path(__file__).parent / "lexicon" / "domain_words.txt"
STOP_WORDS = frozenset((LEXICON.parent / "stop_words.txt").read_text(encoding="utf-8").split())


def normalise(text: str) -> str:
    """Full-width to half-width, lower case: what is equal to a reader is equal to the cutter."""
    return unicodedata.normalize("NFKC", text).lower()


class Segmenter:
    """jieba's dictionary and model (in Rust), with the words of our field added."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted({normalise(word.strip()) for word in words if word.strip()})
        self._jieba = Jieba()
        for word in self._words:
            self._jieba.add_word(word, None, None)
        digest = hashlib.sha256("\n".join([version("rjieba"), *self._words, *sorted(STOP_WORDS)]).encode())
        self.fingerprint = digest.hexdigest()[:16]

    def cut(self, text: str) -> list[str]:
        """Words as they stand in the text, without overlap, spaces and punctuation dropped."""
        return [word for word in self._jieba.cut(normalise(text), True) if _is_word(word)]

    def cut_for_search(self, text: str) -> list[str]:
        """Words and the shorter words within them, stop words dropped: what goes into an index and a query."""
        return [
            word
            for word in self._jieba.cut_for_search(normalise(text), True)
            if _is_word(word) and word not in STOP_WORDS
        ]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where each word of the dictionary begins and ends; what is no such word stands as single characters."""
        found, position = [], 0
        for word in self._jieba.cut(normalise(text), False):
            found.append((position, position + len(word)))
            position += len(word)
        return found

    def tag(self, text: str) -> list[tuple[str, str]]:
        """(word, part of speech) pairs."""
        return [(word, tag) for word, tag in self._jieba.tag(normalise(text), True)]


def _is_word(word: str) -> bool:
    return word.isalnum() or any(character.isalnum() for character in word)  # almost every word ends at the first test


@lru_cache(maxsize=1)
def default_segmenter() -> Segmenter:
    """The product's cutter, loaded on first use and shared within the process."""
    return Segmenter(LEXICON.read_text(encoding="utf-8").splitlines())
