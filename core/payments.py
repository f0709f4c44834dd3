"""How far a payment of a deal is. No money goes through us: it is only written down."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PaymentReportsError(Exception):
    """Where it is known did not answer: nothing was taken down, and trying again is safe."""


class PaymentState(StrEnum):
    AWAITED = "awaited"
    PAID_SAID = "paid_said"
    RECEIVED = "received"


@dataclass(frozen=True)
class PaymentWords:
    """Part `part` of the price of the deal `deal`, and when each side said what of it."""

    deal: str
    part: int
    paid_said_at: datetime | None = None
    received_said_at: datetime | None = None
