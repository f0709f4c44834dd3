"""The companies that somebody acts for, and who else does."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from miniapp_api.schemas.common import Input, Output, Words
from models import MemberRole, MemberState

ROLES = "owner 负责人,决定谁能加入;member 成员,替企业提交和查看申请"


class CompanyIn(Input):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "广州云测科技有限公司", "region": "广东省广州市南沙区"}]}
    )

    name: Annotated[Words, StringConstraints(min_length=2, max_length=120)] = Field(description="企业全称")
    region: Annotated[Words, StringConstraints(min_length=2, max_length=60)] | None = Field(
        None, description="行政区全称"
    )
    credit_code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{18}$")] | None = Field(
        None, description="统一社会信用代码,18位", examples=["914403001922038216"]
    )


class CompanyOut(Output):
    id: str = Field(description="给同事,同事用它申请加入", examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])
    name: str
    region: str | None
    credit_code: str | None = Field(description="加入以后才看得到")
    role: MemberRole = Field(description=ROLES)
    state: MemberState = Field(description="pending 等负责人或专员核对;active 已加入")
    run_by: str | None = Field(
        description="负责人是谁。加入前先看看是不是您的同事", examples=["微信用户0012 · 尾号8000"]
    )


class CompaniesOut(Output):
    items: list[CompanyOut]


class MemberOut(Output):
    id: int
    name: str = Field(examples=["微信用户0012 · 尾号8000"])
    is_me: bool
    role: MemberRole = Field(description=ROLES)
    state: MemberState
    asked_at: datetime


class MembersOut(Output):
    items: list[MemberOut]


class MemberIn(Input):
    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "active"}]})

    state: Literal[MemberState.ACTIVE, MemberState.ENDED] = Field(description="active 同意加入;ended 不同意,或者移出")
    role: MemberRole | None = Field(None, description=f"不填就不变。{ROLES}")


class Nothing(Input):
    """A create whose address says everything."""
