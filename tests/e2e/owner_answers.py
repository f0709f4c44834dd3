"""What an owner answers to a form's questions, and what staff type into one: from the declaration's examples."""

from datetime import date, timedelta
from typing import Any

from core.errors import InvalidInput
from services.catalogue.fields import Form, FormField, Reads, check_value, fields_of

# For a field whose declaration gives no example. Of two the first is said unless the field refuses it.
IN_CHAT: dict[Reads, tuple[str, ...]] = {
    Reads.LINE: ("南沙云测的换电柜",),
    Reads.TEXT: ("上个月上线的产品,想在年底前办完",),
    Reads.AMOUNT: ("80万",),
    Reads.MONTHS: ("一年",),
    Reads.COUNT: ("3",),
    Reads.PERCENT: ("5%",),
    Reads.DAY: ("2026年11月3号",),
    Reads.PHONE: ("13800138000",),
    Reads.COMPANY: ("广州云测科技有限公司",),
    Reads.REGION: ("广州南沙",),
    Reads.PATENTS: ("ZL202110123456.7",),
    Reads.YES_NO: ("没有", "知道了"),
}
# On the console's pages: as typed, or a choice's value.
AT_DESK: dict[Reads, str] = {
    Reads.LINE: "演示单位A-07", Reads.TEXT: "材料齐全,按约定的范围办,十个工作日交付。", Reads.AMOUNT: "200万",
    Reads.MONTHS: "12", Reads.COUNT: "10", Reads.PERCENT: "4.2", Reads.PHONE: "13800138000",
    Reads.COMPANY: "演示银行南沙支行", Reads.REGION: "广东省广州市南沙区", Reads.PATENTS: "ZL202110123456.7",
    Reads.YES_NO: "yes",
}  # fmt: skip
FIRST_DAY = date(2026, 11, 24)


def said_for(form: type[Form], field: FormField) -> str:
    """The words with which an owner answers this field."""
    if field.choices:
        chosen = next((each for each in field.choices if each.label == field.ask.example), field.choices[0])
        return chosen.label
    if field.ask.example and field.reads is not Reads.YES_NO:
        return field.ask.example
    words = IN_CHAT[field.reads]
    if field.reads is Reads.YES_NO and not _is_usable(form, field, False):
        return words[1]
    return words[0]


def typed_for(form: type[Form]) -> dict[str, str]:
    """What staff type, by field name; days follow one another, so that no end lies before its beginning."""
    typed: dict[str, str] = {}
    for place, field in enumerate(fields_of(form)):
        if not field.is_wanted(typed):
            continue
        if field.choices:
            typed[field.name] = field.choices[0].value
        elif field.reads is Reads.DAY:
            typed[field.name] = (FIRST_DAY + timedelta(days=30 * place)).isoformat()
        else:
            typed[field.name] = field.ask.example or AT_DESK[field.reads]
    return typed


def _is_usable(form: type[Form], field: FormField, value: Any) -> bool:
    try:
        check_value(form, field, value)
    except InvalidInput:
        return False
    return True
