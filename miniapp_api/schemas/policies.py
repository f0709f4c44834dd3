"""Law, policy and guides."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from miniapp_api.schemas.common import Day, NextCursor, Output, Page, Words


class PolicyQuery(Page):
    limit: int = Field(10, ge=1, le=20, description="每页条数")
    q: Annotated[Words, StringConstraints(min_length=1, max_length=200)] = Field(
        description="问题或关键词", examples=["外观设计专利期限"]
    )
    region: Annotated[Words, StringConstraints(max_length=60)] | None = Field(
        None, description="行政区全称;全国性的规定总会包含", examples=["广东省广州市"]
    )
    on: Day | None = Field(None, description="哪一天有效的规定;不填是今天", examples=["2026-11-23"])


class PolicyOut(Output):
    document: str = Field(examples=["专利法"])
    label: str = Field(examples=["第四十二条"])
    text: str = Field(description="原文")
    kind: str = Field(description="statute 法律;regulation 规章;interpretation 司法解释;guide 指南;document 文件")
    region: str = Field(examples=["全国"])
    authority: str | None
    source: str
    version: str
    valid_from: date | None
    valid_to: date | None
    checked_at: date
    confidence: str = Field(description="V 核对过原文;V2 转引;GK 常识")
    score: float = Field(description="和问题的相关程度,0到1")


class PoliciesOut(Output):
    items: list[PolicyOut]
    next_cursor: NextCursor
