"""Orders passages by how well their words answer, and says how sure that is."""

import re
from collections.abc import Sequence

from nlp.law_names import LawReference
from nlp.question import GIVES_TIME, Question, letter_pairs, likeness, read_question, words_of
from nlp.scope import scope_factor
from nlp.segmenter import Segmenter, normalise
from nlp.types import PassageText
from nlp.word_lists import word_set
from nlp.word_weights import WordWeights

SENTENCE_END = re.compile(r"(?<=[。;;!?!?\n])")
GUIDE = "guide"
EVERYWHERE = "全国"
# An article that the question names, and a guide that rests on it.
NAMED, RESTS_ON_NAMED = 1.0, 0.9
LOCAL_FACTOR, OUT_OF_FIELD_FACTOR, DISTANT_LAW_FACTOR, UNKNOWN_NAME_FACTOR = 0.7, 0.3, 0.3, 0.4
# Guides are written in the words of those who ask, and checked; a law's words meet a question's by chance more easily.
GUIDE_FACTOR = 1.1
LAW_PREFERENCE = 0.8
# A passage without a time does not answer 几年, one without an amount does not answer 罚多少.
OTHER_KIND_FACTOR = 0.8
# An example answers only who asks for one.
EXAMPLE = re.compile("举个例子|举例|例子|示例")
EXAMPLE_FACTOR = 0.8
# The Civil Code is about all of life; these chapters and words are about what firms ask here.
CIVIL_CODE = "民法典"
CIVIL_CODE_TOPICS = re.compile(r"知识产权|专利|商标|著作|技术|质权|出质|质押|诉讼时效|商业秘密|保密|惩罚性赔偿")
SPECIAL_LAWS = {
    "国防专利": re.compile("国防|军工|涉密"),
    "植物新品种": re.compile("植物|品种|育种|种子"),
    "集成电路": re.compile("集成电路|布图|芯片"),
    "药品": re.compile("药"),
    "食品": re.compile("食品|药"),
    "奥林匹克": re.compile("奥林匹克|奥运"),
    "世界博览会": re.compile("世博"),
    "知识产权法院": re.compile("法院|管辖"),
    "知识产权法庭": re.compile("法庭|管辖"),
}


def sentences(text: str) -> list[str]:
    """The sentences of a passage in order, each with its closing mark."""
    return [sentence.strip() for sentence in SENTENCE_END.split(text) if sentence.strip()]


class LexicalRanker:
    """Shared words weighed by rarity, likeness to a guide's questions, a named article, the law's distance."""

    def __init__(self, segmenter: Segmenter, weights: WordWeights) -> None:
        self._segmenter = segmenter
        self._weights = weights

    def rank(self, question: str, passages: Sequence[PassageText]) -> list[tuple[PassageText, float]]:
        """(passage, score between 0 and 1), best first."""
        read = read_question(question, self._segmenter, self._weights)
        scored = [(passage, self._score(read, passage)) for passage in passages]
        return sorted(scored, key=lambda pair: (-_preference(read, *pair), pair[0].passage_id))

    def _score(self, question: Question, passage: PassageText) -> float:
        named = _named_score(question.references, passage)
        if named is not None:
            return named
        if passage.kind == GUIDE:
            score = GUIDE_FACTOR * self._guide_score(question, passage)
        else:
            score = self._law_score(question, passage)
        score *= scope_factor(question.text, passage)
        if question.names_unknown:
            score *= UNKNOWN_NAME_FACTOR
        if not question.is_answered_in_kind(passage.text):
            score *= OTHER_KIND_FACTOR
        if EXAMPLE.search(passage.label) and not EXAMPLE.search(question.text):
            score *= EXAMPLE_FACTOR
        if not question.is_in_field:
            score *= OUT_OF_FIELD_FACTOR
        if passage.region != EVERYWHERE and passage.region not in question.text:
            score *= LOCAL_FACTOR
        return min(score, 1.0)

    def _guide_score(self, question: Question, passage: PassageText) -> float:
        asked = [(words_of(each, self._segmenter), letter_pairs(normalise(each))) for each in passage.questions]
        alike = max((_likeness(question, words, pairs) for words, pairs in asked), default=0.0)
        heading = words_of(passage.label, self._segmenter)
        section = heading | words_of(passage.text, self._segmenter)
        whole = section.union(words_of(passage.document, self._segmenter), *(words for words, _ in asked))
        # The sections of a guide share its questions; what they say themselves decides which one answers.
        shared = question.pairs & letter_pairs(normalise(f"{passage.label}{passage.text}"))
        timely = 0.03 if question.asks_time and GIVES_TIME.search(normalise(passage.label)) else 0.0
        return (
            0.4 * alike
            + 0.35 * question.coverage(whole)
            + 0.1 * question.coverage(section)
            + 0.05 * question.coverage(heading)
            + 0.1 * len(shared) / max(len(question.pairs), 1)
            + timely
        )

    def _law_score(self, question: Question, passage: PassageText) -> float:
        context = words_of(f"{passage.document} {passage.chapter or ''}", self._segmenter)
        parts = [words_of(sentence, self._segmenter) for sentence in sentences(passage.text)]
        windows = [frozenset().union(*parts[start : start + 2]) for start in range(max(len(parts) - 1, 1))]
        focus = max(question.coverage(window, context) for window in windows)
        itself = frozenset[str]().union(*parts)
        opening = letter_pairs(normalise(passage.text[:200]))
        score = (
            0.45 * focus
            + 0.2 * question.coverage(itself, context)
            + 0.25 * question.coverage(itself)
            + 0.1 * likeness(question.pairs, opening)
        )
        return score if is_near(passage) and not _is_special(question, passage) else score * DISTANT_LAW_FACTOR


def _preference(question: Question, passage: PassageText, score: float) -> float:
    """By what passages are ordered: a guide says the same as the law in the words of those who ask."""
    return score if passage.kind == GUIDE or question.references else LAW_PREFERENCE * score


def _likeness(question: Question, words: frozenset[str], pairs: frozenset[str]) -> float:
    return 0.5 * question.coverage(words) + 0.5 * likeness(question.pairs, pairs)


def is_near(passage: PassageText) -> bool:
    """Whether a law is about what technology firms ask here."""
    if passage.document == CIVIL_CODE:
        return bool(CIVIL_CODE_TOPICS.search(f"{passage.chapter}{passage.text}"))
    if passage.document in word_set("core_laws.txt"):
        return True
    return passage.kind != "statute" and any(word in passage.document for word in word_set("field_words.txt"))


def _is_special(question: Question, passage: PassageText) -> bool:
    """Whether a law for one special matter came up for a question that is not about it."""
    return any(name in passage.document and not about.search(question.text) for name, about in SPECIAL_LAWS.items())


def _named_score(references: tuple[LawReference, ...], passage: PassageText) -> float | None:
    """What a named law decides; None where the words must."""
    if not references:
        return None
    for reference in references:
        names = reference.names()
        if reference.article is None:
            if passage.document in names:
                return None
        elif passage.document in names and passage.label == reference.article:
            return NAMED
        elif any((name, reference.article) in passage.statutes for name in names):
            return RESTS_ON_NAMED
    # Another law than the one named cannot answer, least of all where the named one does not exist.
    return 0.0
