"""Programmes, funds and help for service firms as dated data."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from miniapp_api.schemas.common import Input, Output, Words


class SupportQuery(Input):
    kind: Literal["operating_fund", "institution_support"] = Field(
        description="operating_fund 运营基金;institution_support 对知识产权服务机构的扶持"
    )
    region: Annotated[Words, StringConstraints(max_length=60)] | None = Field(
        None, description="行政区全称;全国的总会包含。不填用自己资料里的地区", examples=["广东省广州市"]
    )


class SupportOut(Output):
    name: str = Field(examples=["广东省重点产业知识产权运营基金"])
    region: str = Field(examples=["广东省"])
    text: str = Field(description="一句话说清;数字带时间和口径,不是承诺")
    notes: list[str] = Field(description="要注意的,一条一句")
    source: str = Field(description="来源和可信程度", examples=["知识产权报2017年报道(二手资料,以官方最新公布为准)"])
    confidence: str = Field(description="V 核对过原文;V2 转引;GK 常识;DEMO 演示数据")
    checked_at: date
    valid_from: date | None
    valid_to: date | None


class SupportListOut(Output):
    """离得近的在前。"""

    items: list[SupportOut]
