"""The fields of a service's form: typed, with the question to ask, an example, and who may see the answer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Self, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic.fields import FieldInfo

from core.errors import InvalidInput

PHONE = r"^(1[3-9]\d{9}|0\d{2,3}-\d{7,8})$"
# PostgreSQL cannot store NUL.
NO_NUL = r"^[^\u0000]*$"


class Reads(StrEnum):
    """How an answer is read from a sentence, and which keyboard the mini-program shows."""

    LINE = "line"
    TEXT = "text"
    AMOUNT = "amount"
    MONTHS = "months"
    COUNT = "count"
    PERCENT = "percent"
    DAY = "day"
    PHONE = "phone"
    COMPANY = "company"
    REGION = "region"
    PATENTS = "patents"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"


class Privacy(StrEnum):
    """Who may see a value: everybody with the case; the parties at work too; only owner and handler; never in lists,
    logs or statistics (what is not published yet)."""

    PARTIES = "parties"
    STAFF = "staff"
    PERSONAL = "personal"
    SECRET = "secret"


class Choice(StrEnum):
    """One of a few. The value is for machines, `label` for people: `LOAN = "loan", "贷款"`."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


@dataclass(frozen=True)
class Condition:
    """The field is asked for only where another field has one of these values."""

    field: str
    values: frozenset[Any]

    def holds(self, form: Mapping[str, Any]) -> bool:
        given = form.get(self.field)
        return any(each in self.values for each in (given if isinstance(given, list) else [given]))


@dataclass(frozen=True)
class Ask:
    """How a field is asked for. `label` heads it in summaries and tables; `profile` names what we may know already:
    phone, company, region. `refusal` is said where an answer cannot be used; what staff fill in with `is_told` goes
    to the owner with the notice of the move."""

    label: str
    question: str
    example: str = ""
    privacy: Privacy = Privacy.PARTIES
    profile: str = ""
    only_if: Condition | None = None
    refusal: str = ""
    is_told: bool = False


def _no_yes_or_no(value: Any) -> Any:
    """pydantic takes true for 1; of an amount that is no answer."""
    if isinstance(value, bool):
        raise ValueError
    return value


def _no_number(value: Any) -> Any:
    """pydantic takes a number for the seconds since 1970; of a day that is no answer."""
    if isinstance(value, int | float):
        raise ValueError
    return value


Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=NO_NUL), Reads.LINE
]
Paragraph = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=1000, pattern=NO_NUL), Reads.TEXT
]
Amount = Annotated[int, BeforeValidator(_no_yes_or_no), Field(gt=0, le=100_000_000_000), Reads.AMOUNT]
Months = Annotated[int, BeforeValidator(_no_yes_or_no), Field(gt=0, le=360), Reads.MONTHS]
Count = Annotated[int, BeforeValidator(_no_yes_or_no), Field(ge=0, le=1_000_000), Reads.COUNT]
Percent = Annotated[float, BeforeValidator(_no_yes_or_no), Field(ge=0, le=100), Reads.PERCENT]
Day = Annotated[date, BeforeValidator(_no_number), Reads.DAY]
Phone = Annotated[str, StringConstraints(pattern=PHONE), Reads.PHONE]
CompanyName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120, pattern=NO_NUL), Reads.COMPANY
]
RegionName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60, pattern=NO_NUL), Reads.REGION
]
PatentNumbers = Annotated[
    list[Annotated[str, StringConstraints(min_length=9, max_length=20, pattern=r"^CN[0-9]+\.?[0-9A-Z]$")]],
    Field(min_length=1, max_length=20),
    Reads.PATENTS,
]
YesNo = Annotated[bool, Field(strict=True), Reads.YES_NO]


def _said_yes(value: bool) -> bool:
    if not value:
        raise ValueError
    return value


# A notice that must be agreed to before anything goes on: only yes is an answer.
Confirmed = Annotated[bool, Field(strict=True), AfterValidator(_said_yes), Reads.YES_NO]


class Form(BaseModel):
    """A service's form. Every field carries an `Ask`; a field that may be left out has a default."""

    model_config = ConfigDict(extra="forbid", use_enum_values=False, validate_default=False)

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong between answers that are each right, by field name; `values` are as they are stored."""
        return {}


@dataclass(frozen=True)
class FormField:
    """One field as chat, mini-program and console read it."""

    name: str
    ask: Ask
    reads: Reads
    is_required: bool
    choices: tuple[Choice, ...] = ()

    def is_wanted(self, form: Mapping[str, Any]) -> bool:
        """Whether the answers so far make this field one to ask for."""
        return self.ask.only_if is None or self.ask.only_if.holds(form)


@cache
def fields_of(form: type[Form]) -> tuple[FormField, ...]:
    """The fields in the order in which they are asked. Raises TypeError for a field without Ask or kind."""
    return tuple(_field(name, info) for name, info in form.model_fields.items())


def _field(name: str, info: FieldInfo) -> FormField:
    ask = next((each for each in info.metadata if isinstance(each, Ask)), None)
    reads = next((each for each in info.metadata if isinstance(each, Reads)), None)
    parts = list(_parts(info.annotation))
    choices = next((tuple(each) for each in parts if isinstance(each, type) and issubclass(each, Choice)), ())
    if reads is None:
        reads = _reads_inside(parts)
    if reads is None and choices:
        reads = Reads.CHOICES if any(get_origin(each) is list for each in parts) else Reads.CHOICE
    if ask is None or reads is None:
        raise TypeError(f"the field {name} has no Ask, or no kind of answer")
    return FormField(name, ask, reads, info.is_required(), choices)


def _parts(annotation: Any) -> Iterator[Any]:
    """The annotation and everything inside it: `list[Evidence] | None` holds Evidence."""
    yield annotation
    if not isinstance(annotation, type) or get_origin(annotation) is not None:
        for part in get_args(annotation):
            yield from _parts(part)


def _reads_inside(parts: Iterable[Any]) -> Reads | None:
    """`Phone | None` keeps its metadata inside the union."""
    for part in parts:
        for each in getattr(part, "__metadata__", ()):
            if isinstance(each, Reads):
                return each
    return None


@cache
def _adapter(form: type[Form], name: str) -> TypeAdapter[Any]:
    info = form.model_fields[name]
    checked: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    return TypeAdapter(checked)


def plain(value: Any) -> Any:
    """The JSON value that is stored."""
    if isinstance(value, Choice):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


def check_value(form: type[Form], field: FormField, value: Any) -> Any:
    """The value as it is stored. Raises InvalidInput with a sentence that says what is wanted."""
    try:
        return plain(_adapter(form, field.name).validate_python(value))
    except ValidationError:
        raise InvalidInput(refusal_of(field), fields={field.name: refusal_of(field)}) from None


def check_form(form: type[Form], values: Mapping[str, Any]) -> dict[str, Any]:
    """The whole form as it is stored: what is not wanted is left out, what is missing is named.

    Raises InvalidInput with a reason for each field.
    """
    known = {field.name: field for field in fields_of(form)}
    problems = {name: "没有这一项。" for name in values if name not in known}
    kept: dict[str, Any] = {}
    for field in known.values():
        if not field.is_wanted(kept):
            continue
        value = values.get(field.name)
        if value is None or value in ("", []):
            if field.is_required:
                problems[field.name] = f"还差{field.ask.label}。"
            continue
        try:
            kept[field.name] = check_value(form, field, value)
        except InvalidInput as error:
            problems |= error.fields
    problems = problems or form.contradictions(kept)
    if problems:
        raise InvalidInput(next(iter(problems.values())), fields=problems)
    return kept


def refusal_of(field: FormField) -> str:
    """What to say where an answer cannot be used."""
    if field.ask.refusal:
        return field.ask.refusal
    if field.reads is Reads.YES_NO:
        return "答“是”或“否”就行。"
    example = f",比如:{field.ask.example}" if field.ask.example else ""
    return f"{field.ask.label}没看明白{example}。"
