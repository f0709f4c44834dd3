"""The public list of awards."""

from datetime import date
from typing import Literal

from pydantic import Field

from miniapp_api.schemas.common import NextCursor, Output, Page


class AwardsQuery(Page):
    state: Literal["open", "ended"] | None = Field(None, description="open 公示期内;ended 公示期已过;不填是全部")


class AwardOut(Output):
    company: str = Field(examples=["广州云测科技有限公司"])
    subject: str = Field(description="哪个项目", examples=["知识产权质押融资补助"])
    outcome: str = Field(examples=["获批"])
    public_from: date
    public_to: date = Field(description="公示到这一天为止")
    objections: str = Field(description="有异议向谁提", examples=["市市场监管局知识产权促进科,020-12345678"])
    is_open: bool = Field(description="true 是还在公示期内")


class AwardsOut(Output):
    """新的在前。"""

    items: list[AwardOut]
    next_cursor: NextCursor
