"""The commands of docs/api.md, run as they stand there against real processes: sandbox, web, Valkey."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.search_index import TantivyIndex
from core.clock import SystemClock
from core.db import Database
from nlp.patent_index import PATENT_SCHEMA
from nlp.segmenter import Segmenter
from services.exams.loading import load_own_questions
from services.indexing import index_patents
from services.knowledge import PASSAGE_SCHEMA, index_passages
from tests.miniapp_api.conftest import add_law, make_patent
from tests.support.exams import BANK
from tests.support.stack import ROOT, Stack
from tests.support.training import make_session

COMMANDS = "\n".join(re.findall(r"```bash\n(.*?)```", (ROOT / "docs" / "api.md").read_text(), re.S))


@pytest.fixture
def stack(tmp_path: Path, database: Database, database_url: str, segmenter: Segmenter) -> Iterator[Stack]:
    with database.unit_of_work() as session:
        session.add(make_patent("CN110000001B", "一种石墨烯散热膜及其制备方法"))
        add_law(session)
        make_session(session, SystemClock().now())
        load_own_questions(session, BANK, SystemClock().now())
    index = tmp_path / "index"
    index_patents(database, TantivyIndex(index / "patents", PATENT_SCHEMA, segmenter.fingerprint), segmenter)
    index_passages(database, TantivyIndex(index / "passages", PASSAGE_SCHEMA, segmenter.fingerprint), segmenter)
    stack = Stack(tmp_path, database_url=database_url, web_workers=1, is_forked=True)
    stack.valkey.start()
    try:
        stack.start("sandbox", "web")
        yield stack
    finally:
        stack.stop()


@pytest.mark.slow
@pytest.mark.serial
@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_every_command_of_the_tour_works(stack: Stack) -> None:
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "WEB": stack.web_url, "SANDBOX": stack.sandbox_url}

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", COMMANDS], env=environment, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stderr + done.stdout
    assert COMMANDS.count("curl") == 55
    for expected in (
        "第四十二条",
        "CN110000001B",
        "想用两件发明专利贷款300万",
        "KF",
        "RZ",
        "withdrawn",
        "PX",
        "METHOD:PUBLISH",
        "《专利法",
        "mini_program",
    ):
        assert expected in done.stdout
