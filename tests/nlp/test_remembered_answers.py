"""A remembered answer is given again only while nothing that it rests on has changed."""

from datetime import date
from typing import Any, cast

from adapters.search_index_local import LocalIndex
from nlp.policy_answers import PolicyAnswerer
from nlp.remembered_answers import RememberingAnswerer
from nlp.retrieval import KNOWLEDGE_SCHEMA
from nlp.types import PolicyAnswer

DAY = date(2026, 11, 23)


class CountingAnswerer:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def answer(self, question: str, **_: Any) -> PolicyAnswer:
        self.asked.append(question)
        return PolicyAnswer(f"第{len(self.asked)}次")


def _remembering(size: int = 10) -> tuple[RememberingAnswerer, CountingAnswerer, LocalIndex]:
    inner, index = CountingAnswerer(), LocalIndex(KNOWLEDGE_SCHEMA)
    index.rebuild([], serial=1)
    return RememberingAnswerer(cast(PolicyAnswerer, inner), index, size), inner, index


def test_the_same_words_are_answered_once_whatever_their_spacing_and_width() -> None:
    answerer, inner, _ = _remembering()

    first = answerer.answer("专利 年费ＡＢ", on=DAY)
    second = answerer.answer("专利年费ab", on=DAY)

    assert first == second
    assert len(inner.asked) == 1


def test_another_day_or_region_is_another_question() -> None:
    answerer, inner, _ = _remembering()

    answerer.answer("年费", on=DAY)
    answerer.answer("年费", on=date(2027, 1, 1))
    answerer.answer("年费", on=DAY, region="广东省")

    assert len(inner.asked) == 3


def test_new_knowledge_makes_old_answers_void() -> None:
    answerer, inner, index = _remembering()
    answerer.answer("年费", on=DAY)

    index.mark(2)

    assert answerer.answer("年费", on=DAY).text == "第2次"
    assert len(inner.asked) == 2


def test_the_memory_keeps_to_its_size() -> None:
    answerer, inner, _ = _remembering(size=2)
    for question in ("一", "二", "三", "一"):
        answerer.answer(question, on=DAY)

    assert inner.asked == ["一", "二", "三", "一"]
