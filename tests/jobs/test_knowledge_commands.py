"""`flask knowledge …` as an operator types it."""

from pathlib import Path

import pytest
import redis
from flask import Flask
from flask.testing import FlaskCliRunner

from adapters.search_index import TantivyIndex
from adapters.search_index_local import LocalIndex
from core.clock import FixedClock
from core.config import Settings
from core.db import Database
from jobs.commands.knowledge import knowledge_commands
from nlp.patent_search import PatentSearch
from nlp.policy_answers import build_answerer
from nlp.segmenter import default_segmenter
from nlp.understanding import Understander
from services.indexing import PATENT_SCHEMA
from services.knowledge import PASSAGE_SCHEMA
from services.resources import Resources
from tests.services.knowledge_samples import GUIDE
from tests.support.outside import make_outside


@pytest.fixture
def index(tmp_path: Path) -> TantivyIndex:
    return TantivyIndex(tmp_path / "index", PASSAGE_SCHEMA, default_segmenter().fingerprint)


@pytest.fixture
def runner(database: Database, clock: FixedClock, index: TantivyIndex, tmp_path: Path) -> FlaskCliRunner:
    settings = Settings.from_env(
        secret_key="x" * 32,
        var_dir=tmp_path / "var",
        wechat_official_app_id="wx1",
        wechat_official_app_secret="secret",
        wechat_official_token="token",
        wechat_official_mode="plaintext",
    )
    patents = LocalIndex(PATENT_SCHEMA)
    resources = Resources(
        settings=settings,
        database=database,
        clock=clock,
        redis=redis.Redis.from_url("redis://127.0.0.1:1/0"),
        wechat={},
        patent_index=patents,
        passage_index=index,
        patent_search=PatentSearch(patents, default_segmenter()),
        answerer=build_answerer(index, default_segmenter()),
        understander=Understander(),
        **make_outside(tmp_path, clock),
    )
    app = Flask("commands")
    app.cli.add_command(knowledge_commands(resources))
    return app.test_cli_runner()


def test_import_tells_what_it_did_and_indexes_it(runner: FlaskCliRunner, index: TantivyIndex, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "guide.md").write_text(GUIDE, encoding="utf-8")
    (folder / "bad.pdf").write_bytes(b"no pdf")

    result = runner.invoke(args=["knowledge", "import", str(folder)])

    assert result.exit_code == 0, result.output
    assert "新增1份,更新0份,没有变化0份,未收1条。" in result.output
    assert "bad.pdf 整个文件:打不开" in result.output
    assert "索引已更新:2条。" in result.output
    assert index.last_serial > 0


def test_reindex_builds_the_index_anew(runner: FlaskCliRunner, tmp_path: Path) -> None:
    (tmp_path / "guide.md").write_text(GUIDE, encoding="utf-8")
    runner.invoke(args=["knowledge", "import", str(tmp_path / "guide.md")])

    result = runner.invoke(args=["knowledge", "reindex"])

    assert result.exit_code == 0, result.output
    assert result.output.strip().endswith("索引已更新:2条。")


def test_laws_that_cannot_be_fetched_are_a_sentence_not_a_trace(
    runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    result = runner.invoke(args=["knowledge", "statutes"])

    assert result.exit_code == 1
    assert "法律数据包下载不下来" in result.output
    assert "Traceback" not in result.output
