"""Dated data that come with the project: taken as approved, never over what staff changed."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.yaml_text import read_yaml
from models import DatedRecord, Institution, RecordState
from services.catalogue.fields import check_form
from services.catalogue.model import Party
from services.dated_data.kinds import KINDS
from services.dated_data.lookup import CONFIDENCE_WORDS, NATIONWIDE, full_place

INSTITUTIONS = "institutions.yaml"
UNTOUCHED = 1


class DataFileError(Exception):
    """A file of ours that cannot be used; the message names the entry."""


@dataclass
class Loaded:
    """How many entries were new, changed, ended because the files no longer have them, or left to staff."""

    added: int = 0
    changed: int = 0
    ended: int = 0
    kept: int = 0


def load_records(session: Session, folder: Path, *, now: datetime) -> Loaded:
    """Bring what the files say into the database; every entry that a member of staff touched stays as it is.

    Raises DataFileError with the file and entry that is not right.
    """
    entries = {(entry["kind"], entry["key"]): entry for entry in _read(folder)}
    rows: dict[tuple[str, str], list[DatedRecord]] = {}
    for row in session.scalars(select(DatedRecord).order_by(DatedRecord.id)):
        rows.setdefault((row.kind, row.key), []).append(row)
    done = Loaded()
    for name, entry in entries.items():
        known = rows.get(name, [])
        if not known:
            row = DatedRecord(state=RecordState.APPROVED, version=UNTOUCHED, created_at=now, updated_at=now, **entry)
            session.add(row)
            done.added += 1
        elif len(known) > 1 or _is_staffs(known[0]):
            done.kept += 1
        elif known[0].state == RecordState.RETIRED or _differs(known[0], entry):
            _set(known[0], entry, now)
            done.changed += 1
    for name, known in rows.items():
        is_gone = name not in entries and len(known) == 1 and not _is_staffs(known[0])
        if is_gone and known[0].state != RecordState.RETIRED:
            known[0].state, known[0].updated_at = RecordState.RETIRED, now
            done.ended += 1
    session.flush()
    return done


def _is_staffs(row: DatedRecord) -> bool:
    return row.author_id is not None or row.version != UNTOUCHED


def _differs(row: DatedRecord, entry: dict[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in entry.items())


def _set(row: DatedRecord, entry: dict[str, Any], now: datetime) -> None:
    for name, value in entry.items():
        setattr(row, name, value)
    row.state, row.updated_at = RecordState.APPROVED, now


def _read(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name == INSTITUTIONS:
            continue
        for number, raw in enumerate(read_yaml(path) or [], start=1):
            entry = _entry(raw, f"{path.name}, entry {number}")
            if any((entry["kind"], entry["key"]) == (each["kind"], each["key"]) for each in found):
                raise DataFileError(f"{path.name}, entry {number}: {entry['kind']} {entry['key']} is there twice")
            found.append(entry)
    return found


def _entry(raw: dict[str, Any], place: str) -> dict[str, Any]:
    kind = KINDS.get(str(raw.get("kind")))
    missing = [name for name in ("key", "name", "source", "checked_at", "confidence", "values") if not raw.get(name)]
    if kind is None or missing:
        raise DataFileError(f"{place}: unknown kind, or without {', '.join(missing)}")
    if raw["confidence"] not in CONFIDENCE_WORDS or not isinstance(raw["checked_at"], date):
        raise DataFileError(f"{place}: confidence or checked_at is not one")
    try:
        values = check_form(kind.form_of(str(raw["key"])), raw["values"])
    except InvalidInput as error:
        raise DataFileError(f"{place}: {error.fields}") from None
    return {
        "kind": kind.key,
        "key": raw["key"],
        "name": raw["name"],
        "region": full_place(raw.get("region", NATIONWIDE)),
        "values": values,
        "source": raw["source"],
        "checked_at": raw["checked_at"],
        "confidence": raw["confidence"],
        "valid_from": raw.get("valid_from"),
        "valid_to": raw.get("valid_to"),
    }


def load_institutions(session: Session, path: Path, *, now: datetime) -> int:
    """Add the partners whose name is not there yet; what staff changed stays. Answers how many were added."""
    present = set(session.scalars(select(Institution.name)))
    added = 0
    for entry in read_yaml(path):
        if entry["name"] in present:
            continue
        session.add(
            Institution(
                name=entry["name"],
                party=Party(entry["party"]),
                regions=[full_place(region) for region in entry.get("regions", [])],
                skills=entry.get("skills", []),
                conflicts=[],
                is_demonstration=True,
                created_at=now,
            )
        )
        added += 1
    session.flush()
    return added
