"""What a rule takes and gives: typed inputs, a figure with its steps and articles, or the one thing to ask for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, TypeVar

Value = date | Decimal | int | str
Article = tuple[str, str]
T = TypeVar("T")


class WorkingDays(Protocol):
    """The working calendar, as core.calendar.WorkingCalendar has it."""

    def is_working_day(self, day: date) -> bool: ...

    def next_working_day(self, day: date) -> date: ...


@dataclass(frozen=True)
class Figure:
    """One computed value; `unit` is 元, 天, %, 分, or empty for a day."""

    name: str
    value: Value
    unit: str = ""


@dataclass(frozen=True)
class RuleResult:
    """`headline` says the figure in one line, `lines` the steps; `articles` are (law, article), decisive one first."""

    rule: str
    value: Value
    unit: str
    headline: str
    lines: tuple[str, ...]
    articles: tuple[Article, ...] = ()
    warnings: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Missing:
    """The one input that must be asked for, and how."""

    rule: str
    slot: str
    question: str


@dataclass(frozen=True)
class RuleCall:
    """Which rule is asked for, and what has been said for it."""

    rule: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True)
class RuleAnswer:
    """What the user reads, and what stands behind it. Where `missing` is set the text is a question."""

    rule: str
    text: str
    articles: tuple[Article, ...] = ()
    figures: tuple[Figure, ...] = ()
    missing: str | None = None


class InputNeeded(Exception):
    """A rule cannot go on without this input."""

    def __init__(self, slot: str, question: str) -> None:
        super().__init__(slot)
        self.slot = slot
        self.question = question


class Inputs:
    """The inputs of one computation; asking for one that is not there ends it."""

    def __init__(self, values: Mapping[str, Any], on: date, calendar: WorkingDays) -> None:
        self._values = values
        self.on = on
        self.calendar = calendar

    def has(self, slot: str) -> bool:
        return self._values.get(slot) is not None

    def day(self, slot: str, question: str) -> date:
        return self._needed(slot, question, date)

    def find_day(self, slot: str) -> date | None:
        return self._find(slot, date)

    def number(self, slot: str, question: str) -> Decimal:
        return self._needed(slot, question, Decimal)

    def find_number(self, slot: str) -> Decimal | None:
        return self._find(slot, Decimal)

    def word(self, slot: str, question: str) -> str:
        return self._needed(slot, question, str)

    def find_word(self, slot: str) -> str | None:
        return self._find(slot, str)

    def numbers(self, slot: str, question: str) -> tuple[Decimal, ...]:
        return self._needed(slot, question, tuple)

    def words(self, slot: str) -> tuple[str, ...]:
        return self._find(slot, tuple) or ()

    def _needed(self, slot: str, question: str, kind: type[T]) -> T:
        value = self._find(slot, kind)
        if value is None:
            raise InputNeeded(slot, question)
        return value

    def _find(self, slot: str, kind: type[T]) -> T | None:
        value = self._values.get(slot)
        if kind is Decimal and isinstance(value, int) and not isinstance(value, bool):
            value = Decimal(value)
        if value is None or isinstance(value, kind):
            return value
        raise TypeError(f"{slot} must be {kind.__name__}, not {type(value).__name__}.")


@dataclass(frozen=True)
class Rule:
    """One dated unit: what it is called, the slots it may use, the articles it rests on, the days on which it holds."""

    name: str
    title: str
    slots: frozenset[str]
    articles: tuple[Article, ...]
    valid_from: date
    run: Callable[[Inputs], RuleResult]
    valid_to: date | None = None
    # Whether the law of the day on which the period began decides, not that of the day of asking.
    by_start: bool = False

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
