"""Upkeep of the knowledge: sorting misses, counting uses, measuring an answer before it is published."""

from pathlib import Path

from adapters.search_index import TantivyIndex
from core.clock import china_date
from core.logs import get_logger
from jobs.runtime import outbox_job
from nlp.segmenter import default_segmenter
from services.job_names import JobName, request_job
from services.knowledge_upkeep import documents, publication, sorting
from services.knowledge_upkeep.evaluation import AnswererEvaluation, Evaluation
from services.knowledge_upkeep.question_sets import (
    ArticleQuestions,
    CuratedQuestions,
    GuideQuestions,
    OutsideQuestions,
)
from services.resources import Resources

log = get_logger(__name__)

DATA = Path(__file__).resolve().parent.parent / "data"
OUTSIDE = DATA / "utterances" / "out_of_scope.txt"
ARTICLES = DATA / "evaluation" / "questions.jsonl"


@outbox_job
def sort_misses(resources: Resources) -> None:
    """Group the open misses anew; where texts are left without a vector, ask for the next run."""
    now = resources.clock.now()
    done = sorting.sort_misses(resources.database, resources.embedder, now=now)
    if done.is_part and done.embedded:
        with resources.database.unit_of_work() as session:
            sorting.request_sorting(session, key=f"next-{now.isoformat()}", now=now)


@outbox_job
def count_uses(resources: Resources) -> None:
    """Count which documents the latest answers rest on."""
    count = documents.count_uses(resources.database, now=resources.clock.now())
    log.info("uses_counted", messages=count)


@outbox_job
def evaluate_answer(resources: Resources, run_id: int) -> None:
    """Measure an approved answer, and publish it if nothing gets worse."""
    now = resources.clock.now()
    publication.evaluate_answer(resources.database, build_evaluation(resources), run_id=run_id, now=now)


def build_evaluation(resources: Resources) -> Evaluation:
    """Every question of the repository that must keep its answer. Another set is another line."""
    index = resources.passage_index
    assert isinstance(index, TantivyIndex)  # the only kind that a process has
    return AnswererEvaluation(
        resources.database,
        index,
        resources.answerer_over,
        default_segmenter(),
        (CuratedQuestions(), GuideQuestions(), ArticleQuestions(ARTICLES), OutsideQuestions(OUTSIDE)),
    )


def request_upkeep(resources: Resources) -> None:
    """Sort once a day, count once an hour (the day and the hour are the jobs' names), where there is something new."""
    now = resources.clock.now()
    day = china_date(now).isoformat()
    with resources.database.reading() as session:
        has_misses, has_answers = sorting.has_open_misses(session), documents.has_uncounted(session)
    if not (has_misses or has_answers):
        return
    with resources.database.unit_of_work() as session:
        if has_misses:
            sorting.request_sorting(session, key=day, now=now)
        if has_answers:
            request_job(session, JobName.COUNT_USES, key=f"{day}-{now.hour}", now=now)
