"""Keeping the text indexes up to date: the one queue whose worker writes them."""

from adapters.embedder import LocalEmbedder
from adapters.vector_store import VectorStore
from core.errors import Conflict
from core.logs import get_logger
from jobs.runtime import outbox_job
from nlp.segmenter import default_segmenter
from services import indexing, knowledge, question_vectors
from services.job_names import JobName, request_job
from services.resources import Resources

log = get_logger(__name__)

# Texts a job: about a minute on a small machine.
AT_ONCE = 1_024


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


@outbox_job
def embed_questions(resources: Resources, state: str, step: int = 0) -> None:
    """Compute vectors that are missing, a minute's worth at a time, so that indexing need not wait for them all.

    `state` is the fingerprint of the questions. Until every vector is there, they are found by their words.
    """
    embedder = LocalEmbedder()
    store = VectorStore.beside(resources.settings.var_dir, embedder)
    left = question_vectors.embed_questions(store, embedder, at_most=AT_ONCE)
    log.info("questions_embedded", left=left)
    if left:
        key, now = f"{state}-{step + 1}", resources.clock.now()
        with resources.database.unit_of_work() as session:
            request_job(session, JobName.EMBED_QUESTIONS, key=key, now=now, state=state, step=step + 1)
