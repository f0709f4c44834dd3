"""Types that several resources use, and the error form."""

import math
import re
from datetime import date
from typing import Annotated, Any, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# PostgreSQL cannot store NUL; a text of nothing but spaces says nothing.
SAYS_SOMETHING = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
NO_NUL = r"^[^\u0000]*$"


def _iso_date(value: Any) -> Any:
    """Only 2026-01-31: pydantic alone would also read numbers as seconds since 1970."""
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, str) and ISO_DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("iso_date", "not a date")


Day = Annotated[date, BeforeValidator(_iso_date), WithJsonSchema({"type": "string", "format": "date"})]
Words = Annotated[str, StringConstraints(strip_whitespace=True, pattern=SAYS_SOMETHING)]
Cursor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.\-]+$", max_length=600)]


# What a form's field may hold on its way in; the service's own declaration then says what is right.
LONGEST_VALUE = 2000
MOST_VALUES = 50
SCALAR_SCHEMAS: list[dict[str, Any]] = [
    {"type": "string", "maxLength": LONGEST_VALUE, "pattern": r"^[^\u0000]*$"},
    {"type": "number"},
    {"type": "boolean"},
    {"type": "null"},
]


def _form_value(value: Any) -> Any:
    """A text, number, yes or no, or a short list of these; nothing that could not be stored or written out again."""
    if isinstance(value, list) and len(value) <= MOST_VALUES:
        return [_scalar(each) for each in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        if len(value) <= LONGEST_VALUE and "\x00" not in value and _is_encodable(value):
            return value
    elif value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise PydanticCustomError("form_value", "not a form value")


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


FormValue = Annotated[
    Any,
    BeforeValidator(_form_value),
    WithJsonSchema(
        {"anyOf": [*SCALAR_SCHEMAS, {"type": "array", "maxItems": MOST_VALUES, "items": {"anyOf": SCALAR_SCHEMAS}}]}
    ),
]
FieldName = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
FormValues = Annotated[dict[FieldName, FormValue], Field(max_length=80)]


class Input(BaseModel):
    """What a client sends. Unknown fields are refused: a mistyped filter would silently find too much."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _check_number(cls, value: object, info: ValidationInfo) -> object:
        """pydantic reads `true` as 1: a price of one yuan, or a version that nobody saw."""
        annotation = cls.model_fields[str(info.field_name)].annotation
        accepted = get_args(annotation) or (annotation,)
        if isinstance(value, bool) and bool not in accepted and (int in accepted or float in accepted):
            raise PydanticCustomError("int_type", "a number")
        return value


class Output(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Page(Input):
    cursor: Cursor | None = Field(None, description="上一页返回的 next_cursor;第一页不填")
    limit: int = Field(20, ge=1, le=50, description="每页条数")


class ErrorDetail(Output):
    code: str = Field(description="给程序判断用,不会变", examples=["invalid_input"])
    message: str = Field(description="给人看的一句话", examples=["填写的内容有误,请检查后再提交。"])
    fields: dict[str, str] = Field(description="哪一项、什么原因", examples=[{"text": "必填。"}])


class ErrorOut(Output):
    """所有错误都是这一种格式。"""

    error: ErrorDetail


NextCursor = Annotated[str | None, Field(description="下一页的 cursor;没有下一页时为 null")]
