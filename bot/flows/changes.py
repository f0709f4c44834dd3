"""Which earlier answer a correction means: the one it names, else the one that such a value fits."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.flows import words
from bot.flows.reading import Said, read_answer, read_mentioned
from core.errors import InvalidInput
from services.catalogue.fields import Form, FormField, Reads, check_value, fields_of

SHORTEST_LABEL = 2


@dataclass(frozen=True)
class Change:
    """A new value of a field."""

    field: FormField
    value: Any


def find_change(
    form: type[Form], values: Mapping[str, Any], said: Said, current: FormField | None, read: Callable[[str], Said]
) -> Change | None:
    """金额改成200万, 不对 是200万; once everything is answered also a bare 200万.

    `values` are the answers so far; `read` reads a part of what was said anew.
    """
    answered = [field for field in fields_of(form) if values.get(field.name) is not None]
    corrects = bool(words.CORRECTS.search(said.plain))
    named = _named(answered, said) if corrects or current is None or words.CHANGES.search(said.plain) else None
    if named is not None:
        rest = said.plain.split(named.ask.label, 1)[1]
        return _change(form, named, read(words.OPENING.sub("", rest).strip()), is_named=True)
    if not corrects and current is not None:
        return None
    part = read(words.corrected_part(said.plain).strip()) if corrects else said
    fitting = [found for field in reversed(answered) if (found := _change(form, field, part))]
    return fitting[0] if fitting else None


def _named(answered: Iterable[FormField], said: Said) -> FormField | None:
    found = [field for field in answered if len(field.ask.label) >= SHORTEST_LABEL and field.ask.label in said.plain]
    return max(found, key=lambda field: len(field.ask.label), default=None)


def _change(form: type[Form], field: FormField, said: Said, *, is_named: bool = False) -> Change | None:
    value = read_mentioned(field, said)
    if value is None and (is_named or field.reads is Reads.CHOICE):
        value = read_answer(field, said)
    if value is None:
        return None
    try:
        return Change(field, check_value(form, field, value))
    except InvalidInput:
        return None
