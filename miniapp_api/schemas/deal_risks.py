"""What was checked of a deal before the right changes hands, and what a client sends about a quarrel."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from miniapp_api.schemas.common import Input, Output, Words
from miniapp_api.schemas.deals import DealArticleOut
from services.deals.dispute import LONGEST, SHORTEST
from services.deals.risks import RiskState


class RiskOut(Output):
    key: str
    text: str = Field(examples=["查过登记簿,权利有效,年费缴清"])
    state: RiskState = Field(description="barred 挡着;open 没查完;checked 查过;not_looked 这一单不查")
    article: DealArticleOut | None
    on: date | None = Field(description="最后确认的那天")
    by: list[str] = Field(description="谁确认的;没查完的是等谁", examples=[["经纪人"]])


class RisksOut(Output):
    items: list[RiskOut]


class DisputeIn(Input):
    text: Annotated[Words, StringConstraints(min_length=SHORTEST, max_length=LONGEST)] = Field(
        description="怎么回事", examples=["签了合同对方不配合过户"]
    )
