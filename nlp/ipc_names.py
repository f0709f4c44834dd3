"""What people call a subclass of the International Patent Classification."""

from functools import lru_cache

from nlp.lexicon import read_pairs


def subclass_name(code: str) -> str | None:
    """电池 for H01M; None for a subclass that has no short word here."""
    return _names().get(code)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return read_pairs("ipc_subclasses.txt")
