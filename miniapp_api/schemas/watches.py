"""What the caller watches."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from miniapp_api.schemas.common import Input, NextCursor, Output, Words
from miniapp_api.schemas.notices import PaceName

WatchName = Literal["patent", "applicant", "ipc", "search"]


class WatchIn(Input):
    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "ipc", "name": "H01M", "pace": "weekly"}]})

    kind: WatchName = Field(description="patent 一件专利;applicant 申请人;ipc 分类号,写到小类或更细;search 一句话")
    name: Annotated[Words, StringConstraints(max_length=120)] = Field(description="号码、名称、分类号或一句话")
    pace: PaceName | None = Field(None, description="多久汇总一次;不填按通知设置里的专利监控")


class WatchPaceIn(Input):
    pace: PaceName | None = Field(description="多久汇总一次,off 不提醒;null 按通知设置里的专利监控")


class WatchOut(Output):
    id: str = Field(examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])
    kind: WatchName
    name: str = Field(examples=["H01M"])
    pace: PaceName | None
    created_at: datetime


class WatchesOut(Output):
    """最近加的在前。"""

    items: list[WatchOut]
    next_cursor: NextCursor
