"""Asking for a person."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from miniapp_api.schemas.common import Input, Output, Words


class Topic(StrEnum):
    PATENT = "patent"
    POLICY = "policy"
    FINANCING = "financing"
    ENFORCEMENT = "enforcement"
    TRAINING = "training"
    MARKET = "market"
    GENERAL = "general"


class HandoffIn(Input):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "想用两件发明专利贷款300万", "topic": "financing"}]}
    )

    reason: Annotated[Words, StringConstraints(min_length=1, max_length=500)] = Field(
        description="想请专员办什么,专员看得到"
    )
    topic: Topic | None = Field(None, description="哪一类事,决定由谁来回;不填按内容分")


class HandoffOut(Output):
    case_number: str = Field(description="可以念给人听的单号", examples=["KF261122-0042"])
    promised_at: datetime = Field(description="最晚什么时候有人回", examples=["2026-11-23T09:30:00Z"])
    conversation_id: str = Field(examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])
