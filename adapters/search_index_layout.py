"""Where an index lives: a folder a build, and current.json, which says the one that counts."""

import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from core.search import IndexSchema

# Part of the schema's hash: raise it when the way documents are written changes.
LAYOUT_VERSION = 1
BUILD_PREFIX = "build-"


@dataclass(frozen=True)
class IndexState:
    """What current.json holds."""

    build: str
    schema_hash: str
    cutter: str
    last_serial: int

    @staticmethod
    def path(folder: Path) -> Path:
        return folder / "current.json"

    def with_serial(self, serial: int) -> "IndexState":
        return replace(self, last_serial=serial)


def schema_hash(schema: IndexSchema) -> str:
    """Changes with the fields; weights count at query time and may change freely."""
    shape = json.dumps([LAYOUT_VERSION, schema.name, sorted(schema.text), schema.keywords, schema.numbers])
    return hashlib.sha256(shape.encode()).hexdigest()[:16]


def new_build_id() -> str:
    return f"{BUILD_PREFIX}{time.time_ns():x}-{secrets.token_hex(3)}"


def read_state(folder: Path) -> IndexState | None:
    """The state, or None where there is none that can be read."""
    try:
        return IndexState(**json.loads(IndexState.path(folder).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_state(folder: Path, state: IndexState) -> None:
    """Replace current.json at one stroke; on disk before it counts."""
    path = IndexState.path(folder)
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(asdict(state), file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def old_builds(folder: Path, kept: set[str]) -> Iterator[Path]:
    """Builds that nobody opens any more, half-made ones of dead writers included."""
    for build in folder.glob(f"{BUILD_PREFIX}*"):
        if build.name not in kept:
            yield build
