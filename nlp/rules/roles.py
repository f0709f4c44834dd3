"""Which of the days that are said is the day of what: by the words that stand next to them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import permutations

from nlp.rules.days_said import DaySaid

FAR = 40
MOST_DAYS = 5


def assign_days(text: str, days: Sequence[DaySaid], cues: Mapping[str, str], default: str | None) -> dict[str, date]:
    """The days by role. A cue right behind or before a day decides; `default` takes a day that no cue claims."""
    days = list(days)[:MOST_DAYS]
    roles = list(cues)
    costs = [[_distance(text, days, place, cues[role]) for role in roles] for place in range(len(days))]
    best: tuple[float, tuple[int, ...]] = (float("inf"), ())
    slots = [*range(len(roles)), *([-1] * len(days))]
    for order in set(permutations(slots, len(days))):
        cost = sum(FAR if slot < 0 else costs[place][slot] for place, slot in enumerate(order))
        if (cost, order) < best:
            best = (cost, order)
    given: dict[str, date] = {}
    for place, slot in enumerate(best[1]):
        if slot >= 0 and costs[place][slot] < FAR:
            given[roles[slot]] = days[place].value
    if default and default not in given:
        free = [days[place].value for place, slot in enumerate(best[1]) if slot < 0 or costs[place][slot] >= FAR]
        if free:
            given[default] = free[-1]
    return given


def _distance(text: str, days: Sequence[DaySaid], place: int, cue: str) -> float:
    """How far the nearest cue is, in letters; a break between clauses counts as some, FAR where there is none."""
    day = days[place]
    before = text[days[place - 1].end if place else 0 : day.start]
    after = text[day.end : days[place + 1].start if place + 1 < len(days) else len(text)]
    best = float(FAR)
    for match in re.finditer(cue, before):
        best = min(best, len(before) - match.end() + _breaks(before[match.end() :]) + 0.5)
    for match in re.finditer(cue, after):
        best = min(best, match.start() + _breaks(after[: match.start()]))
    return best


def _breaks(text: str) -> int:
    return 5 * len(re.findall(r"[,。;、!?\s]", text.strip()))
