"""`flask exams …`: questions of others into the bank."""

from pathlib import Path

import click
from flask.cli import AppGroup

from core.clock import china_date
from core.errors import InvalidInput
from services.exams.loading import read_questions, store_questions
from services.resources import Resources

MOST_SHOWN = 20


def exam_commands(resources: Resources) -> AppGroup:
    """The group `exams` over one process's resources."""
    group = AppGroup("exams", help="考试题库:导入。")

    @group.command("import")
    @click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--licence", default="", help="文件里没写许可的题按这个记,比如 Apache-2.0。")
    def import_path(path: Path, licence: str) -> None:
        """导入题目(JSON Lines、CSV或XLSX)。考过之后法律改过的真题会装入,但不出题,等人看过再启用。"""
        try:
            now = resources.clock.now()
            read = read_questions(path, china_date(now), licence=licence)
            with resources.database.unit_of_work() as session:
                done = store_questions(session, read, now)
        except InvalidInput as error:
            raise click.ClickException(error.message) from None
        click.echo(
            f"题库:新增{done.added},更新{done.changed},没有变化{done.unchanged};按旧法出的{done.superseded}题先不用。"
        )
        for line in done.refused[:MOST_SHOWN]:
            click.echo(f"未收 {line}", err=True)
        if len(done.refused) > MOST_SHOWN:
            click.echo(f"未收的还有{len(done.refused) - MOST_SHOWN}条。", err=True)

    return group
