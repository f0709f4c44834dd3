"""What goes to a notary's office and what comes back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NotaryError(Exception):
    """The office did not answer, or not in the agreed way; trying again is safe and may help."""


class NotaryRefusal(NotaryError):
    """The office does not take this filing at all; trying again does not help."""


class NotaryState(StrEnum):
    """received: the office has it · certified: done · refused: the office will not certify it"""

    RECEIVED = "received"
    CERTIFIED = "certified"
    REFUSED = "refused"


@dataclass(frozen=True)
class NotaryFiling:
    """`key` is the same at every attempt: the office makes one filing of it."""

    key: str
    case_number: str
    title: str
    kind: str
    holder: str
    sha256: str
    stamped_at: datetime
    token: bytes


@dataclass(frozen=True)
class NotaryReceipt:
    """`number` is the office's own; `certificate` is there once it is certified, `reason` where it refused."""

    number: str
    state: NotaryState
    office: str
    at: datetime
    certificate: str = ""
    reason: str = ""
