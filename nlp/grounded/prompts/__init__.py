"""What the model is told; one file each, so that they are read and changed as texts."""

from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent
NAMES = ("answer", "rewrite", "again")


@lru_cache(maxsize=len(NAMES))
def prompt(name: str) -> str:
    """The text of a prompt."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8").strip()


def all_prompts() -> tuple[str, ...]:
    """Every prompt, for whoever must see that none gets out."""
    return tuple(prompt(name) for name in NAMES)
