"""`flask patents`: what the commands do and what they say."""

from pathlib import Path
from types import SimpleNamespace

from flask import Flask

from adapters.search_index import TantivyIndex
from core.clock import FixedClock
from core.db import Database
from jobs.commands.patents import patent_commands
from nlp.patent_search import PatentSearch
from nlp.segmenter import default_segmenter
from nlp.types import PatentQuery
from services.indexing import PATENT_SCHEMA


def test_the_commands_import_index_and_rebuild(database: Database, tmp_path: Path, clock: FixedClock) -> None:
    index = TantivyIndex(tmp_path / "index", PATENT_SCHEMA, default_segmenter().fingerprint)
    search = PatentSearch(index, default_segmenter())
    app = Flask("test")
    app.cli.add_command(patent_commands(SimpleNamespace(database=database, clock=clock, patent_index=index)))  # type: ignore[arg-type]
    path = tmp_path / "t.csv"
    path.write_text("编号,名称\nCN112345678B,石墨烯散热膜\n坏,坏\n")
    (tmp_path / "map.yaml").write_text("publication_number: 编号\n")
    runner = app.test_cli_runner()

    imported = runner.invoke(args=["patents", "import", str(path), "--columns", str(tmp_path / "map.yaml")])
    refused = runner.invoke(args=["patents", "import", str(path), "--columns", str(path)])
    rebuilt = runner.invoke(args=["patents", "reindex"])

    assert imported.exit_code == 0
    assert "新增1件,更新0件,没有变化0件,未收1条。" in imported.output
    assert "未收 t.csv 第2条:公开号不对:坏" in imported.output
    assert "索引已更新:1件。" in imported.output
    assert refused.exit_code == 1
    assert "列对应表" in refused.output
    assert "索引已更新:1件。" in rebuilt.output
    assert search.search(PatentQuery(topic="石墨烯")).total == 1
