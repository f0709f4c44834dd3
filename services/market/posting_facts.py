"""What records tell of a patent, put into a post for its owner: what was published may be told again."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from models import LegalStatus, Patent
from nlp.ipc import normalise_ipc
from nlp.market.posts import RightState
from services.patents import find_patent

LONGEST_TITLE, LONGEST_TEXT, SHORTEST_TEXT = 60, 200, 10
MOST_CLASSES = 10


def known_of_right(session: Session, numbers: Sequence[str]) -> dict[str, Any]:
    """Title, text, classes, kinds, state and owners of the patents that we have; {} where we have none of them."""
    patents = [patent for number in numbers if (patent := find_patent(session, number)) is not None]
    if not patents:
        return {}
    first = patents[0]
    more = f"等{len(numbers)}件" if len(numbers) > 1 else ""
    known: dict[str, Any] = {
        "title": first.title[:LONGEST_TITLE] + more,
        "classes": _classes(patents),
        "right_kinds": sorted({each.kind for each in patents}),
        "right_state": _state(patents),
        "owners": sorted({str(owner["name"]) for each in patents for owner in each.applicants}),
    }
    if text := _shortened(first.abstract):
        known["text"] = text
    return known


def _classes(patents: Sequence[Patent]) -> list[str]:
    symbols = dict.fromkeys(normalise_ipc(code) for each in patents for code in each.ipc_codes)
    return [symbol for symbol in symbols if symbol is not None][:MOST_CLASSES]


def _state(patents: Sequence[Patent]) -> str:
    is_pending = any(each.legal_status == LegalStatus.PENDING for each in patents)
    return (RightState.PENDING if is_pending else RightState.IN_FORCE).value


def _shortened(abstract: str) -> str:
    """Whole sentences of it, as many as there is room for."""
    text = ""
    for sentence in re.findall(r"[^。;\uff1b]+[。;\uff1b]?", " ".join(abstract.split())):
        if text and len(text) + len(sentence) > LONGEST_TEXT:
            break
        text += sentence
    text = text[:LONGEST_TEXT]
    return text if len(text) >= SHORTEST_TEXT else ""
