"""Campaigns of training."""

from datetime import date

from pydantic import Field

from miniapp_api.schemas.common import Output
from miniapp_api.schemas.training import CourseSessionOut


class CampaignOut(Output):
    id: str = Field(examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])
    name: str = Field(examples=["专利质押融资宣传月"])
    about: str
    first_on: date = Field(examples=["2026-12-01"])
    last_on: date = Field(description="最后一天", examples=["2026-12-31"])
    courses: list[str] = Field(examples=[["专利质押融资实务"]])
    sessions: list[CourseSessionOut]


class CampaignsOut(Output):
    """一次全给,最多20个。"""

    items: list[CampaignOut]
