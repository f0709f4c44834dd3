"""An applicant's portfolio in counts."""

from datetime import date

from pydantic import Field

from miniapp_api.schemas.common import Output
from models import LegalStatus, PatentKind


class YearCountOut(Output):
    year: int = Field(description="申请年份", examples=[2021])
    count: int


class KindCountOut(Output):
    kind: PatentKind
    label: str = Field(description="给人看的", examples=["发明"])
    count: int


class StatusCountOut(Output):
    legal_status: LegalStatus
    label: str = Field(description="给人看的", examples=["有效"])
    count: int


class FieldCountOut(Output):
    ipc: str = Field(description="国际专利分类号小类", examples=["H01M"])
    label: str | None = Field(description="给人看的;冷门的小类没有", examples=["电池"])
    count: int


class PortfolioOut(Output):
    applicant: str = Field(examples=["广州演示材料有限公司"])
    names: list[str] = Field(description="名称对上的申请人,最多50个")
    total: int = Field(description="库里收录多少件")
    by_year: list[YearCountOut] = Field(description="各年申请,按年份从早到晚,没有的年份不列")
    by_kind: list[KindCountOut] = Field(description="各类型,多的在前")
    by_status: list[StatusCountOut] = Field(description="各法律状态,多的在前")
    by_field: list[FieldCountOut] = Field(description="各技术领域,多的在前;一件跨几个领域就各算一次")
    data_date: date = Field(description="数据截至哪一天")
    is_demo: bool = Field(description="true 是演示数据,不是真实专利")
