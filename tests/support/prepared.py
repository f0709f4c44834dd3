"""A product set up with the sample patents and the guides (the national laws are left to their own tests: a minute of
loading buys these tests nothing)."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from adapters.search_index import TantivyIndex
from core.clock import SystemClock
from core.db import Database
from nlp.segmenter import default_segmenter
from services.indexing import PATENT_SCHEMA, index_patents
from services.knowledge import PASSAGE_SCHEMA, index_passages
from services.knowledge_import import import_knowledge
from services.patent_import import import_patents

ROOT = Path(__file__).resolve().parent.parent.parent


def prepare_folder(folder: Path, database_url: str | None = None) -> Database:
    """Migrate, load and index under `folder` (a stack's VAR_DIR); answers the open database."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(database_url or f"sqlite:///{folder / 'zhiqiao.db'}")
    config = Config(str(ROOT / "alembic.ini"))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    load_samples(database)
    build_indexes(database, folder)
    return database


def load_samples(database: Database) -> None:
    """Sample patents and guides as rows."""
    now = SystemClock().now()
    import_patents(database, ROOT / "data" / "samples", now=now)
    import_knowledge(database, ROOT / "data" / "guides", now=now)


def build_indexes(database: Database, folder: Path) -> None:
    """Both text indexes under `folder`/index."""
    segmenter = default_segmenter()
    index_patents(database, TantivyIndex(folder / "index" / "patents", PATENT_SCHEMA, segmenter.fingerprint), segmenter)
    index_passages(
        database, TantivyIndex(folder / "index" / "passages", PASSAGE_SCHEMA, segmenter.fingerprint), segmenter
    )
