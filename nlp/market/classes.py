"""IPC classes of many posts, and how much of a class two posts share."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.ipc import ipc_levels, normalise_ipc

# How much a shared level tells: subclass, group, subgroup; section and class tell nothing.
DEPTHS = (0.6, 0.85, 1.0)


def class_levels(symbols: Iterable[str]) -> list[dict[str, float]]:
    """The levels of each depth from the subclass on, with what they tell, the widest first."""
    levels: list[dict[str, float]] = [{} for _ in DEPTHS]
    for symbol in symbols:
        plain = normalise_ipc(symbol)
        for level, depth, said in zip(ipc_levels(plain or "")[2:], DEPTHS, levels, strict=False):
            said[level] = depth
    return levels


class ClassTable:
    """Which posts have a class, by number of the post in a list that only grows."""

    def __init__(self, posts: Iterable[Sequence[str]]) -> None:
        self.size = 0
        self._levels: list[list[dict[str, float]]] = []
        self._having: dict[str, list[int]] = defaultdict(list)
        # Arrays of the lists, made when first asked for.
        self._arrays: dict[str, NDArray[np.int32]] = {}
        for symbols in posts:
            self.add(symbols)

    def add(self, symbols: Sequence[str]) -> None:
        """The classes of one more post, under the next number."""
        levels = class_levels(symbols)
        self._levels.append(levels)
        for level in {each for depth in levels for each in depth}:
            self._having[level].append(self.size)
            self._arrays.pop(level, None)
        self.size += 1

    def shared(self, levels: Sequence[dict[str, float]]) -> NDArray[np.float32]:
        """For each post the depth of the deepest level that it shares, 0 where it shares none."""
        depths = np.zeros(self.size, dtype=np.float32)
        for same_depth in levels:  # a deeper level, later, counts instead of a wider one
            for level, depth in same_depth.items():
                if level in self._having:
                    depths[self._numbers(level)] = depth
        return depths

    def levels(self, number: int) -> list[dict[str, float]]:
        return self._levels[number]

    def _numbers(self, level: str) -> NDArray[np.int32]:
        if level not in self._arrays:
            self._arrays[level] = np.array(self._having[level], dtype=np.int32)
        return self._arrays[level]
