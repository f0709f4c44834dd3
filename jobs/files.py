"""Bytes that nothing names (any more)."""

from jobs.runtime import outbox_job
from services.casework import documents
from services.resources import Resources


@outbox_job
def collect_file(resources: Resources, storage_key: str) -> None:
    """Delete them, unless a document or a certificate names them; a repeated job finds nothing."""
    documents.collect_file(resources.database, resources.files, storage_key)
