"""A question that leans on the one before it, made whole: 那外观呢 → 外观专利保护多少年."""

import re
import unicodedata

from core.chat import Message
from nlp.grounded.figures import figures
from nlp.grounded.hostile import is_forbidden
from nlp.grounded.prompts import prompt
from nlp.ports import ChatModel
from nlp.question import letter_pairs

# Longer sentences stand for themselves.
LONGEST_THAT_LEANS = 30
LONGEST = 80
# So much of a whole question must come from what was said; the rest is what joins it.
OWN_WORDS = 0.6
LETTERS_OF_OTHERS = re.compile(r"[A-Za-z]+")


def rewrite(model: ChatModel, text: str, previous: str, *, timeout_seconds: float) -> str | None:
    """The whole question, for looking things up and never to be shown; None where the model's is none.

    Raises UpstreamUnavailable like the model.
    """
    messages: list[Message] = [
        {"role": "system", "content": prompt("rewrite")},
        {"role": "user", "content": f"前一个问题:{_line(previous)}\n接着说:{_line(text)}"},
    ]
    written = model.complete(messages, timeout_seconds=timeout_seconds)
    return _checked(written, f"{previous} {text}")


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _checked(written: str, said: str) -> str | None:
    """A model that was talked into something else writes something else: such a line is not used."""
    question = _line(unicodedata.normalize("NFKC", written)).strip("“”\"'")
    said = unicodedata.normalize("NFKC", said)
    if not 2 <= len(question) <= LONGEST or is_forbidden(question, ()):
        return None
    if not figures(question) <= figures(said, is_source=True):
        return None
    if any(word.lower() not in said.lower() for word in LETTERS_OF_OTHERS.findall(question)):
        return None
    pairs = letter_pairs(question)
    return question if pairs and len(pairs & letter_pairs(said)) >= OWN_WORDS * len(pairs) else None
