"""Questions in plain words with the article that answers each: data/questions, written for this product.

Owners and statutes speak different languages. A question that somebody else asked in the owner's words leads to the
article better than the article's own words do, and the lead written for it says in one line what the article answers.

A file is one version of one law: `law:`, optionally `passed:` (the day on which that text was passed), then for each
article a line 第…条, leads marked with "= ", and under each lead the questions that it answers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "data" / "questions"
ARTICLE = re.compile(r"第[一二三四五六七八九十百千零〇两]+条(?:之[一二三四五六七八九十]+)?")
# A file of another shape: questions that nothing answers.
WITHOUT_ANSWER = "unanswerable.txt"
# Wishes that are declined whatever is known: for a promise, for help with what the law forbids.
REFUSED = tuple(FOLDER.parent / "refusals" / name for name in ("promises.txt", "unlawful.txt"))


class BadQuestionFile(ValueError):
    """A line that is not as the format says; the message names file and line."""


@dataclass(frozen=True)
class PlainQuestion:
    """One question; `passed` is None where the file does not say which version it follows."""

    text: str
    lead: str
    law: str
    article: str
    passed: date | None


def read_questions(folder: Path = FOLDER) -> tuple[PlainQuestion, ...]:
    """Every question of the folder. Raises BadQuestionFile."""
    return tuple(
        question
        for path in sorted(folder.glob("*.txt"))
        if path.name != WITHOUT_ANSWER
        for question in _read_file(path)
    )


@cache
def all_questions() -> tuple[PlainQuestion, ...]:
    """The questions of the product, read once a process."""
    return read_questions()


def read_unanswerable() -> tuple[str, ...]:
    """Questions that must be declined because nothing of ours answers them."""
    return read_sentences(FOLDER / WITHOUT_ANSWER)


def read_sentences(path: Path) -> tuple[str, ...]:
    """The lines of a file without its comments."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def _read_file(path: Path) -> Iterator[PlainQuestion]:
    law, passed, article, lead = "", None, "", ""
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("law:"):
            law = line.removeprefix("law:").strip()
        elif line.startswith("passed:"):
            passed = date.fromisoformat(line.removeprefix("passed:").split("#")[0].strip())
        elif ARTICLE.fullmatch(line):
            article, lead = line, ""
        elif line.startswith("= "):
            lead = line.removeprefix("= ").strip()
        elif law and article and lead:
            yield PlainQuestion(line, lead, law, article, passed)
        else:
            raise BadQuestionFile(f"{path.name}:{number}: a question needs its law, article and lead before it")
