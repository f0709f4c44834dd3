"""Questions into the bank: our own file, past papers, and a table."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from core.clock import china_date
from core.errors import InvalidInput
from models import ExamQuestion, QuestionState, Subject
from services.exams.citations import read_cite, said_cites
from services.exams.loading import law_changed_on, load_own_questions, read_questions, store_questions
from tests.support.exams import BANK

PAPER = {
    "input": "下列哪个属于可以授予专利权的主题?", "output": "D", "A": "甲", "B": "乙", "C": "丙", "D": "丁",
    "source": "2019 national patent agent examination-patent law", "multichoice": "False",
}  # fmt: skip
ROW = {
    "题干": "专利权质押何时设立?", "A": "签合同时", "B": "登记时", "C": "放款时", "D": "交证书时", "答案": "B",
    "解析": "登记时设立。", "依据": "民法典 第四百四十四条", "专题": "许可、转让和质押", "年份": "2019",
}  # fmt: skip


def import_questions(session, path, now, *, licence=""):
    return store_questions(session, read_questions(path, china_date(now), licence=licence), now)


def write_lines(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def test_our_own_questions_are_loaded_once_and_what_the_file_loses_is_withdrawn(database, clock, tmp_path) -> None:
    with database.unit_of_work() as session:
        first = load_own_questions(session, BANK, clock.now())
        again = load_own_questions(session, BANK, clock.now())
        assert (again.added, again.changed, again.unchanged) == (0, 0, first.added)

        shorter = tmp_path / "questions.yaml"
        head, _cut, _rest = BANK.read_text(encoding="utf-8").partition("- code: ownership-01")
        shorter.write_text(head, encoding="utf-8")
        load_own_questions(session, shorter, clock.now())
        withdrawn = session.scalars(select(ExamQuestion).where(ExamQuestion.state == QuestionState.WITHDRAWN)).all()
        assert len(withdrawn) == first.added - head.count("- code:")


def test_what_staff_changed_is_not_loaded_over(database, clock) -> None:
    with database.unit_of_work() as session:
        load_own_questions(session, BANK, clock.now())
        question = session.scalars(select(ExamQuestion).where(ExamQuestion.code == "conditions-01")).one()
        question.stem, question.version = "改过的题干", 2
        load_own_questions(session, BANK, clock.now())

        assert question.stem == "改过的题干"


def test_a_past_paper_is_left_out_where_a_law_of_its_subject_has_changed_since(database, clock, tmp_path) -> None:
    file = write_lines(
        tmp_path / "papers.jsonl", PAPER, PAPER, PAPER | {"input": "另一题", "source": "2024 patent law"}
    )
    with database.unit_of_work() as session:
        done = import_questions(session, file, clock.now(), licence="Apache-2.0")
        rows = {row.paper_year: row for row in session.scalars(select(ExamQuestion))}

        assert (done.added, done.superseded, done.refused) == (2, 1, [])
        assert (rows[2019].state, rows[2024].state) == (QuestionState.SUPERSEDED, QuestionState.IN_FORCE)
        assert (rows[2019].licence, rows[2019].subject) == ("Apache-2.0", Subject.PATENT_LAW)


def test_the_general_rule_follows_the_days_on_which_laws_changed() -> None:
    assert law_changed_on(Subject.PATENT_LAW, 2019) == date(2021, 6, 1)
    assert law_changed_on(Subject.PATENT_LAW, 2021) == date(2024, 1, 20)
    assert law_changed_on(Subject.PATENT_LAW, 2024) is None
    # The trademark law that begins in 2027.
    assert law_changed_on(Subject.RELATED_LAW, 2026) == date(2027, 1, 1)
    assert law_changed_on(Subject.PATENT_LAW, None) is None


def test_an_imported_question_of_now_ends_with_the_law_it_follows(database, clock, tmp_path) -> None:
    source = "2026 examination-related law"
    with database.unit_of_work() as session:
        import_questions(session, write_lines(tmp_path / "a.jsonl", PAPER | {"source": source}), clock.now())
        row = session.scalars(select(ExamQuestion)).one()

        assert (row.subject, row.state, row.valid_to) == (
            Subject.RELATED_LAW, QuestionState.IN_FORCE, date(2026, 12, 31),
        )  # fmt: skip


def test_a_table_is_read_from_csv_and_from_xlsx(database, clock, tmp_path) -> None:
    table = tmp_path / "题.csv"
    with table.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, ROW)
        writer.writeheader()
        writer.writerow(ROW)
    book = Workbook()
    book.active.append(list(ROW))
    book.active.append(list(ROW.values()))
    book.active.append([None] * len(ROW))
    book.save(tmp_path / "题.xlsx")
    with database.unit_of_work() as session:
        assert import_questions(session, table, clock.now()).added == 1
        assert import_questions(session, tmp_path / "题.xlsx", clock.now()).unchanged == 1
        row = session.scalars(select(ExamQuestion)).one()

        # The article says that it still holds, whatever the year of the paper.
        assert (row.topic, row.answer, row.state) == ("exploitation", "B", QuestionState.IN_FORCE)
        assert row.cites == [read_cite("民法典 第四百四十四条")]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"output": "E"}, "答案不在选项里"),
        ({"output": "AB"}, "单选题有几个答案"),
        ({"input": ""}, "没有题干"),
        ({"A": "", "B": "", "C": ""}, "选项不到两个"),
        ({"cites": "商标法 第三十三条"}, "要写明哪天通过的"),
        ({"cites": "专利法第四十二条"}, "依据写法不对"),
    ],
)
def test_a_row_that_is_not_right_is_refused_with_its_place_and_the_rest_goes_in(
    database, clock, tmp_path, change, why
) -> None:
    file = write_lines(tmp_path / "papers.jsonl", PAPER, PAPER | {"input": "坏的"} | change)
    with database.unit_of_work() as session:
        done = import_questions(session, file, clock.now())

    assert done.added == 1
    assert len(done.refused) == 1
    assert done.refused[0].startswith("第2条:")
    assert why in done.refused[0]


def test_lines_that_are_no_json_are_refused_and_other_files_too(database, clock, tmp_path) -> None:
    broken = tmp_path / "a.jsonl"
    broken.write_text("{\n[]\n", encoding="utf-8")
    with database.unit_of_work() as session:
        assert len(import_questions(session, broken, clock.now()).refused) == 2
        (tmp_path / "a.txt").write_text("", encoding="utf-8")
        (tmp_path / "a.xlsx").write_text("", encoding="utf-8")
        for name in ("a.txt", "a.xlsx"):
            with pytest.raises(InvalidInput):
                import_questions(session, tmp_path / name, clock.now())


def test_an_article_is_said_as_the_version_of_that_day_has_it() -> None:
    cites = [read_cite("商标法 2019-04-23 第三十九条"), read_cite("商标法 2026-06-26 第四十三条")]

    assert said_cites(cites, date(2026, 12, 31)) == "《商标法》第三十九条"
    assert said_cites(cites, date(2027, 1, 1)) == "《商标法》第四十三条"


def test_the_collection_of_past_papers_is_read_whole_and_none_of_it_is_asked_by_default(
    database, clock, shared_data
) -> None:
    file = shared_data / "exam" / "patent_agent_mcq.jsonl"
    if not file.exists():
        pytest.skip("needs the past papers in the shared data folder")
    with database.unit_of_work() as session:
        done = import_questions(session, file, clock.now(), licence="Apache-2.0")
        asked = session.scalar(
            select(func.count()).select_from(ExamQuestion).where(ExamQuestion.state == QuestionState.IN_FORCE)
        )

    assert done.refused == []
    # Two of the 394 are there twice.
    assert (done.added, done.superseded) == (392, 392)
    assert asked == 0
