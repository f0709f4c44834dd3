"""Questions as owners type them, each with its worked result; and questions of law that are no computation."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.calendar import WorkingCalendar
from nlp.rules import answer_rule_question, read_rule_question

QUESTIONS = [
    json.loads(line)
    for line in (Path(__file__).parent / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    if line.strip()
]
AT = date(2026, 11, 22)


def says(text: str, form: str) -> bool:
    """Whether the text holds the form, its digits touching no others."""
    before = r"(?<!\d)" if form[0].isdigit() else ""
    after = r"(?!\d)" if form[-1].isdigit() else ""
    return re.search(before + re.escape(form) + after, re.sub(r"\s", "", text)) is not None


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_a_question_of_figures_is_answered_with_the_worked_result(
    question: dict[str, Any], calendar: WorkingCalendar
) -> None:
    answer = answer_rule_question(
        question["text"], date.fromisoformat(question["at"]), question.get("history", ()), calendar
    )

    if question["rule"] is None:
        assert answer is None, question["text"]
        return
    assert answer is not None, question["text"]
    assert answer.rule == question["rule"]
    for group in question["must"]:
        assert any(says(answer.text, form) for form in group.split("|")), (group, answer.text)
    if "article" in question:
        assert tuple(question["article"]) in answer.articles[:3]


@pytest.mark.parametrize("question", [each for each in QUESTIONS if each["rule"]], ids=lambda question: question["id"])
def test_an_answer_fits_a_phone_and_opens_with_the_figure(question: dict[str, Any], calendar: WorkingCalendar) -> None:
    answer = answer_rule_question(
        question["text"], date.fromisoformat(question["at"]), question.get("history", ()), calendar
    )

    assert answer is not None
    first, *rest = answer.text.split("\n")
    assert len(first) <= 80
    assert any(character.isdigit() or character == "X" for character in first) or "终止" in first
    assert len(rest) <= 8
    assert len(answer.text) <= 330
    if answer.articles:
        assert rest[-1].startswith("依据:《")


def test_what_is_missing_is_asked_for_and_the_reply_completes_it(calendar: WorkingCalendar) -> None:
    asked = answer_rule_question("我那个实用新型哪天到期", AT, (), calendar)
    assert asked is not None
    assert asked.missing == "filed_on"
    assert asked.text == "申请日是哪天?"

    answered = answer_rule_question("2019年3月5号", AT, ("我那个实用新型哪天到期",), calendar)
    assert answered is not None
    assert answered.missing is None
    assert "2029年3月5日" in answered.text


def test_two_missing_inputs_are_asked_one_after_the_other(calendar: WorkingCalendar) -> None:
    first = answer_rule_question("我那件专利哪天到期", AT, (), calendar)
    second = answer_rule_question("外观", AT, ("我那件专利哪天到期",), calendar)
    last = answer_rule_question("2022年5月6号", AT, ("我那件专利哪天到期", "外观"), calendar)

    assert first is not None
    assert first.missing == "kind"
    assert second is not None
    assert second.missing == "filed_on"
    assert last is not None
    assert "2037年5月6日" in last.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("今年3月8号收到专利驳回决定 复审最晚哪天", date(2026, 3, 8)),
        ("上个月15号收到专利驳回决定 复审最晚哪天", date(2026, 10, 15)),
        ("3月8日收到专利驳回决定 复审最晚哪天", date(2026, 3, 8)),
        ("12月1号收到专利驳回决定 复审最晚哪天", date(2025, 12, 1)),
        ("二〇二六年三月八日收到专利驳回决定 复审最晚哪天", date(2026, 3, 8)),
        ("20260308收到专利驳回决定 复审最晚哪天", date(2026, 3, 8)),
        ("26.3.8收到专利驳回决定 复审最晚哪天", date(2026, 3, 8)),
        ("前天收到专利驳回决定 复审最晚哪天", date(2026, 11, 20)),
        ("20天前收到专利驳回决定 复审最晚哪天", date(2026, 11, 2)),
        ("上周五收到专利驳回决定 复审最晚哪天", date(2026, 11, 13)),
        ("专利驳回决定收到日２０２６／３／８ 复审最晚哪天", date(2026, 3, 8)),
    ],
)
def test_days_are_read_as_people_say_them(text: str, said: date) -> None:
    call = read_rule_question(text, AT)

    assert call is not None
    assert call.rule == "reexamination"
    assert call.inputs["start_on"] == said


@pytest.mark.parametrize(
    "text", ["", " ", "😀😀😀", "<b></b>", "哪天", "年费", "多少钱", "0" * 5000, "到期" * 3000, "\x00\x01"]
)
def test_odd_input_is_no_computation(text: str, calendar: WorkingCalendar) -> None:
    assert answer_rule_question(text, AT, (text,), calendar) is None


def test_a_ratio_of_nothing_is_no_figure(calendar: WorkingCalendar) -> None:
    assert answer_rule_question("代偿500万 保险担保银行0:0:0 银行出多少", AT, (), calendar) is None
