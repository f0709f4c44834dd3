"""Where a need would like the other side to be: 西北优先, 江浙沪, 福建省内(必须)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.lexicon import read_lines
from nlp.slots.regions import RegionFinder

MUST = re.compile("必须|只要|只找|免谈|不考虑|限")


@dataclass(frozen=True)
class RegionWish:
    """Full names of places; where it is no must, another place is only less good."""

    regions: tuple[str, ...]
    is_must: bool = False


class RegionWishes:
    """Reads wishes. Places are found as everywhere else; names for several provinces come from a list."""

    def __init__(self, finder: RegionFinder) -> None:
        self._finder = finder
        self._groups = {}
        for line in read_lines("region_groups.txt"):
            name, *provinces = line.split()
            self._groups[name] = tuple(place for province in provinces for place in self._places(province))

    def read(self, wish: str) -> RegionWish:
        named = [place for name, places in self._groups.items() if name in wish for place in places]
        return RegionWish(tuple(dict.fromkeys([*self._places(wish), *named])), bool(MUST.search(wish)))

    def _places(self, text: str) -> list[str]:
        return [str(found.value) for found in self._finder.find(text)]


def lies_within(place: str, regions: Sequence[str]) -> bool:
    """Whether a place is one of these, or lies in one."""
    return any(place.startswith(region) for region in regions)


def may_lie_within(place: str, regions: Sequence[str]) -> bool:
    """Whether one of these lies in it: who names a province may be in the city that is asked for, or in another."""
    return any(region.startswith(place) for region in regions)
