"""The answers of a declared form as the console's pages send them: text, made into the values that are checked."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from nlp.patent_numbers import find_numbers
from services.catalogue.fields import Form, FormField, Reads, fields_of

NUMBERS = {Reads.AMOUNT, Reads.MONTHS, Reads.COUNT, Reads.PERCENT}
NUMBER = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*([万亿]?)\s*(?:元|个月|月|件|个|家|次|项|%)?")
TIMES = {"": 1, "万": 10_000, "亿": 100_000_000}
# So that a field can never collide with the page's own (version, note).
PREFIX = "answer-"


def read_answers(form: type[Form] | None, given: MultiDict[str, str]) -> dict[str, Any]:
    """The values by field name; what cannot be read stays as it was typed, for the check to refuse it by name."""
    if form is None:
        return {}
    return {field.name: value for field in fields_of(form) if (value := _value(field, given)) not in ("", [], None)}


def typed_answers(given: MultiDict[str, str]) -> Mapping[str, list[str]]:
    """What was typed, by field name, to be shown again."""
    return {name.removeprefix(PREFIX): given.getlist(name) for name in given if name.startswith(PREFIX)}


def _value(field: FormField, given: MultiDict[str, str]) -> Any:
    if field.reads is Reads.CHOICES:
        return given.getlist(PREFIX + field.name)
    text = given.get(PREFIX + field.name, "").strip()
    if not text:
        return None
    if field.reads in NUMBERS:
        return _number(text)
    if field.reads is Reads.PATENTS:
        return [found.normal for found in find_numbers(text)] or [text]
    if field.reads is Reads.YES_NO:
        return text == "yes"
    return text


def _number(text: str) -> int | float | str:
    """300万 and 3,000,000元 are the same; what is no number stays as it was typed."""
    found = NUMBER.fullmatch(unicodedata.normalize("NFKC", text).replace(",", ""))
    if found is None:
        return text
    number = Decimal(found[1]) * TIMES[found[2]]
    return int(number) if number == int(number) else float(number)
