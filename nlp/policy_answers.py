"""Answers questions of law and policy out of passages: quoted, dated, cited; or says that there is no basis."""

from collections.abc import Sequence
from datetime import date

from nlp.answer_text import basis_line, body_text, source_line
from nlp.ports import PassageSource, Ranker, Retriever, SearchIndex
from nlp.question import letter_pairs
from nlp.ranking import GUIDE, LexicalRanker
from nlp.refusals import find_refusal
from nlp.retrieval import Bm25Retriever
from nlp.segmenter import Segmenter, normalise
from nlp.types import Citation, PassageText, PolicyAnswer
from nlp.word_weights import IndexWordWeights

NO_BASIS = "这个我没有可靠依据,不乱说。"
CANDIDATES = 40
MOST_CITATIONS = 3
# No more of a guide's articles are looked up.
MOST_ARTICLES = 6
# Calibrated on the development questions and on questions from outside the field (tests/nlp).
ENOUGH = 0.33
# A further passage is cited where it comes so close to the best.
CLOSE = 0.92
# So close are two sections of a guide that their order decides.
ABOUT_AS_WELL = 0.03
LONGEST_QUESTION = 500


class PolicyAnswerer:
    """Retrieves, ranks, and writes an answer made only of sentences that were found."""

    def __init__(
        self, retriever: Retriever, ranker: Ranker, source: PassageSource | None = None, *, enough: float = ENOUGH
    ) -> None:
        self._retriever = retriever
        self._ranker = ranker
        self._source = source
        self._enough = enough

    def answer(
        self, question: str, *, on: date, region: str | None = None, source: PassageSource | None = None
    ) -> PolicyAnswer:
        """The answer that holds on that day; `abstained` where nothing found supports one.

        Raises UpstreamUnavailable where the index cannot be searched.
        """
        refusal = find_refusal(question)
        if refusal is not None:
            return PolicyAnswer(refusal, abstained=True)
        found = self.find(question, on=on, region=region, source=source)
        if not found or found[0][1] < self._enough:
            return PolicyAnswer(NO_BASIS, abstained=True, confidence=found[0][1] if found else 0.0)
        best, score = _opening_section(question, found)
        articles = self._articles(question, best, on=on, region=region, source=source)
        close = [passage for passage, each in found if each >= max(self._enough, score * CLOSE)]
        lines = [body_text(question, best), basis_line(best, articles), source_line(best, on)]
        return PolicyAnswer(
            text="\n".join(line for line in lines if line),
            citations=_citations([best, *articles, *close]),
            confidence=round(score, 4),
        )

    def find(
        self,
        question: str,
        *,
        on: date,
        region: str | None = None,
        limit: int = 10,
        source: PassageSource | None = None,
    ) -> list[tuple[PassageText, float]]:
        """The passages valid on that day with their scores, best first."""
        asked = question.strip()[:LONGEST_QUESTION]
        if not asked:
            return []
        candidates = self._retriever.retrieve(asked, on=on, region=region, limit=max(CANDIDATES, limit))
        passages = self._passages(source).load([number for number, _ in candidates])
        return [(passage, score) for passage, score in self._ranker.rank(asked, passages)[:limit] if score > 0]

    def _passages(self, source: PassageSource | None) -> PassageSource:
        chosen = source or self._source
        if chosen is None:
            raise ValueError("An answerer needs a source of passages, given once or with each question.")
        return chosen

    def _articles(
        self, question: str, guide: PassageText, *, on: date, region: str | None, source: PassageSource | None
    ) -> list[PassageText]:
        """The articles behind a guide's section, as far as they are here and in force; the closest to the question."""
        if guide.kind != GUIDE or not guide.statutes:
            return []
        wanted = guide.statutes[:MOST_ARTICLES]
        asked = " ".join(f"《{law}》{article}" for law, article in wanted)
        candidates = self._retriever.retrieve(asked, on=on, region=region, limit=CANDIDATES)
        loaded = self._passages(source).load([number for number, _ in candidates])
        found = [each for each in loaded if (each.document, each.label) in wanted]
        return [passage for passage, _ in self._ranker.rank(question, found)][: MOST_CITATIONS - 1]


def _opening_section(question: str, found: Sequence[tuple[PassageText, float]]) -> tuple[PassageText, float]:
    """The best passage; of a guide's sections that fit about as well, the one that stands first: it says the most.

    Not where the best one's heading is closer to the question: then it was written for it.
    """
    best, score = found[0]
    if best.kind != GUIDE:
        return best, score
    asked = letter_pairs(normalise(question))
    named = len(asked & letter_pairs(normalise(best.label)))
    rivals = [
        (passage, each)
        for passage, each in found
        if passage.document == best.document
        and each >= score - ABOUT_AS_WELL
        and len(asked & letter_pairs(normalise(passage.label))) >= named
    ]
    return min(rivals, key=lambda each: each[0].passage_id)[0], score


def build_answerer(index: SearchIndex, segmenter: Segmenter, source: PassageSource | None = None) -> PolicyAnswerer:
    """The answerer of the product: BM25, the lexical ranker, word weights from the same index."""
    return PolicyAnswerer(Bm25Retriever(index, segmenter), LexicalRanker(segmenter, IndexWordWeights(index)), source)


def _citations(passages: Sequence[PassageText]) -> tuple[Citation, ...]:
    chosen = list({each.passage_id: each for each in passages}.values())[:MOST_CITATIONS]
    return tuple(
        Citation(
            document=each.document,
            label=each.label,
            passage=each.text,
            source=each.source,
            valid_from=each.valid_from,
            valid_to=each.valid_to,
            checked_at=each.checked_at,
        )
        for each in chosen
    )
