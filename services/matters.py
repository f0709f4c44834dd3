"""Which of somebody's sentences say what they want, and which only steer the conversation."""

import re
from functools import cache

from nlp.acts import ActFinder
from nlp.normalisation import Normaliser, default_normaliser

# A bare wish for a person says nothing about the matter.
CALL_FOR_PERSON = re.compile(r"^.{0,6}(人工|客服|专员|真人).{0,4}$")
POLITE = re.compile(
    r"(?:谢谢|多谢|感谢|辛苦|麻烦|好的?|行|嗯+|哦+|您好|你好|在吗|在不在|有人吗|人呢|早上好|下午好|了|您|你|啊|吧|呀|\W)*"
)


def is_act(text: str) -> bool:
    """下一页, 第2个, 好的, 算了: about what was just shown, not about a matter."""
    normaliser, finder = _readers()
    act = finder.find(normaliser.plain(text))
    return act.name is not None and not act.rest


def is_matter(text: str) -> bool:
    """Whether a sentence tells staff what this is about: no act, no greeting, no bare call for a person."""
    return POLITE.fullmatch(text) is None and CALL_FOR_PERSON.match(text) is None and not is_act(text)


@cache
def _readers() -> tuple[Normaliser, ActFinder]:
    return default_normaliser(), ActFinder()
