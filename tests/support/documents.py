"""Documents of cases from nothing, through the services that make them."""

import io
from datetime import datetime

from core.db import Database
from models import CaseDocument
from services.casework.documents import Sender, add_document, keep_bytes, receive
from services.catalogue import service_of
from services.ports import FileStore
from tests.support.sample_files import pdf


def add_file(
    database: Database,
    files: FileStore,
    case_id: int,
    now: datetime,
    *,
    sender: Sender,
    kind: str = "pledge_financing",
    key: str = "licence",
    content: bytes | None = None,
    name: str = "执照.pdf",
    replaces: str = "",
) -> CaseDocument:
    """What an upload does, without its transport."""
    wanted = service_of(kind).document(key)
    assert wanted is not None
    received = receive(io.BytesIO(pdf() if content is None else content), name, wanted)
    storage_key = keep_bytes(database, files, received, now)
    with database.unit_of_work() as session:
        return add_document(
            session, case_id=case_id, key=key, received=received, storage_key=storage_key, sender=sender, now=now,
            replaces=replaces,
        )  # fmt: skip
