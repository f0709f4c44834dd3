"""`make eval-data`: the database, index and vectors that the evaluation asks, and var/eval/env to source."""

import argparse
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from tqdm import tqdm

from adapters.embedder import LocalEmbedder
from adapters.search_index import TantivyIndex
from adapters.vector_store import VectorStore
from core.clock import SystemClock
from core.config import DataSettings
from core.db import Database
from models import ImportReport
from nlp.segmenter import default_segmenter
from services.indexing import PATENT_SCHEMA, index_patents
from services.knowledge import PASSAGE_SCHEMA, index_passages
from services.knowledge_import import import_knowledge
from services.patent_import import import_patents
from services.question_vectors import embed_questions
from services.reference_data import load_calendar_days

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "eval"
LAWS = ROOT.parent / "shared" / "data" / "laws"


def main() -> None:
    """Repeating it costs seconds: what is unchanged stays."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--laws", type=Path, default=LAWS, help="folder with statutes.jsonl and regulations.jsonl")
    laws: Path = parser.parse_args().laws
    sources = [laws / "statutes.jsonl", laws / "regulations.jsonl", ROOT / "data" / "guides"]
    if not all(source.exists() for source in sources):
        sys.exit(f"没有找到法律数据:{laws}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    settings = DataSettings(var_dir=FOLDER, database_url=f"sqlite:///{FOLDER / 'zhiqiao.db'}")
    database = Database(settings.sqlalchemy_url)
    _migrate(database)
    for source in sources:
        report = _import(database, source)
        print(f"{source.name}:新增{report.added_count},更新{report.changed_count},未收{report.rejected_count}")
    with database.unit_of_work() as session:
        load_calendar_days(session, ROOT / "data" / "calendar" / "holidays.yaml")
    import_patents(database, ROOT / "data" / "samples", now=SystemClock().now())
    _index(database)
    _embed()
    lines = [f"export DATABASE_URL={settings.database_url}", f"export VAR_DIR={FOLDER}"]
    (FOLDER / "env").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"好了。用之前先执行:source {(FOLDER / 'env').relative_to(ROOT)}")


def _migrate(database: Database) -> None:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _import(database: Database, source: Path) -> ImportReport:
    with tqdm(desc=f"导入 {source.name}", unit="份", delay=1, leave=False) as bar:

        def tell(_title: str, done: int) -> None:
            bar.update(done - bar.n)

        return import_knowledge(database, source, now=SystemClock().now(), progress=tell)


def _index(database: Database) -> None:
    segmenter = default_segmenter()
    index = TantivyIndex(FOLDER / "index" / "passages", PASSAGE_SCHEMA, segmenter.fingerprint)
    with tqdm(desc="索引", unit="条", delay=1, leave=False) as bar:

        def tell(done: int) -> None:
            bar.update(done - bar.n)

        count = index_passages(database, index, segmenter, progress=tell)
    patents = TantivyIndex(FOLDER / "index" / "patents", PATENT_SCHEMA, segmenter.fingerprint)
    print(f"索引:{count}条,专利{index_patents(database, patents, segmenter)}件")


def _embed() -> None:
    embedder = LocalEmbedder()
    store = VectorStore.beside(FOLDER, embedder)
    with tqdm(desc="问题向量", unit="条", delay=1, leave=False) as bar:

        def tell(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        count = embed_questions(store, embedder, progress=tell)
    print(f"问题向量:新算{count}条")


if __name__ == "__main__":
    main()
