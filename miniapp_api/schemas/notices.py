"""Notices, the wishes about them, and subscription messages."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from miniapp_api.schemas.common import Input, NextCursor, Output

TopicName = Literal["opportunity", "deadline", "case", "course", "watch"]
PaceName = Literal["at_once", "daily", "weekly", "monthly", "off"]
Hours = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$")]
TemplateId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_\-]+$")]


class Paces(Output):
    """at_once 随时;daily 每天汇总;weekly 每周汇总;monthly 每月1日汇总;off 不提醒"""

    opportunity: PaceName = Field(description="供需机会")
    deadline: PaceName = Field(description="期限提醒")
    case: PaceName = Field(description="办理进度")
    course: PaceName = Field(description="培训课程")
    watch: PaceName = Field(description="专利监控")


class PreferencesOut(Output):
    paces: Paces
    hours: Hours = Field(description="什么时间可以提醒,北京时间;可以跨夜", examples=["08:00-21:00"])
    most_a_day: int = Field(description="一天最多几条,着急的不算", examples=[3])
    is_personal: bool = Field(
        description="按您的专利、需求和办过的事挑选推荐。没同意过就是 false:不做个性化推送,其他提醒照常"
    )


class PreferencesIn(Input):
    """只改填了的几项。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"course": "off", "hours": "09:00-18:00"}]})

    opportunity: PaceName | None = None
    deadline: PaceName | None = None
    case: PaceName | None = None
    course: PaceName | None = None
    watch: PaceName | None = None
    hours: Hours | None = None
    most_a_day: int | None = Field(None, ge=1, le=20)
    is_personal: bool | None = None


class NoticeOut(Output):
    id: str = Field(examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])
    topic: TopicName
    title: str = Field(examples=["CN112345678B年费即将到期"])
    text: str
    choices: list[str] = Field(description="可以直接回复的话")
    page: str | None = Field(description="点开去哪一页")
    patents: list[str] = Field(description="里面说到的专利,可以一件一件标不相关", examples=[["CN110000001B"]])
    is_told: bool = Field(description="false 是还没发或没有推送,只在这里")
    created_at: datetime


class DismissalQuery(Input):
    patent: Annotated[str, StringConstraints(min_length=1, max_length=30)] | None = Field(
        None, description="只这一件不相关;不填是整条", examples=["CN110000001B"]
    )


class NoticesOut(Output):
    """近两周的,新的在前。"""

    items: list[NoticeOut]
    next_cursor: NextCursor


class TemplateOut(Output):
    template_id: str
    topic: TopicName
    title: str = Field(examples=["期限到期提醒"])
    left: int = Field(description="还能发几次", examples=[1])


class TemplatesOut(Output):
    items: list[TemplateOut]
    next_cursor: NextCursor


class ReportIn(Input):
    model_config = ConfigDict(json_schema_extra={"examples": [{"accepted": ["mini-TPL-DEADLINE"]}]})

    accepted: list[TemplateId] = Field(
        min_length=1, max_length=5, description="wx.requestSubscribeMessage 里结果是 accept 的模板"
    )


class ReportOut(Output):
    counted: int = Field(description="记下了几个")
