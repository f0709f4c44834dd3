"""The standard sheet of a request."""

from datetime import date

from pydantic import Field

from miniapp_api.schemas.common import Output


class SheetLineOut(Output):
    label: str = Field(examples=["上年营业收入"])
    text: str | None = Field(description="null 是没有,不推算", examples=["1,200万元"])
    source: str = Field(description="从哪里来;没有的,向谁要", examples=["专员按企业交的财务报表填"])


class SheetPartOut(Output):
    name: str = Field(examples=["信用"])
    lines: list[SheetLineOut]


class SheetOut(Output):
    title: str = Field(examples=["质押融资资料表"])
    number: str = Field(examples=["RZ261123-0001"])
    made_on: date = Field(description="哪天的情况")
    parts: list[SheetPartOut]
    notes: list[str]
