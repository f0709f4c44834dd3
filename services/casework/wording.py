"""Form values as people read them: 300万元, 12个月, 138****8000."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from core.i18n import chinese_amount, chinese_date
from services.catalogue.fields import Form, FormField, Privacy, Reads, fields_of

MASK_FROM, MASK_TO = 3, -4
LONGEST = 60


def shown_value(field: FormField, value: Any, *, is_masked: bool = False) -> str:
    """One stored value. `is_masked` hides the middle of what is personal."""
    if value is None:
        return ""
    if is_masked and field.ask.privacy is Privacy.PERSONAL and field.reads is Reads.PHONE:
        text = str(value)
        return f"{text[:MASK_FROM]}****{text[MASK_TO:]}"
    if field.reads in {Reads.CHOICE, Reads.CHOICES}:
        labels = {choice.value: choice.label for choice in field.choices}
        given = value if isinstance(value, list) else [value]
        return "、".join(labels.get(str(each), str(each)) for each in given)
    return _PLAIN.get(field.reads, str)(value)


def shown_form(form: type[Form], values: Mapping[str, Any], *, is_masked: bool = False) -> list[tuple[FormField, str]]:
    """Every field that has a value, with the value in words, in the form's order."""
    return [
        (field, shown_value(field, values[field.name], is_masked=is_masked))
        for field in fields_of(form)
        if values.get(field.name) is not None
    ]


def _percent(value: Any) -> str:
    return f"{float(value):g}%"


_PLAIN: dict[Reads, Callable[[Any], str]] = {
    Reads.AMOUNT: lambda value: chinese_amount(int(value)),
    Reads.MONTHS: lambda value: f"{value}个月",
    Reads.PERCENT: _percent,
    Reads.DAY: lambda value: chinese_date(date.fromisoformat(str(value))),
    Reads.PATENTS: lambda value: "、".join(value),
    Reads.YES_NO: lambda value: "是" if value else "否",
}
