"""What the learned judge of subjects sees of each character: what stands around it, its word, what the grammar says."""

import re
from itertools import pairwise

from nlp.segmenter import Segmenter
from nlp.slots.scan import TAKEN

BREAK = re.compile(r"[\s,。;!?、:…~]")
DIGIT = re.compile(r"\d")
# Words after which, or before which, a subject usually stands; where the nearest one is says on which side we are.
HEAD = re.compile(
    r"专利|技术|发明|实用新型|外观|课|讲座|培训|班|项目|报告|分析|导航|查新|配方|工艺|商标|需求|团队|企业|公司"
)
EDGE = "^"


def character_features(
    text: str, left: str, by_grammar: list[bool], intent: str, segmenter: Segmenter
) -> list[list[str]]:
    """Names of the features of every character of `text`; `by_grammar` says which are the subject by grammar.

    `left` is as long as `text`, with TAKEN where another slot stands.
    """
    signs = [_sign(text[place], left[place]) for place in range(len(text))]
    words = _words(text, segmenter)
    clauses = _clauses(text)
    has_subject = "1" if any(by_grammar) else "0"
    rows = []
    for place in range(len(text)):
        before2, before, here, after, after2 = (_at(signs, place + step) for step in (-2, -1, 0, 1, 2))
        word, tag, part, (last, last_tag), (following, following_tag) = words[place]
        grammar = "".join(_said(by_grammar, place + step) for step in (-1, 0, 1))
        clause = clauses[place]
        rows.append(
            [
                "b",
                f"i{intent}",
                f"c0{here}",
                f"c-{before}",
                f"c+{after}",
                f"c--{before2}{before}",
                f"c-0{before}{here}",
                f"c0+{here}{after}",
                f"c++{after}{after2}",
                f"c3{before}{here}{after}",
                f"c4{before2}{before}{here}",
                f"c5{here}{after}{after2}",
                f"w{word}",
                f"wp{part}",
                f"wt{tag}",
                f"wt{last_tag}>{tag}",
                f"wt{tag}>{following_tag}",
                f"wt{last_tag}>{tag}>{following_tag}",
                f"w-{last}",
                f"w+{following}",
                f"w-{last}|{tag}",
                f"w+{following}|{tag}",
                f"w-{last}|{word}",
                f"w+{word}|{following}",
                f"g{grammar}",
                f"g{grammar}{tag}",
                f"g{grammar[1]}{word}",
                f"g{grammar[1]}{has_subject}{clause}",
                f"gi{grammar[1]}{intent}",
                f"k{clause}",
                f"ki{clause}{intent}",
                f"kt{clause}{tag}",
            ]
        )
    return rows


def _sign(character: str, left: str) -> str:
    if left == TAKEN:
        return "|"
    if BREAK.match(character):
        return " "
    return "0" if DIGIT.match(character) else character


def _at(signs: list[str], place: int) -> str:
    return signs[place] if 0 <= place < len(signs) else EDGE


def _said(by_grammar: list[bool], place: int) -> str:
    return "x" if not 0 <= place < len(by_grammar) else "1" if by_grammar[place] else "0"


Word = tuple[str, str, str, tuple[str, str], tuple[str, str]]


def _words(text: str, segmenter: Segmenter) -> list[Word]:
    """For each character: its word, tag, place in the word, and the words before and after with their tags."""
    tagged = segmenter.tag(text)
    if sum(len(word) for word, _ in tagged) != len(text):
        tagged = [(character, "x") for character in text]
    around = [(EDGE, EDGE), *tagged, (EDGE, EDGE)]
    rows: list[Word] = []
    for place, (word, tag) in enumerate(tagged, start=1):
        for index in range(len(word)):
            part = "s" if len(word) == 1 else "b" if index == 0 else "e" if index == len(word) - 1 else "m"
            rows.append((word, tag, part, around[place - 1], around[place + 1]))
    return rows


def _clauses(text: str) -> list[str]:
    """For each character: which clause it stands in, of how many, and whether a head noun comes in or before it."""
    breaks = [-1, *(match.start() for match in BREAK.finditer(text)), len(text)]
    spans = [(start + 1, end) for start, end in pairwise(breaks) if end > start + 1]
    rows = [""] * len(text)
    for number, (start, end) in enumerate(spans):
        head = HEAD.search(text, start, end)
        for place in range(start, end):
            side = "n" if head is None else "b" if place < head.start() else "h" if place < head.end() else "a"
            rows[place] = f"{min(number, 2)}/{min(len(spans), 3)}{side}"
    return rows
