"""The `flask` commands, over one app's resources."""

from flask import Flask

from jobs.commands.knowledge import knowledge_commands
from jobs.commands.menu import menu_command
from jobs.commands.patents import patent_commands
from jobs.commands.setup import setup_command
from jobs.commands.staff import staff_commands
from services.resources import Resources


def register_commands(app: Flask, resources: Resources) -> None:
    """`patents`, `knowledge`, `staff`, `setup` and `menu`."""
    for group in (patent_commands(resources), knowledge_commands(resources), staff_commands(resources)):
        app.cli.add_command(group)
    app.cli.add_command(setup_command(resources))
    app.cli.add_command(menu_command(resources))
