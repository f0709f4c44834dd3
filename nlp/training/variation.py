"""More sentences from those we have: slips of the keyboard, particles, two wishes in one, small talk before a wish.

Seeded, and made from the training part of a fold only, so that no sentence is measured on its own variation.
"""

from collections.abc import Sequence
from random import Random

from nlp.intents import ACTIONABLE
from nlp.lexicon import read_lines
from nlp.training.examples import TWO_WISHES, WITH_ACT, Example

SEED = 20261122
PREFIXES = ("请问", "麻烦", "那个 ", "我想问下 ", "老师 ", "亲 ", "急 ", "你好 ", "哎 ", "老板 ", "帮忙 ", "就是 ")
SUFFIXES = (
    "吧",
    "啊",
    "呀",
    "哈",
    "呢",
    "了",
    " 谢谢",
    " 急",
    " 快点",
    "哦",
    " 麻烦了",
    "。",
    "！",
    ",我电话13812345678",
    " 电话13912345678",
)
JOINTS = (" ", " ", " 然后", " 顺便", " 另外", ",再", " 还有", " 再", "，顺便", "，然后", " 对了", "，同时", " 接着")
SECOND_WISHES, AFTER_A_QUESTION, AFTER_SMALL_TALK, BEFORE_MORE = 1600, 350, 350, 250
OPENING_ACTS = frozenset({"affirm", "deny", "cancel", "restart"})
REFUSED_PERSON = ("不用转人工", "别转人工", "不用找客服", "先不转人工", "不需要人工", "不要人工客服")
OPENED, REFUSED = 700, 150
LONGEST_PART = 24
# Half the sentences long enough to bear a slip get one more copy with a slip.
SLIP_SHARE, SHORTEST_TO_SLIP = 0.5, 5


def vary(examples: Sequence[Example]) -> list[Example]:
    """New examples beside the given ones, the same for the same input."""
    random = Random(SEED)
    makers = (_slips, _pairs, _opened, _refused)
    return [example for maker in makers for example in maker(examples, random)]


def _slips(examples: Sequence[Example], random: Random) -> list[Example]:
    sound_alikes: dict[str, str] = {}
    for group in read_lines("typos.txt"):
        for character in group:
            sound_alikes[character] = sound_alikes.get(character, "") + group.replace(character, "")
    return [
        _with_text(example, _slip(example.text, random, sound_alikes))
        for example in examples
        if len(example.text) >= SHORTEST_TO_SLIP and random.random() < SLIP_SHARE
    ]


def _slip(text: str, random: Random, sound_alikes: dict[str, str]) -> str:
    choice, place = random.randrange(6), random.randrange(len(text))
    if choice == 0:
        return text[:place] + text[place + 1 :]
    if choice == 1 and " " in text:
        return text.replace(" ", "")
    if choice == 2:
        return random.choice(PREFIXES) + text
    if choice == 3:
        return text + random.choice(SUFFIXES)
    places = [index for index, character in enumerate(text) if character in sound_alikes]
    if not places:
        return text[:place] + text[place] + text[place:]
    place = random.choice(places)
    return text[:place] + random.choice(sound_alikes[text[place]]) + text[place + 1 :]


def _pairs(examples: Sequence[Example], random: Random) -> list[Example]:
    """The first actionable wish wins, whatever stands around it; so does a call for a person that comes first."""
    by_intent: dict[str, list[Example]] = {}
    for example in examples:
        if example.intent and example.source not in {TWO_WISHES, WITH_ACT} and 4 <= len(example.text) <= LONGEST_PART:
            by_intent.setdefault(example.intent, []).append(example)
    wishes = sorted(ACTIONABLE & by_intent.keys())
    later = [*wishes, *(name for name in ("policy_question", "human_handoff") if name in by_intent)]
    opening = [name for name in ("greeting", "chitchat") if name in by_intent]
    if len(wishes) < 2:
        return []
    plans = (
        (SECOND_WISHES, wishes, later, 0),
        (AFTER_A_QUESTION if "policy_question" in by_intent else 0, ["policy_question"], wishes, 1),
        (AFTER_SMALL_TALK if opening else 0, opening, [*wishes, *later], 1),
        (BEFORE_MORE if "human_handoff" in by_intent else 0, ["human_handoff"], later, 0),
    )
    made = []
    for count, firsts, seconds, winner in plans:
        for _ in range(count):
            first, second = random.choice(firsts), random.choice(seconds)
            if first != second:
                pair = random.choice(by_intent[first]), random.choice(by_intent[second])
                made.append(_with_text(pair[winner], pair[0].text + random.choice(JOINTS) + pair[1].text))
    return made


def _opened(examples: Sequence[Example], random: Random) -> list[Example]:
    """An act and then a wish: 不对 我要的是商标."""
    acts = [example for example in examples if example.act in OPENING_ACTS and example.intent is None]
    wishes = [
        example for example in examples if example.intent and not example.act and 4 <= len(example.text) <= LONGEST_PART
    ]
    if not acts or not wishes:
        return []
    made = []
    for _ in range(OPENED):
        act, wish = random.choice(acts), random.choice(wishes)
        text = act.text + random.choice((" ", " ", ",", "，那", " 那")) + wish.text
        made.append(Example(wish.typed, text, wish.intent, act.act, wish.source))
    return made


def _refused(examples: Sequence[Example], random: Random) -> list[Example]:
    """Who does not want a person says what else is wanted: 不用转人工 帮我查…."""
    wishes = [example for example in examples if example.intent in ACTIONABLE | {"policy_question"} and not example.act]
    if not wishes:
        return []
    chosen = (random.choice(wishes) for _ in range(REFUSED))
    return [_with_text(wish, f"{random.choice(REFUSED_PERSON)} {wish.text}") for wish in chosen]


def _with_text(example: Example, text: str) -> Example:
    return Example(example.typed, text, example.intent, example.act, example.source)
