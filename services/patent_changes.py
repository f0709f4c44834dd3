"""What is kept of a publication that an import changes: that by which a watch may have found it, as it was before."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from models.patent import LegalStatus
from nlp.segmenter import normalise

# Not the abstract and the claims: they are large, and what they gain is a fuller record of ours, nothing that happened
# to the patent.
COMPARED = (
    "title", "kind", "applicants", "inventors", "ipc_codes", "locarno_codes", "region", "application_date",
    "publication_date", "grant_date", "legal_status",
)  # fmt: skip
DATES = {"application_date", "publication_date", "grant_date"}
BLANK: tuple[object, ...] = (None, "", [], LegalStatus.UNKNOWN)


def kept_of(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The former values of the fields that are different now, as JSON. What had not been known and is only filled in is
    none of them: otherwise a feed with fuller records would look as if all of it had just been granted. A state is one
    all the same if it began after the day of our earlier data."""
    return {
        name: old[name].isoformat() if isinstance(old[name], date) else old[name]
        for name in COMPARED
        if _plain(old[name]) != _plain(new[name]) and (old[name] not in BLANK or _is_recent(name, old, new))
    }


def read_kept(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What `kept_of` wrote, as values of a patent."""
    return {name: date.fromisoformat(value) if name in DATES and value else value for name, value in kept.items()}


def _plain(value: Any) -> Any:
    """Lists without their order, and owners without what we think of them."""
    if isinstance(value, list):
        return {normalise(str(each["name"] if isinstance(each, Mapping) else each)) for each in value}
    return value


def _is_recent(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    days = [new["grant_date"], new["status_date"]] if name == "legal_status" else [new["grant_date"]]
    return name in ("legal_status", "grant_date") and any(day and day > old["data_date"] for day in days)
