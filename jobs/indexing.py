"""Keeping the text indexes up to date: the one queue whose worker writes them."""

from core.errors import Conflict
from core.logs import get_logger
from jobs.runtime import outbox_job
from nlp.segmenter import default_segmenter
from services import indexing, knowledge
from services.resources import Resources

log = get_logger(__name__)


@outbox_job
def index_patents(resources: Resources) -> None:
    """Index the patents that changed; a command that is indexing right now does our work with its own."""
    try:
        count = indexing.index_patents(resources.database, resources.patent_index, default_segmenter())
    except Conflict:
        log.info("index_busy", index="patents")
        return
    log.info("indexed", index="patents", count=count)


@outbox_job
def index_passages(resources: Resources) -> None:
    """Index the passages that changed."""
    try:
        count = knowledge.index_passages(resources.database, resources.passage_index, default_segmenter())
    except Conflict:
        log.info("index_busy", index="passages")
        return
    log.info("indexed", index="passages", count=count)
