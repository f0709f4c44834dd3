"""The word lists that finding and judging law passages rest on, read once."""

from functools import lru_cache

from nlp.lexicon import read_lines, read_words


@lru_cache(maxsize=8)
def word_set(name: str) -> frozenset[str]:
    """The words of a list file, whatever its lines."""
    return frozenset(read_words(name))


@lru_cache(maxsize=1)
def everyday_words() -> dict[str, tuple[str, ...]]:
    """What statutes say for each word that owners say; `a+b` where only both together mean it."""
    found: dict[str, tuple[str, ...]] = {}
    for line in read_lines("everyday_words.txt"):
        said, _, legal = line.partition("=")
        for word in said.split():
            found[word] = tuple(dict.fromkeys((*found.get(word, ()), *legal.split())))
    return found
