"""Single values out of a push, whatever shape they came in: lists of repeated tags, numbers, nothing."""

import math
from collections.abc import Mapping
from typing import Any

from adapters.wechat.text import sanitise

LARGEST_NUMBER = 2**53
LARGEST_DEPTH = 12


def first_text(value: Any) -> str:
    """A text; of a repeated tag the first that says something; "" for anything that is no single value."""
    if isinstance(value, str):
        return sanitise(value)
    if isinstance(value, list):
        return next((text for item in value if not isinstance(item, list) and (text := first_text(item))), "")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _digits(value)
    return ""


def whole_number(value: Any) -> int:
    """A number from 0 to 2**53, 0 where it is none."""
    return _whole(value) or 0


def add_texts(details: dict[str, Any], source: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Copy texts that are not empty: `names` maps our name to WeChat's."""
    for ours, theirs in names.items():
        if text := first_text(source.get(theirs)):
            details[ours] = text


def add_numbers(details: dict[str, Any], source: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Copy whole numbers that are there."""
    for ours, theirs in names.items():
        if (number := _whole(source.get(theirs))) is not None:
            details[ours] = number


def add_fractions(details: dict[str, Any], source: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Copy finite decimal numbers that are there (coordinates come as texts)."""
    for ours, theirs in names.items():
        try:
            number = float(first_text(source.get(theirs)))
        except ValueError:
            continue
        if math.isfinite(number):
            details[ours] = number


def list_of(value: Any) -> list[Mapping[str, Any]]:
    """The dicts in a value that is one dict, a list of them, or nothing (WeChat sends each of these)."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Mapping)]


def inner(source: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The nested fields under a name, none where there are none."""
    found = list_of(source.get(name))
    return found[0] if found else {}


def plain_copy(value: Any, depth: int = 0) -> Any:
    """Any value as JSON that a database takes: texts sanitised, numbers finite, not deep."""
    if isinstance(value, Mapping) and depth < LARGEST_DEPTH:
        return {sanitise(str(key)): plain_copy(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list) and depth < LARGEST_DEPTH:
        return [plain_copy(item, depth + 1) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST_NUMBER:
        return value
    return first_text(value)


def _whole(value: Any) -> int | None:
    text = first_text(value).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        return None
    number = int(text)
    return number if number <= LARGEST_NUMBER else None


def _digits(value: int | float) -> str:
    if isinstance(value, int):
        # Python refuses to write out integers of thousands of digits.
        return str(value) if value.bit_length() < 256 else ""
    if not math.isfinite(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < LARGEST_NUMBER else repr(value)
