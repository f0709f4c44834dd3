"""Word lists as text files: `#` opens a comment line, words stand apart by spaces."""

from pathlib import Path

FOLDER = Path(__file__).parent


def read_lines(name: str) -> list[str]:
    """The lines that say something, their indent kept."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line.rstrip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def read_words(name: str) -> list[str]:
    """Every word of the file in order."""
    return [word for line in read_lines(name) for word in line.split()]


def read_pairs(name: str) -> dict[str, str]:
    """The second word of each line by its first; a line with one word only means nothing instead of it."""
    pairs = {}
    for line in read_lines(name):
        first, _, second = line.strip().partition(" ")
        pairs[first] = second.strip()
    return pairs
