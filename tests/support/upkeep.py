"""What the upkeep of knowledge is tested with: an embedder of few words, questions asked, answers written."""

import hashlib
import math
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from models import CuratedAnswer, Miss, MissKind, Staff, WeChatIdentity
from services.knowledge_upkeep.answers import AnswerContent, draft_blank, save_answer, submit_answer
from services.knowledge_upkeep.evaluation import Comparison, Score, Worse
from services.knowledge_upkeep.misses import record_miss

SYNONYMS = {"钱": "费", "价": "费", "缴": "交", "延": "续"}


class WordEmbedder:
    """Texts that share their letters lie close: enough to tell whether sorting uses what an embedder says."""

    dimensions = 64
    name = "letters"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], *, kind: str) -> list[list[float]]:
        self.asked += texts
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> list[float]:
        vector = [0.0] * self.dimensions
        for letter in {SYNONYMS.get(letter, letter) for letter in text}:
            vector[int(hashlib.sha256(letter.encode()).hexdigest(), 16) % self.dimensions] = 1.0
        length = math.sqrt(sum(each * each for each in vector)) or 1.0
        return [each / length for each in vector]


class KnownComparison:
    """An evaluation whose result the test decides; remembers what it was asked."""

    def __init__(
        self, *, worse: Sequence[Worse] = (), error: Exception | None = None, is_missing: bool = False
    ) -> None:
        self.worse, self.error, self.is_missing = tuple(worse), error, is_missing
        self.asked: list[tuple[list[str], date]] = []

    def compare(self, candidates: Sequence, *, on: date) -> Comparison:
        self.asked.append(([draft.key for draft in candidates], on))
        if self.error is not None:
            raise self.error
        scores = [Score("guides", "指引自己的问题", 10, 9, 9 - len(self.worse))]
        if self.is_missing:
            scores.append(Score("articles", "法律问题", 0, 0, 0, is_missing=True))
        return Comparison(tuple(scores), self.worse)


WORSE = Worse("guides", "专利年费一年多少钱", "《专利年费》", "《专利年费》", "《转让费用》")


def ask(
    session: Session, who: WeChatIdentity, text: str, now: datetime, kind: MissKind = MissKind.NO_BASIS
) -> Miss | None:
    """Somebody asked what the bot could not answer."""
    return record_miss(session, user_id=who.user_id, kind=kind, text=text, region="广东省广州市", now=now)


CONTENT = AnswerContent(
    question="南沙区知识产权质押贴息能补多少",
    text="贷款利息按实际支付的50%补,每家每年最多50万元。先向区知识产权局申报。",
    source="南沙区知识产权局2026年申报通知",
    other_questions=("南沙贴息比例是多少",),
    region="广东省广州市南沙区",
    valid_from=date(2026, 1, 1),
)


def write_answer(
    session: Session, author: Staff, now: datetime, *, content: AnswerContent = CONTENT, submitted: bool = True
) -> CuratedAnswer:
    """An answer of this author, handed in for review."""
    answer = draft_blank(session, staff=author, now=now)
    save_answer(session, staff=author, answer_id=answer.id, content=content, version=answer.version, now=now)
    if submitted:
        submit_answer(session, staff=author, answer_id=answer.id, now=now)
    return answer
