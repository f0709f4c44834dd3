"""The written questions: every file reads, every question has its lead and article, and asking finds it."""

from collections import Counter
from pathlib import Path

import pytest

from nlp.law_names import find_references
from nlp.question_bank import BadQuestionFile, all_questions, read_questions, read_unanswerable
from nlp.question_index import QuestionIndex
from nlp.segmenter import default_segmenter

LONGEST_LEAD = 64


def test_every_file_reads_and_says_enough() -> None:
    questions = all_questions()

    assert len(questions) > 9_000
    assert len({(each.law, each.article, each.passed) for each in questions}) > 1_500
    assert [each.lead for each in questions if len(each.lead) > LONGEST_LEAD] == []


def test_no_question_is_written_twice_for_one_text_of_a_law() -> None:
    counted = Counter((each.law, each.passed, each.text) for each in all_questions())

    assert [key for key, count in counted.items() if count > 1] == []


def test_what_cannot_be_answered_is_no_written_question() -> None:
    unanswerable = read_unanswerable()

    assert len(unanswerable) >= 600
    assert {each.text for each in all_questions()}.isdisjoint(unanswerable)


def test_a_question_without_its_article_is_refused_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "law.txt").write_text("# a file\nlaw: 专利法\n\n外观保护多久\n", encoding="utf-8")

    with pytest.raises(BadQuestionFile, match=r"law\.txt:4"):
        read_questions(tmp_path)


def test_a_lead_names_no_article_for_the_answer_names_it_below() -> None:
    named = [each.lead for each in all_questions() if any(found.article for found in find_references(each.lead))]

    assert len(named) <= 0.05 * len(all_questions())


@pytest.mark.parametrize(
    ("asked", "law", "article"),
    [
        ("外观设计能保护几年啊", "专利法", "第四十二条"),
        ("买了盗版的货不知情要不要赔钱", "专利法", "第七十七条"),
        ("竞业协议最长能签几年", "劳动合同法", "第二十四条"),
    ],
)
def test_words_alone_lead_to_the_article(asked: str, law: str, article: str) -> None:
    index = QuestionIndex(default_segmenter())

    nearest = [index.questions[number] for number in index.nearness(asked).joined.argsort()[::-1][:5]]

    assert (law, article) in {(each.law, each.article) for each in nearest}
