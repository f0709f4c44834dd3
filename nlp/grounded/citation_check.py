"""Does a sentence hold? Its figures, names and words must stand in what it cites, and mean the same there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.grounded.figures import figures, plain, units_of
from nlp.grounded.hostile import is_forbidden
from nlp.grounded.sources import Source, Sources
from nlp.lexicon import read_words
from nlp.question import legal_forms, letter_pairs
from nlp.redaction import PLACEHOLDER
from nlp.segmenter import STOP_WORDS, Segmenter
from nlp.word_lists import word_set

MARK = re.compile(r"\s*\[\s*(\d{1,2}(?:\s*[,、]\s*\d{1,2})*)\s*\]")
NAMED_LAW = re.compile(r"《([^》]{1,60})》")
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9./-]*[A-Za-z0-9]|[A-Za-z]")
CLAUSE_END = re.compile(r"[,;:。!?]")
# What weighs so much of a sentence's own words must stand in the source; of every clause, at least so much.
ENOUGH, ENOUGH_OF_CLAUSE = 0.55, 0.4
# A sentence of two words says something else with one of them changed.
FEW_LETTERS, ENOUGH_OF_FEW = 6, 0.75
# A shorter clause leans on the one after it (不可以, 对外观设计来说).
SHORT_CLAUSE = 4
WEIGHT_OF_PAIR, WEIGHT_OF_LETTER = 0.3, 0.01
LONGEST_SENTENCE = 160
# Said otherwise with the same meaning, so that 最多 and 不超过 are no contradiction.
SAME = {
    "最多": "不超过",
    "至多": "不超过",
    "至少": "不少于",
    "最少": "不少于",
    "不到": "未满",
    "无需": "不需要",
    "无须": "不需要",
    "不用": "不需要",
}
NEGATION = re.compile(
    r"不(?!仅|但|论|管|动产|同|正当|服|法|良)|未(?!来)|无(?!效|论|形|线|锡)|没(?!收)|非(?=经|公开|职务)|禁止|免除|免缴|拒绝|除外"
)
OBLIGES, PERMITS = re.compile("必须|应当|应该|务必"), re.compile("可以|可")
# Words that turn a statement round: who uses one must find it in the source.
DECISIVE = re.compile(
    "有效|无效|失效|终止|继续|恢复|免费|成功|失败|合法|违法|侵权|撤销|驳回|全部|全额|永久|废止|取消|自动|立即|所有|任何|唯一|只要|无论|免除|免缴|双倍|加倍"
)


@dataclass(frozen=True)
class Checked:
    """A sentence that holds, without its marks, and the numbers of what it rests on."""

    text: str
    numbers: tuple[int, ...]


class CitationCheck:
    """Judges sentences against numbered sources. `prompts` are our own instructions: they must not come out."""

    def __init__(self, segmenter: Segmenter, prompts: tuple[str, ...] = ()) -> None:
        self._segmenter = segmenter
        self._prompts = tuple(re.sub(r"\W", "", prompt) for prompt in prompts)
        self._neutral = STOP_WORDS | frozenset(read_words("answer_words.txt"))

    def check(self, sentence: str, sources: Sources) -> Checked | None:
        """The sentence if it holds by every source it cites together; None where it does not."""
        numbers = tuple(
            dict.fromkeys(int(part) for mark in MARK.findall(sentence) for part in re.findall(r"\d+", mark))
        )
        cited = [source for number in numbers if (source := sources.find(number)) is not None]
        text = MARK.sub("", sentence).strip()
        body = plain(PLACEHOLDER.sub("", text))
        if not cited or len(cited) != len(numbers) or not 1 < len(body) <= LONGEST_SENTENCE:
            return None
        if is_forbidden(body, self._prompts) or not self._holds(body, cited):
            return None
        return Checked(text, numbers)

    def _holds(self, body: str, cited: list[Source]) -> bool:
        material = plain(" ".join(f"{source.title}。{source.text}" for source in cited))
        if not figures(body) <= figures(material, is_source=True):
            return False
        if any(plain(name).removeprefix("中华人民共和国") not in material for name in NAMED_LAW.findall(body)):
            return False
        body = NAMED_LAW.sub("", body)
        if any(word.lower() not in material.lower() for word in LATIN.findall(body)):
            return False
        if any(word not in material for word in DECISIVE.findall(body)):
            return False
        words = self._words(body)
        enough = ENOUGH if sum(map(len, words)) > FEW_LETTERS else ENOUGH_OF_FEW
        if not words or self._share(words, material) < enough:
            return False
        clauses = [clause for clause in CLAUSE_END.split(material) if clause]
        said = list(_clauses(body))
        return all(self._clause_holds(place, said, material, clauses) for place in range(len(said)))

    def _clause_holds(self, place: int, said: list[str], material: str, clauses: list[str]) -> bool:
        clause = said[place]
        words = self._words(clause)
        if words and self._share(words, material) < ENOUGH_OF_CLAUSE:
            return False
        pairs = letter_pairs(clause)
        # Words say what it is about; neighbouring letters tell which of two clauses about it is meant.
        scores = [self._overlap(words, other) + WEIGHT_OF_PAIR * len(pairs & letter_pairs(other)) for other in clauses]
        return _figures_belong(clause, clauses, scores) and _means_the_same(place, said, clauses, scores)

    def _words(self, text: str) -> list[str]:
        """The words that carry the meaning; figures are judged by themselves."""
        return [
            word
            for word in self._segmenter.cut(text)
            if len(word) > 1 and word not in self._neutral and not figures(word, is_source=True) and not word.isascii()
        ]

    def _share(self, words: list[str], material: str) -> float:
        """How much of the words, by their length, stands in the material, as it is or in the words of the law."""
        total = sum(map(len, words))
        return sum(len(word) * self._stands(word, material) for word in words) / total if total else 1.0

    def _overlap(self, words: list[str], clause: str) -> float:
        return sum(len(word) * self._stands(word, clause) for word in set(words))

    def _stands(self, word: str, material: str) -> float:
        if word in material:
            return 1.0
        if word in word_set("everyday_words.txt") or len(word) > 2:
            forms = legal_forms(word, self._segmenter)
            if any(all(form in material for form in group) for group in forms):
                return 0.75
        return 0.0


def _clauses(body: str) -> Iterator[str]:
    held = ""
    for part in CLAUSE_END.split(body):
        held += part
        if len(held) >= SHORT_CLAUSE:
            yield held
            held = ""
    if held:
        yield held


def _figures_belong(clause: str, clauses: list[str], scores: list[float]) -> bool:
    """Each figure must be that of the clause that fits best, of those that give one of the same kind.

    发明…二十年,外观设计…十五年: 发明15年 has words and figures of the source and is wrong.
    """
    for figure in figures(clause):
        units = units_of(frozenset([figure]))
        own = rival = 0.0
        for other, score in zip(clauses, scores, strict=True):
            theirs = figures(other, is_source=True)
            if figure in theirs:
                own = max(own, score)
            elif units & units_of(theirs):
                rival = max(rival, score)
        if rival > own:
            return False
    return True


def _means_the_same(at: int, said: list[str], clauses: list[str], scores: list[float]) -> bool:
    """No negation too many or too few, and no duty made of a choice, compared with the clause that fits best."""
    if max(scores, default=0.0) <= 0:
        return True
    # Of clauses that fit as well, the shorter one says less else.
    ranked = [score - len(other) * WEIGHT_OF_LETTER for other, score in zip(clauses, scores, strict=True)]
    best = max(ranked)
    is_duty = bool(OBLIGES.search(said[at]))
    counts = _counts(at, said)
    for place, rank in enumerate(ranked):
        if rank < best:
            continue
        other = clauses[place]
        is_choice = bool(PERMITS.search(other)) and not OBLIGES.search(other)
        if counts & _counts(place, clauses) and not (is_duty and is_choice):
            return True
    return False


def _counts(place: int, clauses: list[str]) -> set[int]:
    """How many negations a clause has, alone or with a neighbour: 未备案的,不得对抗… may be said in one clause."""
    own = _negations(clauses[place])
    neighbours = clauses[max(place - 1, 0) : place] + clauses[place + 1 : place + 2]
    return {own, *(own + _negations(other) for other in neighbours)} if own else {0}


def _negations(text: str) -> int:
    for said, meant in SAME.items():
        text = text.replace(said, meant)
    return len(NEGATION.findall(text))
