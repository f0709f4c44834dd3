"""Who meets whom, when, at which table: pure, from pairs and how well they fit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """`people` are whoever must be at the table: persons and companies of both sides. `key` tells pairs apart."""

    key: tuple[int, int]
    score: float
    people: frozenset[str]


@dataclass(frozen=True)
class Placed:
    """Slots count from nothing, tables from one."""

    pair: Pair
    slot: int
    table: int


def arrange(pairs: Iterable[Pair], *, slots: int, tables: int, standing: Sequence[Placed] = ()) -> list[Placed]:
    """The meetings that are added to those that stand, the best pairs first, each at the first time at which both are
    free and a table is. A pair meets once at most, and nobody is at two tables at once."""
    busy = {(placed.slot, person) for placed in standing for person in placed.pair.people}
    taken = {(placed.slot, placed.table) for placed in standing}
    met = {placed.pair.key for placed in standing}
    added: list[Placed] = []
    for pair in sorted(pairs, key=lambda each: (-each.score, each.key)):
        if pair.key in met:
            continue
        for slot in range(slots):
            table = next((number for number in range(1, tables + 1) if (slot, number) not in taken), None)
            if table is None or any((slot, person) in busy for person in pair.people):
                continue
            added.append(Placed(pair, slot, table))
            busy |= {(slot, person) for person in pair.people}
            taken.add((slot, table))
            met.add(pair.key)
            break
    return added
