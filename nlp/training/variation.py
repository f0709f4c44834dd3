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
# How people name what they do not want: 不是估值 我问的是年费.
WISH_NAMES = {
    "patent_search": ("查专利", "搜专利"),
    "patent_fee": ("年费", "问年费"),
    "patent_valuation": ("估值", "估价"),
    "patent_watch": ("监控", "预警"),
    "policy_match": ("补贴", "问补贴"),
    "supply_post": ("卖", "转让", "出售"),
    "demand_post": ("买", "求购"),
    "training_browse": ("问课程", "培训"),
    "training_book": ("报名",),
    "training_cancel": ("取消报名", "退课"),
    "financing_apply": ("贷款", "质押"),
    "enforcement_aid": ("维权", "投诉侵权"),
    "analysis_request": ("查新", "侵权分析"),
    "filing_request": ("注册商标", "申请专利", "登记软著"),
    "evidence_timestamp": ("存证", "时间戳"),
    "portfolio": ("托管",),
    "case_progress": ("查进度",),
    "incubation": ("入孵",),
    "complaint": ("投诉你们",),
}
OPENED, REFUSED, CONTRASTED = 700, 150, 500
LONGEST_PART = 24
# Half the sentences long enough to bear a slip get one more copy with a slip.
SLIP_SHARE, SHORTEST_TO_SLIP = 0.5, 5


def vary(examples: Sequence[Example]) -> list[Example]:
    """New examples beside the given ones, the same for the same input."""
    random = Random(SEED)
    makers = (_slips, _pairs, _opened, _refused, _contrasted)
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


def _contrasted(examples: Sequence[Example], random: Random) -> list[Example]:
    """What is said not to be wanted is not the wish, on whichever side it stands."""
    wishes = [
        example
        for example in examples
        if example.intent in WISH_NAMES and not example.act and 4 <= len(example.text) <= LONGEST_PART
    ]
    if not wishes:
        return []
    made = []
    for _ in range(CONTRASTED):
        wish = random.choice(wishes)
        other = random.choice(sorted(WISH_NAMES.keys() - {wish.intent}))
        unwanted = f"不{random.choice(('是', '是', '是要', '想'))}{random.choice(WISH_NAMES[other])}"
        made.append(_with_text(wish, random.choice((f"{unwanted} {wish.text}", f"{wish.text} {unwanted}"))))
    return made


def _with_text(example: Example, text: str) -> Example:
    return Example(example.typed, text, example.intent, example.act, example.source)
