"""What every app of a run would compile anew, kept between them: they differ in their settings, not in their code."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path

import sqlalchemy
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

import core.db

READ_FROM_RULE = ("_parts", "_trace", "_converters", "arguments")
BUILDERS = ("_build", "_build_unknown")


def keep_templates(folder: Path) -> None:
    """A third of the time of a console test went into pages that the test before had compiled."""
    folder.mkdir(parents=True, exist_ok=True)
    Flask.jinja_options["bytecode_cache"] = FileSystemBytecodeCache(str(folder))


@contextmanager
def routes_kept() -> Iterator[None]:
    """A third of it went into reading 300 routes and into the functions that write their addresses, two for each."""
    compile_rule, kept = Rule.compile, {}

    def compiled(rule: Rule) -> None:
        if rule.defaults:
            compile_rule(rule)
            return
        assert rule.map is not None
        # What converters know of their map is the same in every app.
        key = (rule.rule, rule.merge_slashes, rule.host, rule.subdomain, rule.map.host_matching,
               tuple(rule.map.converters.items()))  # fmt: skip
        if key not in kept:
            compile_rule(rule)
            kept[key] = [getattr(rule, name) for name in READ_FROM_RULE] + [
                getattr(rule, name).__func__ for name in BUILDERS
            ]
        *read, build, build_unknown = kept[key]
        for name, value in zip(READ_FROM_RULE, read, strict=True):
            setattr(rule, name, copy(value))
        rule._build, rule._build_unknown = build.__get__(rule), build_unknown.__get__(rule)

    Rule.compile = compiled
    yield
    Rule.compile = compile_rule


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
