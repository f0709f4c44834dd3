"""What a question is about that leans on what was said before it: the wording to answer, and what is found for it."""

import re
from collections.abc import Callable, Sequence
from datetime import date

from nlp.askable import default_askable
from nlp.elsewhere import leads_elsewhere
from nlp.follow_ups import in_context, leans_back
from nlp.ports import Ranker
from nlp.question_retrieval import QuestionBook
from nlp.ranking import GUIDE
from nlp.rules import rule_subject
from nlp.types import PassageText

Found = list[tuple[PassageText, float]]

# The likelier wording keeps the lead unless another one is answered so much better.
LIKELIER = 0.15
# 产品被人抄了怎么办 names no right and needs none: so well is answered what stands for itself.
STANDS_ALONE = 0.8
# How much nearness to a question itself counts beside the score of what it leans on, too.
ITSELF = 1.0
# What a short question is after, and how a passage shows that it speaks of it: a sum, the case without an agreement,
# somebody's refusal. So much does it count that a passage does.
CUES = (
    (re.compile("多少钱|费用|收费|花多少|要钱"), re.compile(r"\d[\d,.]*万?元|免费|不收费")),
    (
        re.compile("没有?(?:规定|约定|写|签|说好)|没(?:有)?合同"),
        re.compile("(?:未|没有?)[^。;;]{0,24}?(?:约定|规定)|都没有的"),
    ),
    (re.compile("不(?:同意|答应|肯|愿意?)|拒绝"), re.compile("不同意|拒绝|正当理由")),
)
CUE = 0.6
# 你们公司一年赚多少, 深圳哪家最便宜: below these log-odds what is asked is none of ours, whatever was spoken of before.
# Words that ask how much say nothing about that, and what is left may be too short to tell.
NOT_ASKABLE, SHORTEST_TOLD = -2.0, 5
HOW_MUCH = re.compile("多少钱|多少|几多|大概|一般|一共|总共|[呢吗的了那要]")


class ContextFinder:
    """Tries a question alone and with the story before it. `enough` is the score from which something is an answer."""

    def __init__(self, ranker: Ranker, book: QuestionBook | None, *, enough: float) -> None:
        self._ranker = ranker
        self._book = book
        self._enough = enough

    def find(self, question: str, said: Sequence[str], find: Callable[[str], Found]) -> tuple[str, Found]:
        """The wording to answer, the question alone or with what was said before, and what `find` finds for it."""
        wordings = in_context(question, said)
        leans = any(tells_more(wording, question) for wording in wordings)
        if leans and _is_none_of_ours(question):
            return question, []  # what was said before does not make it a question for us
        if leans and leans_back(question) and leads_elsewhere(question, " ".join(said)):
            wordings = (question,)  # it has a subject, only none of our field: what was said before is not it
        tried = [(wording, find(wording)) for wording in wordings]
        told = [each for each in tried if tells_more(each[0], question)]
        alone = max((_top(found) for wording, found in tried if wording == question), default=0.0)
        if leans_back(question) and alone < STANDS_ALONE and any(_top(found) >= self._enough for _, found in told):
            tried = told  # words without a subject meet anything; with their subject they find enough
        asked, found = max(tried, key=lambda each: _top(each[1]) + (LIKELIER if each is tried[0] else 0.0))
        return asked, self._nearest_to(question, found) if tells_more(asked, question) else found

    def _nearest_to(self, question: str, found: Found) -> Found:
        """What was said before says what it is about; of what that finds, the nearest to the question itself is first.

        The passage that comes first stands for them all, so it has the best score.
        """
        if not found or self._book is None:
            return found
        book, top = self._book, found[0][1]
        guides = self._ranker.rank(question, [passage for passage, _ in found if passage.kind == GUIDE])
        nearness = {passage.passage_id: score for passage, score in guides}
        cues = [speaks for asks, speaks in CUES if asks.search(question)]

        def fits(each: tuple[PassageText, float]) -> float:
            passage, score = each
            near = nearness.get(passage.passage_id)
            spoken_of = sum(bool(speaks.search(passage.text)) for speaks in cues)
            return score + ITSELF * (book.closeness(question, passage) if near is None else near) + CUE * spoken_of

        (first, score), *others = sorted(found, key=fits, reverse=True)
        return [(first, max(score, top)), *others]


def tells_more(wording: str, question: str) -> bool:
    """Whether a wording is the question with what was said before."""
    return wording.endswith(f" {question}")


def subjects(history: Sequence[str], on: date) -> Sequence[str]:
    """What was said before; a question of figures at its end is its subject, for its days and sums lead astray."""
    subject = rule_subject(history[-1], on, history[:-1]) if history else None
    return [*history[:-1], subject] if subject else history


def _is_none_of_ours(question: str) -> bool:
    rest = HOW_MUCH.sub("", question)
    return len(rest) >= SHORTEST_TOLD and leans_back(question) and default_askable().score(rest) < NOT_ASKABLE


def _top(found: Found) -> float:
    return found[0][1] if found else 0.0
