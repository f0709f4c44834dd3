"""Searches that the caller keeps."""

from datetime import datetime

from pydantic import ConfigDict, Field

from miniapp_api.schemas.common import Input, NextCursor, Output, Page
from miniapp_api.schemas.notices import PaceName
from miniapp_api.schemas.patents import ConditionOut, PatentConditions, PatentsOut


class SavedSearchIn(PatentConditions):
    model_config = ConfigDict(json_schema_extra={"examples": [{"q": "广东有效的石墨烯散热膜专利"}]})


class SavedSearchOut(Output):
    id: str = Field(examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])
    name: str = Field(description="由主题和条件组成", examples=["石墨烯散热膜 · 有效 · 广东省"])
    conditions: list[ConditionOut] = Field(description="保存下来的主题和条件")
    last_total: int = Field(description="上次看的时候有多少件", examples=[37])
    last_looked_at: datetime = Field(description="上次什么时候看的", examples=["2026-11-23T02:00:00Z"])
    pace: PaceName | None = Field(description="有新公开的多久告诉一次;null 没有关注,只在这里", examples=["weekly"])
    saved_at: datetime = Field(examples=["2026-11-20T02:00:00Z"])


class SearchPaceIn(Input):
    model_config = ConfigDict(json_schema_extra={"examples": [{"pace": "weekly"}]})

    pace: PaceName = Field(description="有新公开的多久告诉一次,off 不提醒")


class SavedSearchesOut(Output):
    """最近保存的在前。"""

    items: list[SavedSearchOut]
    next_cursor: NextCursor


class ResultsQuery(Page):
    limit: int = Field(10, ge=1, le=50, description="每页条数")


class SinceLastOut(Output):
    """和上次比。只比件数,换了哪几件比不出来。"""

    total: int = Field(description="上次有多少件", examples=[37])
    looked_at: datetime = Field(description="上次什么时候看的", examples=["2026-11-20T02:00:00Z"])
    difference: int = Field(description="现在多了几件;负数是少了", examples=[3])


class SavedSearchResultsOut(PatentsOut):
    since_last: SinceLastOut | None = Field(description="和上次比;只在第一页给,后面的页为 null")
