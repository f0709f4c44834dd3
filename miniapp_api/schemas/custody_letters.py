"""Letters of the patent office that must be answered."""

from datetime import date
from typing import Literal

from pydantic import Field

from miniapp_api.schemas.common import Day, Input, NextCursor, Output, Page
from miniapp_api.schemas.custody import ArticleOut, Version
from models import LetterKind, LetterState


class LetterIn(Input):
    kind: LetterKind = Field(description="第一次审查意见、再次审查意见、补正通知、办理登记手续、驳回决定")
    received_on: Day | None = Field(
        None, description="哪天收到;和发文日、写明的期限至少填一个", examples=["2026-11-20"]
    )
    issued_on: Day | None = Field(None, description="发文日;没有收到日时按它推定收到")
    delivery: Literal["", "post", "electronic"] = Field("", description="怎么来的:纸件邮寄、电子;不清楚就不填")
    stated_on: Day | None = Field(None, description="通知书写明的期限;填了以它为准")


class LetterChangeIn(Input):
    version: Version
    extended_months: int | None = Field(None, ge=1, le=2, description="批准延长了几个月,一共最多2个月")
    state: Literal["done", "dropped", "taken_back"] | None = Field(
        None, description="了结:已经办了、不答复了、记错了;和延长只填一个"
    )


class LettersQuery(Page):
    is_open: bool = Field(True, description="true 是还要答复的,false 是了结了的")


class LetterOut(Output):
    id: str = Field(examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])
    right_id: str
    number: str = Field(examples=["CN202110123456.7"])
    title: str
    is_demo: bool = Field(description="演示数据")
    kind: LetterKind
    kind_label: str = Field(description="给人看的", examples=["第一次审查意见"])
    received_on: date | None
    issued_on: date | None
    stated_on: date | None
    extended_months: int
    due_on: date = Field(description="最晚哪天答复,碰上休假日已经顺延")
    due_label: str = Field(description="给人看的", examples=["最晚3月22日(还有12天)"])
    missed: str = Field(description="过期会怎样", examples=["过期没答复,申请视为撤回"])
    articles: list[ArticleOut] = Field(description="依据")
    notes: list[str]
    state: LetterState = Field(description="要答复、办了、不答复了、记错了")
    version: int


class LettersOut(Output):
    """快到期的在前;了结了的,后了结的在前。"""

    items: list[LetterOut]
    next_cursor: NextCursor
