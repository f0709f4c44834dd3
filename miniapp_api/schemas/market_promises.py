"""Details that are read after a promise of confidentiality."""

from datetime import datetime

from pydantic import Field

from miniapp_api.schemas.common import Input, Output
from miniapp_api.schemas.custody import Version


class PromiseIn(Input):
    version: Version = Field(description="看到的保密约定是第几版;换过就返回409", examples=[1])


class GuardedOut(Output):
    """没同意保密约定的,`details` 为 null。"""

    promise_text: str = Field(description="保密约定全文,带依据")
    promise_version: int = Field(examples=[1])
    promised_at: datetime | None = Field(description="什么时候同意的")
    promised_version: int | None = Field(description="同意的是第几版")
    details: str | None = Field(description="保密资料", examples=["配方见附表,温度控制在180度以内。"])
