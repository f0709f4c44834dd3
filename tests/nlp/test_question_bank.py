"""The written questions: every file reads, every question has its lead and article, and asking finds it."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from nlp.law_names import find_references
from nlp.question_bank import REFUSED, BadQuestionFile, all_questions, read_questions, read_sentences, read_unanswerable
from nlp.question_index import QuestionIndex
from nlp.question_retrieval import QuestionBook
from nlp.segmenter import default_segmenter
from nlp.types import PassageText

LONGEST_LEAD = 64
ROOT = Path(__file__).resolve().parent.parent.parent
HELD_OUT = ROOT / "data" / "evaluation" / "policy.jsonl"


def test_every_file_reads_and_says_enough() -> None:
    questions = all_questions()

    assert len(questions) > 9_000
    assert len({(each.law, each.article, each.passed) for each in questions}) > 1_500
    assert [each.lead for each in questions if len(each.lead) > LONGEST_LEAD] == []


def test_no_question_is_written_twice_for_one_text_of_a_law() -> None:
    counted = Counter((each.law, each.passed, each.text) for each in all_questions())

    assert [key for key, count in counted.items() if count > 1] == []


def _declined() -> tuple[str, ...]:
    """What nothing answers, and wishes that are declined whatever is known."""
    return (*read_unanswerable(), *(text for path in REFUSED for text in read_sentences(path)))


def test_what_cannot_be_answered_is_no_written_question() -> None:
    unanswerable = _declined()

    assert len(unanswerable) >= 1_000
    assert {each.text for each in all_questions()}.isdisjoint(unanswerable)


def test_no_question_of_the_held_out_evaluation_is_written_here() -> None:
    held_out = [json.loads(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]
    ours = {_letters(text) for text in (*(each.text for each in all_questions()), *_declined())}

    assert len(held_out) == 579
    assert len({each["id"] for each in held_out}) == 579
    assert [each["text"] for each in held_out if _letters(each["text"]) in ours] == []


def test_the_ranker_does_not_learn_from_the_held_out_evaluation() -> None:
    learnt, held_out = (
        {_letters(json.loads(line)["text"]) for line in path.read_text(encoding="utf-8").splitlines()}
        for path in (HELD_OUT.with_name("questions.jsonl"), HELD_OUT)
    )

    assert learnt.isdisjoint(held_out)


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


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


def _article(law: str, label: str, passed: str) -> PassageText:
    return PassageText(
        passage_id=1,
        document=law,
        kind="statute",
        region="全国",
        label=label,
        chapter=None,
        text="",
        version=passed,
        source="",
        authority=None,
        valid_from=None,
        valid_to=None,
        checked_at=date(2026, 11, 22),
        confidence="V",
    )


@pytest.mark.parametrize(
    ("asked", "law", "article", "passed", "said"),
    [
        ("公司给采购回扣拿单 最高罚多少", "反不正当竞争法", "第十九条", "2019-04-23", "10万到300万元"),
        ("公司给采购回扣拿单 最高罚多少", "反不正当竞争法", "第二十四条", "2025-06-27", "100万到500万元"),
        ("执法人员上门检查不让进 单位会罚多少", "反不正当竞争法", "第二十八条", "2019-04-23", "5万元以下"),
        ("没约定奖金 发明最少奖多少", "专利法实施细则", "第七十七条", "2010-01-09", "3000元"),
        ("给大厂供货合同没写付款日 多少天内要付", "保障中小企业款项支付条例", "第八条", "2020-07-05", "合理约定"),
    ],
)
def test_each_text_of_a_law_is_answered_in_its_own_words(
    asked: str, law: str, article: str, passed: str, said: str
) -> None:
    book = QuestionBook(QuestionIndex(default_segmenter()))

    assert said in "".join(book.leads(asked, _article(law, article, passed)))
    assert not book.of(_article(law, article, "1999-01-01"))


def test_two_lines_of_one_article_that_fit_about_as_well_are_both_said() -> None:
    book = QuestionBook(QuestionIndex(default_segmenter()))
    article = _article("最高人民法院关于审理技术合同纠纷案件适用法律若干问题的解释", "第二十五条", "2020-12-29")

    both = book.leads("独占和排他没写清 合同算哪种", article)
    one = book.leads("排他的话我自己能不能生产", article)

    assert len(both) == 2
    assert any("普通许可" in lead for lead in both)
    assert len(one) == 1
