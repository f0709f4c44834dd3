"""`flask ipc import`: the official titles lie where the product looks names up, or nothing is changed."""

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from jobs.commands.ipc import ipc_commands
from nlp.ipc_titles import TITLES, IpcTitles
from nlp.segmenter import default_segmenter
from services.resources import Resources


@pytest.fixture
def runner(app: Flask, resources: Resources) -> FlaskCliRunner:
    app.cli.add_command(ipc_commands(resources))
    return app.test_cli_runner()


def write_titles(path: Path, count: int) -> Path:
    rows: list[dict[str, str | None]] = [
        {
            "code": f"A{number // 26 + 10}{chr(65 + number % 26)}",
            "level": "subclass",
            "title": f"物件{number}号（入B01）",
        }
        for number in range(count)
    ]
    rows += [
        {"code": "H03F", "level": "subclass", "title": "放大器"},
        {"code": "H03F3/20", "level": "sub_group", "title": "功率放大器"},
        {"code": "H03F1/00", "level": "main_group", "title": None},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_titles_of_subclasses_and_main_groups_are_taken(
    runner: FlaskCliRunner, resources: Resources, tmp_path: Path
) -> None:
    result = runner.invoke(args=["ipc", "import", str(write_titles(tmp_path / "ipc.jsonl", 120))])

    target = resources.settings.var_dir.resolve() / TITLES
    titles = IpcTitles(default_segmenter(), target)
    assert result.exit_code == 0 and "121条" in result.output
    assert titles.exact("放大器") == "H03F"
    assert titles.exact("功率放大器") is None
    assert titles.exact("物件7号") == "A10H"


def test_a_file_without_titles_is_refused_and_changes_nothing(
    runner: FlaskCliRunner, resources: Resources, tmp_path: Path
) -> None:
    target = resources.settings.var_dir.resolve() / TITLES
    before = target.read_text(encoding="utf-8") if target.exists() else None

    result = runner.invoke(args=["ipc", "import", str(write_titles(tmp_path / "few.jsonl", 2))])

    assert result.exit_code == 1 and "没有找到分类名称" in result.output
    assert (target.read_text(encoding="utf-8") if target.exists() else None) == before


def test_the_table_of_2026_is_taken_whole(shared_data: Path, runner: FlaskCliRunner, resources: Resources) -> None:
    result = runner.invoke(args=["ipc", "import", str(shared_data / "ipc" / "ipc_2026_zh.jsonl")])

    titles = IpcTitles(default_segmenter(), resources.settings.var_dir.resolve() / TITLES)
    assert result.exit_code == 0
    assert [titles.exact(name) for name in ("放大器", "畜拉车", "手铐")] == ["H03F", "B62C", "E05B"]
