"""The question bank at the training desk: found, previewed, written, changed, put into and out of use."""

import re
from io import BytesIO

import pytest
from openpyxl import Workbook
from sqlalchemy import event, select

from models import AuditEntry, ExamQuestion, QuestionState
from services.exams.loading import load_own_questions
from tests.support.exams import BANK, make_question

PATH = "/console/training/questions"
TYPED = {
    "topic": "exploitation", "state": "in_force", "stem": "专利权质押从何时设立?", "answer": "b",
    "options": "签订合同时\r\n办理出质登记时\r\n\r\n放款时", "explanation": "登记时设立。",
    "cites": "民法典 第四百四十四条", "step": "save",
}  # fmt: skip


def bank(database) -> list[ExamQuestion]:
    with database.reading() as session:
        return list(session.scalars(select(ExamQuestion).order_by(ExamQuestion.id)))


def form_of(page: str) -> dict[str, str]:
    """What the form of a page would send."""
    fields = dict(re.findall(r'<input(?: type="hidden")? name="(version|answer)" value="([^"]*)"', page))
    fields |= dict(re.findall(r'<textarea name="(\w+)"[^>]*>([^<]*)<', page))
    for name, options in re.findall(r'<select name="(\w+)"[^>]*>(.*?)</select>', page):
        fields[name] = re.search(r'value="([^"]*)" selected', options)[1]
    return {**fields, "step": "save"}


def test_the_bank_is_listed_by_state_and_topic_in_pages(trainer, database, clock):
    assert "这里还没有题" in trainer.get(PATH).text
    with database.unit_of_work() as session:
        done = load_own_questions(session, BANK, clock.now())
        make_question(session, clock.now(), state=QuestionState.SUPERSEDED, stem="旧法的题")
    page = trainer.get(PATH).text
    assert f"{done.added + 1}题" in page and "下一页" in page and "上一页" not in page
    assert "上一页" in trainer.get(f"{PATH}?page=1").text
    old = trainer.get(f"{PATH}?state=superseded").text
    assert "旧法的题" in old and "按旧法,不出" in old and "<small>1题" in old
    assert "优先权" in trainer.get(f"{PATH}?topic=priority&state=odd&page=x").text


def test_a_question_is_previewed_as_a_phone_shows_it_and_nothing_is_written(trainer, database):
    trainer.get(f"{PATH}/new")
    page = trainer.post(f"{PATH}/new", {**TYPED, "step": "preview"})

    assert page.status_code == 200
    for words in (
        "手机上这样显示",
        "A. 签订合同时",
        "B. 办理出质登记时",
        "答案是B。",
        "依据:《民法典》第四百四十四条。",
    ):
        assert words in page.text
    assert bank(database) == []


def test_a_question_is_written_changed_and_taken_out_of_use_with_its_trace(trainer, database):
    trainer.get(f"{PATH}/new")
    made = trainer.post(f"{PATH}/new", TYPED)
    assert made.status_code == 303
    form = form_of(trainer.get(made.location).text)
    assert form["options"] == "签订合同时\n办理出质登记时\n放款时"
    assert trainer.post(made.location, form).status_code == 303  # nothing changed, nothing written
    changed = {**form, "answer": "A,B", "state": "withdrawn"}
    assert trainer.post(made.location, changed).status_code == 303
    stale = trainer.post(made.location, {**form, "stem": "又改"})

    assert stale.status_code == 409 and "同事刚改过这道题" in stale.text
    (row,) = bank(database)
    assert (row.answer, row.is_multiple, row.state, row.version) == ("AB", True, "withdrawn", 2)
    with database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.target == f"question:{row.code}")).all()
        assert [(each.action, each.details) for each in entries] == [
            ("question_created", {}),
            ("question_changed", {"fields": ["answer", "is_multiple", "state"]}),
        ]


def test_a_superseded_question_comes_into_use_once_its_article_is_named(trainer, database, clock):
    with database.unit_of_work() as session:
        question = make_question(session, clock.now(), state=QuestionState.SUPERSEDED, cites=[], answered_count=9)
    form = form_of(trainer.get(f"{PATH}/{question.code}").text)
    refused = trainer.post(f"{PATH}/{question.code}", {**form, "state": "in_force"})
    done = trainer.post(f"{PATH}/{question.code}", {**form, "state": "in_force", "cites": "专利法 第四十二条"})

    assert refused.status_code == 422 and "要写依据的条文" in refused.text
    assert done.status_code == 303
    (row,) = bank(database)
    assert (row.state, row.answered_count) == ("in_force", 9)
    assert row.valid_from is not None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"stem": " "}, "要写题干"),
        ({"options": "只有一个"}, "2到6个"),
        ({"options": "一样\n一样"}, "不要重复"),
        ({"answer": "E"}, "写选项的字母"),
        ({"answer": ""}, "写选项的字母"),
        ({"topic": "cooking"}, "请选"),
        ({"state": "odd"}, "请选"),
        ({"cites": "商标法 第三十三条"}, "要写明哪天通过的"),
        ({"cites": ""}, "要写依据的条文"),
    ],
)
def test_what_is_not_right_is_said_at_its_field_and_kept_as_typed(trainer, database, change, why):
    trainer.get(f"{PATH}/new")
    refused = trainer.post(f"{PATH}/new", {**TYPED, **change})

    assert refused.status_code == 422
    assert why in refused.text
    assert "登记时设立。" in refused.text
    assert bank(database) == []


def upload(trainer, name: str, content: bytes):
    return trainer.post(f"{PATH}/import", {"file": (BytesIO(content), name)}, content_type="multipart/form-data")


def sheet(*rows: dict[str, str]) -> bytes:
    book, written = Workbook(), BytesIO()
    heads = list(dict.fromkeys(head for row in rows for head in row))
    for row in (heads, *([row.get(head) for head in heads] for row in rows)):
        book.active.append(row)
    book.save(written)
    return written.getvalue()


ROW = {
    "题干": "专利权质押何时设立?", "A": "签合同时", "B": "登记时", "答案": "B", "依据": "民法典 第四百四十四条",
    "专题": "许可、转让和质押",
}  # fmt: skip


def test_a_spreadsheet_is_imported_and_says_what_it_left_out(trainer, database):
    assert "第一行是列名" in trainer.get(f"{PATH}/import").text
    page = upload(trainer, "题.xlsx", sheet(ROW, {**ROW, "题干": "没有答案的题", "答案": "F"}))
    assert page.status_code == 200 and "新增1题" in page.text
    assert "第2条:答案不在选项里。" in page.text
    assert [(each.stem, each.topic, each.answer) for each in bank(database)] == [(ROW["题干"], "exploitation", "B")]
    assert "没有变化1题" in upload(trainer, "题.xlsx", sheet(ROW)).text
    with database.reading() as session:
        assert session.scalars(select(AuditEntry.action)).all()[-2:] == ["questions_imported"] * 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_is_read_as_spreadsheet_programs_write_it(trainer, database, encoding):
    trainer.get(f"{PATH}/import")
    text = "\r\n".join([",".join(ROW), ",".join(ROW.values())])
    assert "新增1题" in upload(trainer, "题.csv", text.encode(encoding)).text
    assert bank(database)[0].stem == ROW["题干"]


def test_a_file_is_read_before_anything_is_locked(trainer, database):
    trainer.get(f"{PATH}/import")
    writing: list[bool] = []

    def note(connection) -> None:
        writing.append(not connection.get_execution_options().get("read_only"))

    event.listen(database.engine, "begin", note)
    assert "不是能打开的XLSX" in upload(trainer, "题.xlsx", b"no table").text
    assert writing and not any(writing)
    assert "新增1题" in upload(trainer, "题.xlsx", sheet(ROW)).text
    assert any(writing)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("题.docx", b"x", "请选XLSX"), ("题.xlsx", b"no table", "不是能打开的XLSX"),
        ("题.csv", b"\xff\xfe\xff\xff", "读不出来"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_a_sentence(trainer, database, name, content, said):
    trainer.get(f"{PATH}/import")
    answer = upload(trainer, name, content)
    assert answer.status_code == 422 and said in answer.text
    assert bank(database) == []
