"""`flask ipc …`: load the official titles of the International Patent Classification."""

from pathlib import Path

import click
from flask.cli import AppGroup

from core.errors import InvalidInput
from nlp.ipc_titles import TITLES
from services.ipc_titles import import_ipc_titles
from services.resources import Resources


def ipc_commands(resources: Resources) -> AppGroup:
    """The group `ipc` over one process's resources."""
    group = AppGroup("ipc", help="专利分类:装入官方中文名称。")

    @group.command("import")
    @click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def import_path(path: Path) -> None:
        """装入分类名称(JSON Lines:code、level、title)。再装一次就换成新的;服务重启后生效。"""
        try:
            count = import_ipc_titles(path, resources.settings.var_dir.resolve() / TITLES)
        except InvalidInput as error:
            raise click.ClickException(error.message) from None
        click.echo(f"分类名称:{count}条。")

    return group
