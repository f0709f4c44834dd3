"""IPC classes of many posts, and how much of a class two posts share."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.ipc import ipc_levels, normalise_ipc

# How much a shared level tells: subclass, group, subgroup; section and class tell nothing.
DEPTHS = (0.6, 0.85, 1.0)
SUBCLASS_LENGTH = 4


def class_levels(symbols: Iterable[str]) -> list[dict[str, float]]:
    """The levels of each depth from the subclass on, with what they tell, the widest first."""
    levels: list[dict[str, float]] = [{} for _ in DEPTHS]
    for symbol in symbols:
        plain = normalise_ipc(symbol)
        for level, depth, said in zip(ipc_levels(plain or "")[2:], DEPTHS, levels, strict=False):
            said[level] = depth
    return levels


class ClassTable:
    """Which posts have a class, by number of the post in a fixed list."""

    def __init__(self, posts: Iterable[Sequence[str]]) -> None:
        numbers: dict[str, list[int]] = defaultdict(list)
        self._levels = []
        for number, symbols in enumerate(posts):
            levels = class_levels(symbols)
            self._levels.append(levels)
            for level in {each for depth in levels for each in depth}:
                numbers[level].append(number)
        self.size = len(self._levels)
        self._having = {level: np.array(found, dtype=np.int32) for level, found in numbers.items()}

    def shared(self, levels: Sequence[dict[str, float]]) -> NDArray[np.float32]:
        """For each post the depth of the deepest level that it shares, 0 where it shares none."""
        depths = np.zeros(self.size, dtype=np.float32)
        for same_depth in levels:  # a deeper level, later, counts instead of a wider one
            for level, depth in same_depth.items():
                if level in self._having:
                    depths[self._having[level]] = depth
        return depths

    def levels(self, number: int) -> list[dict[str, float]]:
        return self._levels[number]
