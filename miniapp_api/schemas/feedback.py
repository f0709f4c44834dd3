"""What the caller says of an answer."""

from datetime import datetime

from pydantic import ConfigDict, Field

from miniapp_api.schemas.common import Input, Output
from models import Verdict


class FeedbackIn(Input):
    model_config = ConfigDict(json_schema_extra={"examples": [{"verdict": "useless"}]})

    verdict: Verdict = Field(description="useful 有用;useless 没用")


class FeedbackOut(Output):
    message_id: int = Field(description="评价的是哪条回答", examples=[42])
    verdict: Verdict
    rated_at: datetime = Field(examples=["2026-11-23T02:00:00Z"])
