"""Rights by department."""

from datetime import date

from pydantic import Field

from miniapp_api.schemas.common import Input, Output
from miniapp_api.schemas.custody import Department
from models import FeeReduction


class DepartmentOut(Output):
    name: str = Field(description="院系或部门;没归院系的为空字符串", examples=["材料学院"])
    rights: int = Field(description="一共几件")
    patents: int
    reduced: int = Field(description="有费减的专利几件")
    unknown: int = Field(description="不知道申请日或类型、年费算不出的几件")
    next_due_on: date | None = Field(description="最近的期限")
    cost_fen: int | None = Field(description="今后五年年费一共多少分;专利超过1,000件不逐件算,为 null")


class WorkspaceOut(Output):
    """按名称排,没归院系的在最后。"""

    items: list[DepartmentOut]


class ReductionsIn(Input):
    department: Department = Field(description="哪个院系;空字符串是没归院系的", examples=["材料学院"])
    reduction: FeeReduction = Field(description="没有、一个申请人、共同申请")


class ReductionsOut(Output):
    changed: int = Field(description="改了几件")
    same: int = Field(description="本来就是的几件")
    refused: int = Field(description="要由保管人或负责人来改的几件")
