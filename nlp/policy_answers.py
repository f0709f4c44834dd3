"""Answers questions of law and policy out of passages: quoted, dated, cited; or says that there is no basis."""

from collections.abc import Sequence
from datetime import date

from nlp.answer_text import basis_line, body_text, from_kind, source_line
from nlp.elsewhere import leads_elsewhere
from nlp.learned_ranking import ENOUGH, LearnedRanker
from nlp.normalisation import default_normaliser
from nlp.ports import Embedder, PassageSource, Ranker, Retriever, SearchIndex
from nlp.question import letter_pairs
from nlp.question_in_context import ContextFinder, subjects, tells_more
from nlp.question_index import QuestionIndex, StoredVectors
from nlp.question_retrieval import QuestionBook, QuestionRetriever
from nlp.ranking import GUIDE, LexicalRanker
from nlp.refusals import find_refusal, find_suspicion
from nlp.retrieval import Bm25Retriever
from nlp.rules import RuleAnswer, WorkingDays, answer_rule_question
from nlp.scope import own_rule_first
from nlp.segmenter import Segmenter, normalise
from nlp.types import Citation, PassageText, PolicyAnswer
from nlp.word_weights import IndexWordWeights

NO_BASIS = "这个我没有可靠依据,不乱说。"
CANDIDATES, MOST_FOUND = 40, 10
MOST_CITATIONS = 3
# No more of a guide's articles are looked up.
MOST_ARTICLES = 6
# A further passage is cited where it comes so close to the best.
CLOSE = 0.92
# So close are two sections of a guide that their order decides.
ABOUT_AS_WELL = 0.03
LONGEST_QUESTION = 500
# What may be a wish that we must decline is answered only where a passage answers it so well.
WELL = 0.5


class PolicyAnswerer:
    """Retrieves, ranks, and writes an answer made only of sentences that were found."""

    def __init__(
        self,
        retriever: Retriever,
        ranker: Ranker,
        source: PassageSource | None = None,
        *,
        leads: QuestionBook | None = None,
        enough: float = ENOUGH,
    ) -> None:
        """`leads` gives the line in plain words that an answer out of a law begins with."""
        self._leads = leads
        self._normaliser = default_normaliser()
        self._retriever = retriever
        self._ranker = ranker
        self._source = source
        self._enough = enough
        self._context = ContextFinder(ranker, leads, enough=enough)

    def warm_up(self) -> None:
        """Count questions and load the judge now, a second or two, and not within the first five seconds of a user."""
        if self._leads is not None:
            self._leads.nearness("专利")
        leads_elsewhere("天气怎么样")

    def answer(
        self,
        question: str,
        *,
        on: date,
        region: str | None = None,
        source: PassageSource | None = None,
        history: Sequence[str] = (),
        calendar: WorkingDays | None = None,
    ) -> PolicyAnswer:
        """The answer that holds on that day; `abstained` where nothing found supports one.

        A figure is computed by rule where the question gives what the rule needs; `calendar` moves last days that are
        days off. `history` is what the same user said before, oldest first: a question may lean on it. Raises
        UpstreamUnavailable where the index cannot be searched.
        """
        refusal = find_refusal(question)
        if refusal is not None:
            return PolicyAnswer(refusal, abstained=True)
        ruled = answer_rule_question(question, on, history, calendar)
        if ruled is not None:
            return self._computed(ruled, on=on, source=source)
        itself = self._normaliser.plain(question)

        def find(wording: str) -> list[tuple[PassageText, float]]:
            return self.find(wording, on=on, region=region, source=source, limit=2 * MOST_FOUND)

        said = [self._normaliser.plain(each) for each in subjects(history, on)]
        asked, found = self._context.find(itself, said, find)
        found = own_rule_first(itself, found, enough=self._enough)[:MOST_FOUND]
        if not found or found[0][1] < self._enough:
            return PolicyAnswer(NO_BASIS, abstained=True, confidence=found[0][1] if found else 0.0)
        if found[0][1] < WELL and (doubt := find_suspicion(question)) is not None:
            return PolicyAnswer(doubt, abstained=True, confidence=found[0][1])
        best, score = _opening_section(asked, found)
        articles = self._articles(asked, best, on=on, region=region, source=source)
        close = [passage for passage, each in found if each >= max(self._enough, score * CLOSE)]
        chosen = list({each.passage_id: each for each in [best, *articles, *close]}.values())[:MOST_CITATIONS]
        leads = self._leads_of(asked, best, itself=itself if tells_more(asked, itself) else None)
        plain_words = "\n".join(from_kind(asked, lead) for lead in leads)
        lines = [
            plain_words,
            body_text(asked, best, spent=len(plain_words)),
            basis_line(best, articles),
            self._see_also(asked, best, close),
            source_line(best, on),
        ]
        return PolicyAnswer(
            text="\n".join(line for line in lines if line),
            citations=tuple(map(_citation, chosen)),
            confidence=round(score, 4),
            further=tuple(
                _citation(passage) for passage, _ in found if passage.kind != GUIDE and passage not in chosen
            ),
        )

    def _leads_of(self, question: str, passage: PassageText, itself: str | None = None) -> tuple[str, ...]:
        if self._leads is None or passage.kind == GUIDE:
            return ()
        return self._leads.leads(question, passage, itself=itself)

    def _see_also(self, question: str, best: PassageText, close: Sequence[PassageText]) -> str:
        """What another article says that fits about as well: the question may have been about that one."""
        for passage in close:
            if passage.passage_id != best.passage_id and (leads := self._leads_of(question, passage)):
                return f"另见《{passage.document}》{passage.label}:{leads[0]}"
        return ""

    def _computed(self, ruled: RuleAnswer, *, on: date, source: PassageSource | None) -> PolicyAnswer:
        """A rule's figure with the articles that it rests on, as far as they are here."""
        passages = self._by_name(ruled.articles, on=on, region=None, source=source)
        order = {place: number for number, place in enumerate(ruled.articles)}
        passages.sort(key=lambda each: order[each.document, each.label])
        return PolicyAnswer(
            text=ruled.text,
            citations=tuple(map(_citation, passages[:MOST_CITATIONS])),
            confidence=1.0,
            figures=tuple({"name": each.name, "value": str(each.value), "unit": each.unit} for each in ruled.figures),
        )

    def find(
        self,
        question: str,
        *,
        on: date,
        region: str | None = None,
        limit: int = MOST_FOUND,
        source: PassageSource | None = None,
    ) -> list[tuple[PassageText, float]]:
        """The passages valid on that day with their scores, best first."""
        asked = self._normaliser.plain(question.strip()[:LONGEST_QUESTION])
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
        found = self._by_name(guide.statutes[:MOST_ARTICLES], on=on, region=region, source=source)
        return [passage for passage, _ in self._ranker.rank(question, found)][: MOST_CITATIONS - 1]

    def _by_name(
        self,
        places: Sequence[tuple[str, str]],
        *,
        on: date,
        region: str | None,
        source: PassageSource | None,
    ) -> list[PassageText]:
        numbers = self._retriever.find_places([f"{law}{label}" for law, label in places], on=on, region=region)
        return self._passages(source).load(numbers)


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


def build_answerer(
    index: SearchIndex,
    segmenter: Segmenter,
    source: PassageSource | None = None,
    *,
    vectors: StoredVectors | None = None,
    embedder: Embedder | None = None,
) -> PolicyAnswerer:
    """The answerer of the product: text index and written questions, the learned ranker, word weights of the index.

    With vectors and the embedder that made them, nearness to a written question is also one of meaning.
    """
    book = QuestionBook(QuestionIndex(segmenter, vectors=vectors, embedder=embedder))
    retriever = QuestionRetriever(book, Bm25Retriever(index, segmenter))
    ranker = LearnedRanker(book, LexicalRanker(segmenter, IndexWordWeights(index)))
    return PolicyAnswerer(retriever, ranker, source, leads=book)


def _citation(passage: PassageText) -> Citation:
    return Citation(
        document=passage.document,
        label=passage.label,
        passage=passage.text,
        source=passage.source,
        valid_from=passage.valid_from,
        valid_to=passage.valid_to,
        checked_at=passage.checked_at,
    )
