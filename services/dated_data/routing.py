"""Which unit of a place takes a request, and with whom, as an approved record says it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from services.dated_data.lookup import find_nearest, said_source

REGION_ROUTING = "region_routing"


@dataclass(frozen=True)
class Route:
    """The unit that leads, those that help it, how soon it accepts (None where nothing says so), and the source."""

    place: str
    lead: str
    others: Sequence[str]
    accept_days: int | None
    source: str

    @property
    def said(self) -> str:
        """One sentence for owner and handler."""
        others = f",协同:{'、'.join(self.others)}" if self.others else ""
        days = f",{self.accept_days}个工作日内受理" if self.accept_days else ""
        return f"{self.place}的案子由{self.lead}牵头{others}{days}。"

    def days_of(self, name: str) -> int | None:
        """Within how many working days the unit of that name accepts, where the record says so of it."""
        return self.accept_days if name == self.lead else None

    def rank(self, name: str) -> int:
        """0 for the unit that leads, 1 for one that helps, 2 for any other."""
        return 0 if name == self.lead else 1 if name in self.others else 2


def find_route(session: Session, *, region: str | None, on: date) -> Route | None:
    """The route of the nearest place that has one, on that day."""
    record = find_nearest(session, REGION_ROUTING, region=region, on=on)
    if record is None:
        return None
    others = [line.strip() for line in str(record.values.get("others") or "").splitlines() if line.strip()]
    days = record.values.get("accept_days")
    return Route(record.region, record.values["lead"], others, int(days) if days else None, said_source(record))
