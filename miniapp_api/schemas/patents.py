"""Patents: a list with its conditions, and one in detail."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from miniapp_api.schemas.common import Day, Input, NextCursor, Output, Page, Words
from models import PatentKind
from services.patent_words import KIND_NAMES, STATUS_NAMES


class StatusFilter(StrEnum):
    PENDING = "pending"
    GRANTED = "granted"
    ACTIVE = "active"
    LAPSED = "lapsed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    INVALIDATED = "invalidated"


class DateField(StrEnum):
    APPLICATION = "application"
    PUBLICATION = "publication"
    GRANT = "grant"


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


Name = Annotated[Words, StringConstraints(max_length=120)]


def _explained(names: Mapping[str, str]) -> str:
    """pending 审中;active 有效"""
    return ";".join(f"{value} {name}" for value, name in names.items())


class PatentConditions(Input):
    """What to look for: a sentence, filters, or both."""

    q: Annotated[Words, StringConstraints(max_length=200)] | None = Field(
        None,
        description="一句话或关键词,里面的地区、状态、类型、日期会变成条件",
        examples=["广州有效的石墨烯发明专利"],
    )
    kind: PatentKind | None = Field(None, description=_explained(KIND_NAMES))
    legal_status: StatusFilter | None = Field(None, description=_explained(STATUS_NAMES))
    region: Name | None = Field(None, description="行政区全称", examples=["广东省广州市"])
    applicant: Name | None = Field(None, description="申请人名称或其中一段")
    ipc: Annotated[str, StringConstraints(pattern=r"^[A-H][0-9A-Z /]{0,15}$")] | None = Field(
        None, description="国际专利分类号或它的开头", examples=["H01M10/054"]
    )
    date_field: DateField | None = Field(
        None, description="日期条件指哪个日期:application 申请;publication 公开;grant 授权。不填是申请日"
    )
    date_from: Day | None = Field(None, description="从哪一天起(含)", examples=["2020-01-01"])
    date_to: Day | None = Field(None, description="到哪一天止(含)", examples=["2026-11-23"])
    sort: Sort = Field(Sort.RELEVANCE, description="relevance 相关;newest 最新申请;oldest 最早申请")

    @model_validator(mode="after")
    def _check_dates(self) -> "PatentConditions":
        if self.date_from and self.date_to and self.date_from > self.date_to:
            raise PydanticCustomError("date_order", "date_from is after date_to")
        return self


class PatentListQuery(PatentConditions, Page):
    limit: int = Field(10, ge=1, le=50, description="每页条数")


class SimilarPatentListQuery(Page):
    limit: int = Field(10, ge=1, le=50, description="每页条数")
    kind: PatentKind | None = Field(None, description=_explained(KIND_NAMES))
    legal_status: StatusFilter | None = Field(None, description=_explained(STATUS_NAMES))
    sort: Sort = Field(Sort.RELEVANCE, description="relevance 最像;newest 最新申请;oldest 最早申请")


class ConditionOut(Output):
    """一个条件。去掉或改它,就带上同名参数再查。"""

    name: str = Field(examples=["region"])
    value: str = Field(examples=["广东省广州市"])
    label: str = Field(description="给人看的", examples=["广东省广州市"])
    is_applied: bool = Field(description="false:听懂了,但库里没有这项数据,没按它筛;原因见 `not_applied`")


class PatentItemOut(Output):
    number: str = Field(examples=["CN112345678B"])
    title: str
    applicants: list[str]
    kind: PatentKind
    application_date: date | None
    publication_date: date | None
    grant_date: date | None
    status: str = Field(description="法律状态,给人看的一句", examples=["有效,2031年8月到期"])
    matched_words: list[str] = Field(description="为什么找到它:对上的词")
    is_demo: bool = Field(description="true 是演示数据,不是真实专利")
    data_date: date = Field(description="数据截至哪一天")


class PatentsOut(Output):
    items: list[PatentItemOut]
    next_cursor: NextCursor
    total: int = Field(description="一共多少件")
    conditions: list[ConditionOut] = Field(description="这次查询听懂的条件,没能用上的 `is_applied` 是 false")
    not_applied: str | None = Field(
        description="有条件没能用上时,给人看的一句:为什么、怎么办;都用上了就是 null",
        examples=["“开放许可”没能筛:库里没有转让、许可、质押的登记和意向。"],
    )
    widened_by: str | None = Field(
        description="主题找到的少,按这个分类放宽过;没有放宽就是 null", examples=["H05K 电路板和机箱"]
    )
    added: int = Field(description="`total` 里有多少件是按分类放宽多出来的,排在对上主题的后面")


class SimilarPatentOut(PatentItemOut):
    reason: str = Field(description="为什么相似,给人看的一句", examples=["同属电池(H01M 10/54),都有“磷酸铁锂”“正极片”"])
    shared_class: str | None = Field(description="两件都有的最细一级分类号;没有就是 null", examples=["H01M 10/54"])


class SimilarPatentsOut(Output):
    items: list[SimilarPatentOut]
    next_cursor: NextCursor
    total: int = Field(description="一共找到多少件")


class PatentOut(Output):
    number: str = Field(examples=["CN112345678B"])
    application_number: str | None = Field(examples=["CN202110123456.7"])
    title: str
    abstract: str
    claims: list[str]
    kind: PatentKind
    applicants: list[str]
    inventors: list[str]
    ipc_codes: list[str]
    locarno_codes: list[str]
    region: str | None
    application_date: date | None
    publication_date: date | None
    grant_date: date | None
    legal_status: str = Field(examples=["active"])
    status: str = Field(description="法律状态,给人看的一句", examples=["有效,2031年8月到期"])
    status_date: date | None
    is_demo: bool = Field(description="true 是演示数据,不是真实专利")
    source: str
    data_date: date
