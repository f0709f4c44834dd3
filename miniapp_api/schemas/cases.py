"""Requests filed: where each stands, what its owner may do, what was written about it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from miniapp_api.schemas.common import FieldName, FormValues, Input, NextCursor, Output, Page, Words
from miniapp_api.schemas.services import EXAMPLE_VALUES, FieldOut, FindingOut
from models import Author, CaseOutcome, CaseStatus, TaskState
from services.casework.steps import StepState

Version = Annotated[int, Field(ge=1, le=2_000_000_000)]


CaseNumber = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9]{6}-[0-9]{4,6}$")]


class CaseIn(Input):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"service": "pledge_financing", "form": EXAMPLE_VALUES, "draft_version": None}]}
    )

    service: FieldName = Field(description="哪项服务", examples=["pledge_financing"])
    form: FormValues | None = Field(None, description="填好的表。和 draft_version 二选一")
    draft_version: Version | None = Field(None, description="提交保存着的草稿:它的 version。提交后草稿就没有了")
    together_with: CaseNumber | None = Field(None, description="和自己的哪一单一起办:它的单号")

    @model_validator(mode="after")
    def _one_of_them(self) -> "CaseIn":
        if (self.form is None) == (self.draft_version is None):
            raise PydanticCustomError("form_or_draft", "either form or draft_version")
        return self


class CaseFiledOut(Output):
    number: str = Field(description="可以念给人听的单号", examples=["RZ261123-0001"])
    message: str = Field(description="给人看的一句话")
    promised_at: datetime = Field(description="最晚什么时候有人联系")
    findings: list[FindingOut] = Field(description="按规则先核对的结果")


class CasesQuery(Page):
    state: Literal["open", "closed"] | None = Field(None, description="open 在办;closed 已结束;不填是全部")


class CaseItemOut(Output):
    number: str = Field(examples=["RZ261123-0001"])
    service: str = Field(examples=["pledge_financing"])
    name: str = Field(examples=["质押融资"])
    stage: str = Field(examples=["submitted"])
    stage_name: str = Field(examples=["待预审"])
    says: str = Field(description="办到哪一步,给人看的一句", examples=["已提交,专员正在预审。"])
    status: CaseStatus = Field(description="closed 已结束,其他都是在办")
    outcome: CaseOutcome | None
    company: str | None
    is_mine: bool = Field(description="false 是同一企业的同事提交的")
    created_at: datetime
    closed_at: datetime | None


class CasesOut(Output):
    """新的在前。"""

    items: list[CaseItemOut]
    next_cursor: NextCursor


class AnswerOut(Output):
    name: str = Field(examples=["amount"])
    label: str = Field(examples=["金额"])
    text: str = Field(examples=["300万元"])


class MoveOut(Output):
    to: str = Field(description="办这一步时填到 to 里", examples=["withdrawn"])
    name: str = Field(examples=["撤回"])
    missing: str = Field(description="还差什么;空就是现在可以办")
    asks: list[FieldOut] = Field(description="办这一步要填的")


class ClockOut(Output):
    name: str
    due_at: datetime
    is_statutory: bool = Field(description="true 是法定期限")
    source: str = Field(description="法定期限的依据")
    is_overdue: bool


class MissingDocumentOut(Output):
    key: str = Field(examples=["licence"])
    name: str = Field(examples=["营业执照"])
    reason: str


class StepOut(Output):
    name: str = Field(examples=["评担险贷"])
    state: StepState = Field(description="done 走过了;now 现在;ahead 还没到")


class TaskProgressOut(Output):
    name: str = Field(examples=["专利评估"])
    party: str = Field(description="由哪类机构办", examples=["评估机构"])
    state: TaskState = Field(description="waiting 等安排;open 在办;done 已完成;refused 要换一家;cancelled 不用办了")


class HistoryOut(Output):
    at: datetime
    text: str = Field(examples=["已提交"])


class MinutesOut(Output):
    conclusion: str = Field(description="有关单位会商的结论", examples=["市局立案,中心协助取证。"])
    units: list[str] = Field(description="确认的单位", examples=[["市市场监管局", "市维权援助中心"]])
    confirmed_at: datetime


class CompanionOut(Output):
    service: str = Field(examples=["ip_insurance"])
    name: str = Field(examples=["知识产权保险"])
    known: dict[str, Any] = Field(
        description="和这一单相同的内容,放进新表就不用再填", examples=[{"company": "广州云测科技有限公司"}]
    )


class NewsOut(Output):
    name: str = Field(description="通知什么", examples=["空房", "补贴窗口"])
    wanted: bool


class CaseOut(CaseItemOut):
    version: int = Field(description="办下一步时带上")
    form: dict[str, Any] = Field(description="提交的内容;同事提交的,不含个人信息")
    answers: list[AnswerOut] = Field(description="同样的内容,写成给人看的话,先后同表上一样")
    findings: list[FindingOut] = Field(description="提交那天按规则核对的结果")
    handler: str | None = Field(description="经办专员", examples=["陈敏"])
    promised_at: datetime
    satisfaction: int | None = Field(description="1 不满意;2 一般;3 满意")
    moves: list[MoveOut] = Field(description="您现在可以办的")
    clocks: list[ClockOut]
    missing_documents: list[MissingDocumentOut]
    steps: list[StepOut] = Field(description="办到第几步,给进度条用。ahead 是最短的走法,中间可能多出几步")
    tasks: list[TaskProgressOut]
    minutes: MinutesOut | None = Field(description="多个单位一起办的,都确认以后才有")
    history: list[HistoryOut] = Field(description="早的在前")
    linked: list[str] = Field(description="一起办的其他单号", examples=[["RZ261123-0002"]])
    companions: list[CompanionOut] = Field(description="还可以一起办的服务;提交时带上 together_with")
    news: NewsOut | None = Field(description="随这一单的通知开着没有;没有这种通知的是 null")


class MoveIn(Input):
    model_config = ConfigDict(json_schema_extra={"examples": [{"to": "withdrawn", "version": 3}]})

    to: FieldName = Field(description="moves 里的 to")
    version: Version = Field(description="上次读到的 version")
    answers: FormValues | None = Field(None, description="这一步要填的;没有要填的就不带")


class NewsIn(Input):
    wanted: bool = Field(strict=True, description="true 有合适的就告诉我;false 不用", examples=[False])


class SatisfactionIn(Input):
    model_config = ConfigDict(json_schema_extra={"examples": [{"score": 3}]})

    score: int = Field(ge=1, le=3, description="1 不满意;2 一般;3 满意")


class CaseMessageIn(Input):
    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "营业执照刚换了新的,要重交吗"}]})

    text: Annotated[Words, StringConstraints(min_length=1, max_length=2000)] = Field(description="写给经办专员")


class CaseMessageOut(Output):
    id: int
    author: Author = Field(description="user 您或同事;staff 专员;system 系统;bot 知桥")
    staff: str | None = Field(description="专员的名字", examples=["陈敏"])
    is_mine: bool = Field(description="true 是您自己写的")
    text: str
    created_at: datetime


class CaseMessagesOut(Output):
    """最近的在前。"""

    items: list[CaseMessageOut]
    next_cursor: NextCursor
