"""What every app of a run would compile anew, kept between them: they differ in their settings, not in their code."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

import core.db

Builder = Callable[..., tuple[str, str]]


def keep_templates(folder: Path) -> None:
    """A third of the time of a console test went into pages that the test before had compiled."""
    folder.mkdir(parents=True, exist_ok=True)
    Flask.jinja_options["bytecode_cache"] = FileSystemBytecodeCache(str(folder))


@contextmanager
def routes_kept() -> Iterator[None]:
    """A quarter of it went into the functions that write addresses: 180 routes, two functions each."""
    compile_builder, kept = Rule._compile_builder, {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Builder:
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        key = (tuple(rule._trace), append_unknown)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = compiled
    yield
    Rule._compile_builder = compile_builder


class _KeptStatements(LRUCache):
    """Statements by everything but the engine's own dialect object, which is the first part of a key."""

    def get(self, key, default=None):
        return super().get(key[1:], default)

    def __setitem__(self, key, value) -> None:
        super().__setitem__(key[1:], value)


@contextmanager
def statements_kept() -> Iterator[None]:
    """Each test has an engine of its own, which would turn the same few hundred statements into SQL again."""
    kept = {name: _KeptStatements(3000) for name in ("sqlite", "postgresql")}

    def create_engine(*arguments, **options) -> Engine:
        engine = sqlalchemy.create_engine(*arguments, **options)
        engine._compiled_cache = kept[engine.dialect.name]
        return engine

    core.db.create_engine = create_engine
    yield
    core.db.create_engine = sqlalchemy.create_engine
