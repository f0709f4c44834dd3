"""`flask exams import`: what went in, what waits, and every row that was refused are said."""

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from jobs.commands.exams import MOST_SHOWN, exam_commands
from models import ExamQuestion
from services.resources import Resources

ROW = {"input": "下列哪个正确?", "output": "B", "A": "甲", "B": "乙", "source": "2019 patent law"}


@pytest.fixture
def runner(app: Flask, resources: Resources) -> FlaskCliRunner:
    app.cli.add_command(exam_commands(resources))
    return app.test_cli_runner()


def test_rows_go_in_and_those_that_cannot_are_named(
    runner: FlaskCliRunner, resources: Resources, tmp_path: Path
) -> None:
    file = tmp_path / "papers.jsonl"
    file.write_text("\n".join([json.dumps(ROW), *["{}"] * (MOST_SHOWN + 1)]), encoding="utf-8")

    done = runner.invoke(args=["exams", "import", str(file), "--licence", "Apache-2.0"])

    assert done.exit_code == 0, done.output
    assert "题库:新增1,更新0,没有变化0;按旧法出的1题先不用。" in done.output
    assert "未收 第2条:没有题干,或者选项不到两个。" in done.output
    assert "未收的还有1条。" in done.output
    with resources.database.reading() as session:
        assert session.scalars(select(ExamQuestion.licence)).all() == ["Apache-2.0"]


def test_a_file_of_another_kind_is_refused(runner: FlaskCliRunner, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("", encoding="utf-8")

    done = runner.invoke(args=["exams", "import", str(tmp_path / "a.txt")])

    assert done.exit_code == 1
    assert "只能导入" in done.output
