"""An answer in plain words becomes the value of a form's field."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from nlp.patent_numbers import find_numbers
from nlp.slots import SlotReading
from nlp.slots.numerals import NUMERAL, read_number
from services.catalogue.fields import FormField, Reads

# A bare number for money: below this nobody means 元 (300 is 300万 or a slip), so it is asked again.
SMALLEST_BARE_AMOUNT = 10_000
NONE_AT_ALL = re.compile(r"(?:没有|没|无|零|暂无|都没有?)[的了呢啊]?")
YES = re.compile(
    r"(?:是|有|对|要|需要|可以|同意|愿意|我?(?:已经?)?(?:知道|明白|清楚|确认|了解)|嗯|好|行|系|冇问题|办了|做过|yes|y)"
    r"(?:的|了|啊|呀|过|吧)*",
    re.IGNORECASE,
)
NO = re.compile(
    r"(?:否|不是|没有|没|无|不|不要|不用|不需要|不同意|不愿意|唔系|冇|还没有?|从来没有|no|n)(?:的|了|啊|呀|过|吧|做|办)*",
    re.IGNORECASE,
)
# Neither: whoever does not know has not said no.
UNSURE = re.compile(
    r"(?:我|我们|这个|还|也)*(?:不太?|不是很|没)(?:清楚|知道|确定|肯定|了解|记得|好说|懂)|记不清|说不准"
)
# 签了, 都交过了: it was done.
DONE = re.compile(r"都?[一-鿿]{1,4}(?:了|过|好了|过了)")
PERCENT = re.compile(rf"(?:百分之\s*(?P<after>{NUMERAL})|(?P<before>{NUMERAL})\s*(?:%|%|个?点|个百分点)?)")
PLACE = re.compile(r"第?\s*([1-9]|[一二三四五六七八九])\s*[个项种]?")
SPLITS = re.compile(r"[,\uff0c、;\uff1b和及\s]+")
STOPS = " 。.,\uff0c"
LEADS = re.compile(
    r"^(?:大概|大约|差不多|应该|就|想|要|是|在|我们是|我们公司是|我们公司叫|公司是|公司叫|叫|那就|填|选|改成)+"
)


@dataclass(frozen=True)
class Said:
    """What was said: as typed, made plain, its slots, and the day on which it was said."""

    text: str
    plain: str
    reading: SlotReading
    today: date

    @property
    def slots(self) -> dict[str, Any]:
        return dict(self.reading.values)


def read_answer(field: FormField, said: Said) -> Any | None:
    """The value that a field gets; None where the words do not hold one."""
    return READERS[field.reads](field, said)


def read_mentioned(field: FormField, said: Said) -> Any | None:
    """The value where a whole sentence names it by the way (想用专利贷款300万 两年): only what cannot be mistaken."""
    if field.reads in {Reads.AMOUNT, Reads.MONTHS, Reads.PHONE, Reads.REGION}:
        return said.slots.get(SLOT_OF[field.reads])
    if field.reads is Reads.COMPANY:
        return _full_name(said)
    if field.reads is Reads.PATENTS:
        return _patents(field, said)
    if field.reads is Reads.CHOICE:
        named = [choice for choice in field.choices if choice.label in said.plain]
        return named[0].value if len(named) == 1 else None
    return None


SLOT_OF = {Reads.AMOUNT: "amount", Reads.MONTHS: "term_months", Reads.PHONE: "phone", Reads.REGION: "region"}


def _slot(field: FormField, said: Said) -> Any | None:
    return said.slots.get(SLOT_OF[field.reads])


def _full_name(said: Said) -> str | None:
    found = said.reading.organisations.full_name
    return str(found.value) if found is not None else None


def _bare_number(said: Said) -> Decimal | None:
    return read_number(LEADS.sub("", said.plain.strip()))


def _amount(field: FormField, said: Said) -> Any | None:
    found = _slot(field, said)
    if found is not None:
        return found
    bare = _bare_number(said)
    return int(bare) if bare is not None and bare >= SMALLEST_BARE_AMOUNT and bare == int(bare) else None


def _months(field: FormField, said: Said) -> Any | None:
    found = _slot(field, said)
    if found is not None:
        return found
    bare = _bare_number(said)
    return int(bare) if bare is not None and bare == int(bare) else None


def _count(_field: FormField, said: Said) -> Any | None:
    if NONE_AT_ALL.fullmatch(said.plain.strip()):
        return 0
    found = re.search(NUMERAL, said.plain)
    value = read_number(found[0]) if found else None
    return int(value) if value is not None and value == int(value) else None


def _percent(_field: FormField, said: Said) -> Any | None:
    if NONE_AT_ALL.fullmatch(said.plain.strip()):
        return 0
    found = PERCENT.search(said.plain)
    value = read_number(found["after"] or found["before"]) if found else None
    return float(value) if value is not None else None


def _day(_field: FormField, said: Said) -> Any | None:
    days = said.reading.days
    if days:
        return days[0].value
    try:
        return date.fromisoformat(said.plain.strip())
    except ValueError:
        return None


def _company(_field: FormField, said: Said) -> Any | None:
    full = _full_name(said)
    if full:
        return full
    name = LEADS.sub("", said.text.strip(STOPS))
    return name if 2 <= len(name) <= 60 and not re.search(r"[?\uff1f]|\d{5}", name) else None


def _patents(_field: FormField, said: Said) -> Any | None:
    numbers = [number.normal for number in find_numbers(said.text) if number.is_valid]
    return list(dict.fromkeys(numbers)) or None


# 我有外观专利证书, not a story in which several names may come up by the way.
LONGEST_CHOICE = 12


def _choice(field: FormField, said: Said) -> Any | None:
    text = LEADS.sub("", said.plain.strip(" 。."))
    for choice in field.choices:
        if text in {choice.label, choice.value}:
            return choice.value
    place = PLACE.fullmatch(text)
    if place is not None:
        number = int(read_number(place[1]) or 0)
        return field.choices[number - 1].value if 0 < number <= len(field.choices) else None
    named = [choice for choice in field.choices if choice.label in said.plain]
    if not named:
        named = [choice for choice in field.choices if len(text) >= 2 and text in choice.label]
    if not named and len(text) <= LONGEST_CHOICE:
        named = [choice for choice in field.choices if any(head in text for head in _heads(choice.label))]
    return named[0].value if len(named) == 1 else None


def _heads(label: str) -> list[str]:
    """What people say of a name: 外观 of 外观设计, 发明 of 发明专利, 著作 and 软件 of 著作权或软件."""
    return [part[:2] for part in re.split("或|、|和|/", label) if len(part) >= 2]


def _choices(field: FormField, said: Said) -> Any | None:
    if NONE_AT_ALL.fullmatch(said.plain.strip()):
        return None
    found = [choice.value for choice in field.choices if choice.label in said.plain]
    for part in SPLITS.split(said.plain.strip()):
        place = PLACE.fullmatch(part)
        number = int(read_number(place[1]) or 0) if place else 0
        if 0 < number <= len(field.choices):
            found.append(field.choices[number - 1].value)
    return list(dict.fromkeys(found)) or None


def _yes_no(_field: FormField, said: Said) -> Any | None:
    text = said.plain.strip(STOPS)
    if UNSURE.match(text):
        return None
    if NO.fullmatch(text):
        return False
    if YES.fullmatch(text):
        return True
    if text.startswith(("没", "不", "还没", "无")):
        return False
    return True if text.startswith(("有", "是", "对")) or DONE.fullmatch(text) else None


def _text(_field: FormField, said: Said) -> Any | None:
    return said.text.strip() or None


READERS: dict[Reads, Callable[[FormField, Said], Any | None]] = {
    Reads.LINE: _text,
    Reads.TEXT: _text,
    Reads.AMOUNT: _amount,
    Reads.MONTHS: _months,
    Reads.COUNT: _count,
    Reads.PERCENT: _percent,
    Reads.DAY: _day,
    Reads.PHONE: _slot,
    Reads.COMPANY: _company,
    Reads.REGION: _slot,
    Reads.PATENTS: _patents,
    Reads.CHOICE: _choice,
    Reads.CHOICES: _choices,
    Reads.YES_NO: _yes_no,
}
