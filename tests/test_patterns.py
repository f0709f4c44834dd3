"""No pattern that reads what people write takes long over a sentence made to hurt it."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest

import adapters
import bot
import nlp
import services

# Runs of what patterns repeat, each ending in something that lets a match fail at the very end.
HOSTILE = tuple(
    f"{start}{run * 400}{end}"
    for start in ("", "查", "CN", "我叫")
    for run in ("1", "1 ", "1.", "a", "a.", "一", "的", "查一下", ",", "不是", "公司", "有限", " ")
    for end in ("!", "\n", "吗x")
)
MOST_SECONDS = 0.25


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for package in (adapters, bot, nlp, services):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name.endswith("__main__"):
                continue
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    yield f"{found.name}.{name}", value


PATTERNS = {id(pattern): (name, pattern) for name, pattern in patterns()}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", [name for name, _ in PATTERNS.values()])
def test_a_pattern_is_done_soon_whatever_is_written(name: str) -> None:
    pattern = dict(PATTERNS.values())[name]
    for text in HOSTILE:
        started = time.process_time()
        pattern.search(text)
        pattern.fullmatch(text)
        taken = time.process_time() - started
        assert taken < MOST_SECONDS, f"{text[:6]!r}… of {len(text)} characters took {taken:.1f} s"
