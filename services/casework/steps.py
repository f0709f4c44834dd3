"""How far a case is, as a bar shows it: what is behind it, the present stage, and the shortest way to done."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from models import Case, CaseEvent, CaseOutcome
from services.catalogue import service_of
from services.catalogue.model import Service

# The events by which a case comes to a stage, and where each names it.
LEADS_TO = {"moved": "to", "reopened": "stage"}


class StepState(StrEnum):
    """As it is in the API and as a class of the page."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Step:
    name: str
    state: StepState


def list_steps(case: Case, events: Sequence[CaseEvent]) -> list[Step]:
    """Where a case went back, what it went back over is ahead again. A case that ended has nothing ahead, and whatever
    way it took stays behind it."""
    service = service_of(case.kind)
    way = [service.first_stage.key]
    for event in events:
        if event.kind in LEADS_TO:
            to = str(event.details[LEADS_TO[event.kind]])
            way = [*way[: way.index(to)], to] if to in way else [*way, to]
    present = service.stage(case.stage)
    is_over = present.outcome is not None
    return [
        *(Step(service.stage(key).name, StepState.DONE) for key in way[:-1]),
        Step(present.name, StepState.DONE if is_over else StepState.NOW),
        *(Step(service.stage(key).name, StepState.AHEAD) for key in ([] if is_over else _ahead(service, way))),
    ]


def _ahead(service: Service, way: Sequence[str]) -> list[str]:
    """The shortest declared way from its last stage to one in which the case is done, not back over what is behind."""
    seen, ways = set(way), [[way[-1]]]
    while ways:
        found = ways.pop(0)
        stage = service.stage(found[-1])
        if stage.outcome == CaseOutcome.DONE:
            return found[1:]
        for move in stage.moves:
            if move.to not in seen:
                seen.add(move.to)
                ways.append([*found, move.to])
    return []
