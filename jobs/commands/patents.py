"""`flask patents …`: load publications, and bring their index up to date."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Never

import click
from flask.cli import AppGroup
from tqdm import tqdm

from core.errors import AppError, Conflict
from models.patent import ImportReport
from nlp.segmenter import default_segmenter
from services.indexing import index_patents, reindex_patents
from services.patent_import import FORMATS, Format, import_patents, read_column_map
from services.resources import Resources

SHOWN_NOTES = 20


def patent_commands(resources: Resources) -> AppGroup:
    """The group `patents` over one process's resources."""
    group = AppGroup("patents", help="专利数据:导入、建索引。")

    @group.command("import")
    @click.argument("path", type=click.Path(exists=True, path_type=Path))
    @click.option("--format", "format_name", type=click.Choice(FORMATS), help="不写就按文件本身。")
    @click.option(
        "--columns",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="表格的列对应表(YAML,每行一个“字段: 表头”)。",
    )
    def import_path(path: Path, format_name: Format | None, columns: Path | None) -> None:
        """导入专利:XML(中国、美国)、JSON Lines、CSV、XLSX、ZIP,可以是一个文件夹。"""
        with _refusals(), _bar("导入专利", "条") as bar:
            report = import_patents(
                resources.database,
                path,
                now=resources.clock.now(),
                format=format_name,
                columns=read_column_map(columns) if columns else None,
                progress=lambda done: _move(bar, done),
            )
        _show(report)
        try:
            _index(resources)
        except Conflict as error:
            # The rows are safe; whoever holds the index reads them in its next round.
            click.echo(error.message)

    @group.command("reindex")
    def reindex() -> None:
        """重建索引:在旁边建好再换上,期间照常可以查。"""
        with _refusals():
            _index(resources, rebuild=True)

    return group


def _index(resources: Resources, *, rebuild: bool = False) -> None:
    update = reindex_patents if rebuild else index_patents
    with _bar("整理索引", "件") as bar:

        def on_progress(done: int, total: int) -> None:
            bar.total = total
            _move(bar, done)

        count = update(resources.database, resources.patent_index, default_segmenter(), progress=on_progress)
    click.echo(f"索引已更新:{count}件。")


def _show(report: ImportReport) -> None:
    click.echo(
        f"新增{report.added_count}件,更新{report.changed_count}件,没有变化{report.unchanged_count}件,"
        f"未收{report.rejected_count}条。"
    )
    for note in report.rejected[:SHOWN_NOTES]:
        kind = "提醒" if note.get("warning") else "未收"
        click.echo(f"  {kind} {note['file']} {note['record']}:{note['reason']}")
    if len(report.rejected) > SHOWN_NOTES:
        click.echo(f"  其余见导入记录 {report.id}。")


@contextmanager
def _bar(title: str, unit: str) -> Iterator["tqdm[Never]"]:
    """A progress bar that shows itself only where it takes more than two seconds."""
    with tqdm(desc=title, unit=unit, file=sys.stderr, delay=2) as bar:
        yield bar


def _move(bar: "tqdm[Never]", done: int) -> None:
    bar.update(done - bar.n)


@contextmanager
def _refusals() -> Iterator[None]:
    """What a user may be told becomes the command's message instead of a trace."""
    try:
        yield
    except AppError as error:
        raise click.ClickException(error.message) from error
