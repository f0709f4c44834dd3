"""Questions that many owners ask in the same words are worked out once for each state of the knowledge."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date

from nlp.policy_answers import PolicyAnswerer
from nlp.ports import PassageSource, SearchIndex
from nlp.rules import WorkingDays
from nlp.segmenter import normalise
from nlp.types import PassageText, PolicyAnswer

SIZE = 4096

Key = tuple[str, date, str | None, int]


class RememberingAnswerer:
    """A PolicyAnswerer with a memory: the same words, day and region get the same answer until the index changes."""

    def __init__(self, answerer: PolicyAnswerer, index: SearchIndex, size: int = SIZE) -> None:
        self._answerer = answerer
        self._index = index
        self._size = size
        self._answers: OrderedDict[Key, PolicyAnswer] = OrderedDict()
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        """See PolicyAnswerer.warm_up."""
        self._answerer.warm_up()

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
        """See PolicyAnswerer.answer; an error is not remembered."""
        said = "\n".join("".join(normalise(each).split()) for each in (*history, question))
        key = (said, on, region, self._index.last_serial)
        with self._lock:
            if (known := self._answers.get(key)) is not None:
                self._answers.move_to_end(key)
                return known
        answer = self._answerer.answer(
            question, on=on, region=region, source=source, history=history, calendar=calendar
        )
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)
        return answer

    def find(
        self,
        question: str,
        *,
        on: date,
        region: str | None = None,
        limit: int = 10,
        source: PassageSource | None = None,
    ) -> list[tuple[PassageText, float]]:
        """See PolicyAnswerer.find."""
        return self._answerer.find(question, on=on, region=region, limit=limit, source=source)
