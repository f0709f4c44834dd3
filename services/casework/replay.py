"""What a case's history says: read again from its first event, it gives the state that the rows hold."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from models import CaseEvent


@dataclass
class Replayed:
    """The state that the events lead to; clocks by key, tasks by id."""

    stage: str | None = None
    outcome: str | None = None
    is_closed: bool = False
    running_clocks: set[str] = field(default_factory=set)
    unfinished_tasks: set[int] = field(default_factory=set)


def replay(events: Iterable[CaseEvent]) -> Replayed:
    """Events in their order, oldest first."""
    state = Replayed()
    for event in events:
        _take(state, event)
    return state


def _take(state: Replayed, event: CaseEvent) -> None:
    details = event.details
    match event.kind:
        case "opened":
            state.stage = details.get("stage")
        case "moved":
            state.stage = details["to"]
        case "closed":
            state.is_closed, state.outcome = True, details.get("outcome")
        case "reopened":
            state.is_closed, state.outcome, state.stage = False, None, details["stage"]
        case "clock_started":
            state.running_clocks.add(details["clock"])
        case "clock_stopped":
            state.running_clocks.discard(details["clock"])
        case "task_opened" | "task_reopened":
            state.unfinished_tasks.add(details["task"])
        case "task_done" | "task_refused" | "task_cancelled":
            state.unfinished_tasks.discard(details["task"])
