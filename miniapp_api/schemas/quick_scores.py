"""What a client gets of a quick score."""

from datetime import date

from pydantic import Field

from miniapp_api.schemas.common import Output
from nlp.market.quick_score import Confidence


class ScorePartOut(Output):
    key: str = Field(examples=["term"])
    name: str = Field(examples=["剩余年限"])
    points: float | None = Field(description="没有数据为 null,按0到满分算")
    most: int
    why: str = Field(examples=["还剩约14年,12年以上满分"])


class QuickScoreOut(Output):
    """自动估分,和正式的评估报告是两回事。"""

    number: str
    title: str
    label: str = Field(examples=["自动估分,不是评估报告"])
    low: int | None = Field(description="满分100;已经失效的为 null")
    high: int | None
    confidence: Confidence | None
    parts: list[ScorePartOut]
    source: str = Field(description="权重从哪来")
    data_date: date | None
    is_demo: bool
