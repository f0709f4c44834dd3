"""The `flask` commands, over one app's resources."""

from importlib import import_module
from typing import Any

import click
from flask import Flask

from services.resources import Resources

GROUPS = {
    "patents": ("jobs.commands.patents", "patent_commands", "专利数据:导入、建索引。"),
    "knowledge": ("jobs.commands.knowledge", "knowledge_commands", "法律和资料:导入、建索引。"),
    "ipc": ("jobs.commands.ipc", "ipc_commands", "专利分类:装入官方中文名称。"),
    "exams": ("jobs.commands.exams", "exam_commands", "考试题库:导入。"),
    "staff": ("jobs.commands.staff", "staff_commands", "员工账号:新建、列出。"),
}
COMMANDS = {
    "setup": ("jobs.commands.setup", "setup_command", "建表、装入数据、整理索引。可以反复执行。"),
    "menu": ("jobs.commands.menu", "menu_command", "把自定义菜单发给微信公众平台。"),
}


def register_commands(app: Flask, resources: Resources) -> None:
    """`patents`, `knowledge`, `ipc`, `exams`, `staff`, `setup` and `menu`.

    Each is read when it is first used: the readers of XML, PDF, DOCX and XLSX behind them would cost every web process
    and worker a second at its start and memory for ever.
    """
    for name, (module, maker, text) in GROUPS.items():
        app.cli.add_command(LateGroup(name, module, maker, resources, help=text))
    for name, (module, maker, text) in COMMANDS.items():
        app.cli.add_command(LateCommand(name, module, maker, resources, help=text))


class LateGroup(click.Group):
    """Stands for the group that `maker` of `module` makes."""

    def __init__(self, name: str, module: str, maker: str, resources: Resources, **attributes: Any) -> None:
        super().__init__(name, **attributes)
        self._source = (module, maker, resources)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return _made(*self._source).list_commands(ctx)  # type: ignore[no-any-return]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _made(*self._source).get_command(ctx, cmd_name)  # type: ignore[no-any-return]


class LateCommand(click.Command):
    """Stands for the command without arguments that `maker` of `module` makes."""

    def __init__(self, name: str, module: str, maker: str, resources: Resources, **attributes: Any) -> None:
        super().__init__(name, **attributes)
        self._source = (module, maker, resources)

    def invoke(self, ctx: click.Context) -> Any:
        return _made(*self._source).invoke(ctx)


def _made(module: str, maker: str, resources: Resources) -> Any:
    return getattr(import_module(module), maker)(resources)
