"""A question as the ranker reads it: its weighty words, their legal forms, its letter pairs, what it asks for."""

import re
from dataclasses import dataclass
from functools import lru_cache

from nlp.law_names import LawReference, find_references
from nlp.segmenter import STOP_WORDS, Segmenter, normalise
from nlp.word_lists import everyday_words, word_set
from nlp.word_weights import WordWeights

# A person or a firm by name: our texts know nothing of a particular one.
NAME_TAGS = ("nr", "nt")
ASKS_TIME = re.compile(r"几[年天]|几个月|多久|多长时间|多少[年天]|多少个月|期限|什么时候|哪天|保护期|有效期")
GIVES_TIME = re.compile(r"[0-9一二三四五六七八九十两]\s*(?:年|个月|日|天)|期满|届满|之日起")
ASKS_MONEY = re.compile(r"多少钱|罚多少|赔多少|多少[块元]|几块|多少奖|多少费|费用")
GIVES_MONEY = re.compile(r"[0-9一二三四五六七八九十百千两]\s*(?:万?元|万|倍|%)|百分之|金额|数额")
ASKS_FIGURE = re.compile(r"多少|几[年个天件步次家项折]|多久|多长|比例|期限|最[多少高低晚长短]|罚|赔|什么时候|哪天")


@dataclass(frozen=True)
class Question:
    """`words` map a unit to its weight; `legal` to what else counts as the same: any of the groups, each as a whole."""

    text: str
    words: dict[str, float]
    legal: dict[str, frozenset[frozenset[str]]]
    pairs: frozenset[str]
    references: tuple[LawReference, ...]
    asks_time: bool
    asks_money: bool
    is_in_field: bool
    names_unknown: bool

    @property
    def total_weight(self) -> float:
        return sum(self.words.values())

    def coverage(self, words: frozenset[str], context: frozenset[str] = frozenset()) -> float:
        """Which share of the question's weight a set of words carries, between 0 and 1.

        Words of the context count only as they were said: a chapter's name must not stand for what is asked.
        """
        if not self.words:
            return 0.0
        carried = sum(weight * self._share(unit, words, context) for unit, weight in self.words.items())
        return carried / self.total_weight

    def is_answered_in_kind(self, text: str) -> bool:
        """Whether a text holds a time where a time is asked for, and an amount where an amount is."""
        return is_answered_in_kind(self.text, text)

    def _share(self, unit: str, words: frozenset[str], context: frozenset[str]) -> float:
        if unit in words or unit in context:
            return 1.0
        return 0.75 if any(group <= words for group in self.legal.get(unit, ())) else 0.0


def is_answered_in_kind(question: str, text: str) -> bool:
    """A text without a time does not answer 几年, one without an amount does not answer 罚多少."""
    plain = normalise(text)
    if ASKS_TIME.search(question) and not GIVES_TIME.search(plain):
        return False
    return not ASKS_MONEY.search(question) or bool(GIVES_MONEY.search(plain))


def read_question(text: str, segmenter: Segmenter, weights: WordWeights) -> Question:
    """Cuts and weighs a question."""
    plain = normalise(text)
    weights.refresh()
    fillers = word_set("question_fillers.txt")
    units = [word for word in dict.fromkeys(segmenter.cut(plain)) if word not in STOP_WORDS and word not in fillers]
    return Question(
        text=plain,
        words={unit: weights.weigh(unit) for unit in units},
        legal={unit: legal_forms(unit, segmenter) for unit in units},
        pairs=letter_pairs(plain),
        references=tuple(find_references(text)),
        asks_time=bool(ASKS_TIME.search(plain)),
        asks_money=bool(ASKS_MONEY.search(plain)),
        is_in_field=_is_in_field(plain, units) or bool(find_references(text)),
        names_unknown=any(
            tag in NAME_TAGS and len(word) > 1 and weights.is_unknown(word) for word, tag in segmenter.tag(plain)
        ),
    )


def _is_in_field(text: str, units: list[str]) -> bool:
    """A law's bare name asks nothing that a passage could answer."""
    asks_something = not set(units) <= word_set("core_laws.txt")
    return asks_something and any(word in text for word in word_set("field_words.txt"))


def legal_forms(unit: str, segmenter: Segmenter) -> frozenset[frozenset[str]]:
    """What stands for this word in a statute or guide, its own parts included if it is long."""
    legal = everyday_words()
    forms = set(legal.get(unit, ()))
    forms.update(form for said, words in legal.items() if len(said) > 1 and said in unit for form in words)
    groups = {frozenset(form.split("+")) for form in forms}
    if len(unit) > 2:
        groups.update(frozenset([part]) for part in segmenter.cut_for_search(unit) if len(part) > 1 and part != unit)
    return frozenset(groups)


def letter_pairs(text: str) -> frozenset[str]:
    """Neighbouring letters: what two wordings share where words differ."""
    letters = re.sub(r"[^\w]", "", text)
    return frozenset(letters[start : start + 2] for start in range(len(letters) - 1))


def likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """Dice's coefficient, between 0 and 1."""
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


@lru_cache(maxsize=4096)
def words_of(text: str, segmenter: Segmenter) -> frozenset[str]:
    """Every word of the text, the shorter ones within long ones too, as the index holds them.

    Remembered: the passages that many ask for are cut once, not for every question.
    """
    return frozenset(segmenter.cut_for_search(text))
