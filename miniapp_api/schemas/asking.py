"""Asking, in the one conversation of the mini-program or in a named one."""

from datetime import date
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from miniapp_api.schemas.common import Input, Output, Words


class AskIn(Input):
    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "外观专利保护多少年"}]})

    text: Annotated[Words, StringConstraints(min_length=1, max_length=2000)] = Field(
        description="一句话,和在公众号里说的一样"
    )


class CitationOut(Output):
    """回答依据的一段原文,带生效日期。"""

    document: str = Field(examples=["专利法"])
    label: str = Field(examples=["第四十二条"])
    passage: str = Field(description="原文", examples=["外观设计专利权的期限为十五年,均自申请日起计算。"])
    source: str
    valid_from: date | None = Field(None, examples=["2021-06-01"])
    valid_to: date | None = None
    checked_at: date = Field(description="我们核对原文的日期", examples=["2026-11-20"])


class AskOut(Output):
    answer: str = Field(examples=["外观设计专利保护15年,从申请日算起。"])
    citations: list[CitationOut] = Field(description="没有依据的回答这里为空")
    choices: list[str] = Field(description="可以直接发回来的下一句", examples=[["转人工"]])
    conversation_id: str = Field(examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])


def citations_out(rows: Any) -> list[CitationOut]:
    """Citations as they were stored with the message."""
    return [CitationOut.model_validate(dict(row)) for row in rows]
