"""Deleting one's own data."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from miniapp_api.schemas.common import Input, Output


class ErasureQuery(Input):
    confirm: Literal["delete-my-data"] = Field(
        description="固定填 delete-my-data。先问过用户“确认删除吗”,再带上它", examples=["delete-my-data"]
    )


class ErasureOut(Output):
    erased_by: datetime = Field(description="最晚什么时候删完", examples=["2026-11-23T02:01:00Z"])
