"""The catalogue: what a service asks for, what it wants to see, how far it can come."""

from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict, Field

from miniapp_api.schemas.common import FormValues, Input, Output
from models import CaseOutcome
from services.casework.offering import pause_of
from services.catalogue.facts import Level
from services.catalogue.fields import FormField, Privacy, Reads
from services.catalogue.model import Service

EXAMPLE_VALUES: dict[str, Any] = {
    "amount": 3_000_000,
    "term_months": 12,
    "patents": ["CN202110123456.7"],
    "use": "working_capital",
}


class ServiceItemOut(Output):
    key: str = Field(examples=["pledge_financing"])
    name: str = Field(examples=["质押融资"])
    intro: str = Field(description="是什么,不能保证什么")
    letters: str = Field(description="单号的开头两个字母", examples=["RZ"])
    paused: str = Field(
        description="暂停受理新申请的原因和恢复时间,原样给人看;照常受理就是空。在办的不受影响", examples=[""]
    )


def service_item_out(service: Service) -> ServiceItemOut:
    return ServiceItemOut(
        key=service.key, name=service.name, intro=service.intro, letters=service.letters, paused=pause_of(service)
    )


class ServicesOut(Output):
    items: list[ServiceItemOut]


class ChoiceOut(Output):
    value: str = Field(description="提交用", examples=["working_capital"])
    label: str = Field(description="给人看的", examples=["日常周转"])


class ConditionalOut(Output):
    """前面那一项填了其中一个值,才问这一项。"""

    field: str
    values: list[str | bool | int]


class FieldOut(Output):
    name: str = Field(examples=["amount"])
    label: str = Field(examples=["金额"])
    question: str = Field(examples=["想贷多少?"])
    example: str = Field(description="没有就是空", examples=["300万"])
    kind: Reads = Field(
        description="line 一行;text 一段;amount 元;months 月数;count 个数;percent 百分数;day 日期,写成 2026-01-31;"
        "phone 电话;company 企业全称;region 行政区全称;patents 专利号的列表;choice 单选;choices 多选;yes_no 是或否"
    )
    choices: list[ChoiceOut]
    is_required: bool
    only_if: ConditionalOut | None
    privacy: Privacy = Field(
        description="谁看得到:parties 专员和参与办理的机构;staff 专员;personal 只有您和经办专员;secret 未公开的内容"
    )


class WantedDocumentOut(Output):
    key: str = Field(examples=["licence"])
    name: str = Field(examples=["营业执照"])
    reason: str = Field(description="为什么要", examples=["证明借款主体"])
    media_types: list[str] = Field(examples=[["application/pdf", "image/jpeg", "image/png"]])
    max_bytes: int = Field(examples=[20971520])


class StageOut(Output):
    key: str = Field(examples=["submitted"])
    name: str = Field(examples=["待预审"])
    outcome: CaseOutcome | None = Field(description="到这里就结束:done 办成;refused 没通过;withdrawn 撤回")


class ServiceOut(ServiceItemOut):
    fields: list[FieldOut]
    documents: list[WantedDocumentOut]
    stages: list[StageOut]
    known: dict[str, Any] = Field(description="我们已经知道的,可以先填上", examples=[{"phone": "13800138000"}])


class DraftIn(Input):
    model_config = ConfigDict(json_schema_extra={"examples": [{"values": EXAMPLE_VALUES, "version": 0}]})

    values: FormValues = Field(description="全部已填的值,整体替换")
    version: int = Field(ge=0, le=2_000_000_000, description="上次读到的 version;还没有草稿时填 0")


class DraftOut(Output):
    service: str = Field(examples=["pledge_financing"])
    values: dict[str, Any] = Field(examples=[EXAMPLE_VALUES])
    current: str | None = Field(description="下一个要填的;null 就是必填的都填了", examples=["company"])
    version: int
    updated_at: datetime
    kept_until: datetime = Field(description="到那时还没动过就删掉")


class FormIn(Input):
    model_config = ConfigDict(json_schema_extra={"examples": [{"form": EXAMPLE_VALUES}]})

    form: FormValues


class FindingOut(Output):
    level: Level = Field(description="fine 没问题;gap 还缺,可以补;stop 这样办不了")
    text: str
    source: str = Field(description="依据,没有就是空")
    due: date | None = Field(None, description="排了日子的,最晚哪天做完")


class EstimateOut(Output):
    """按规则估算,不是承诺。"""

    headline: str
    lines: list[str]
    notes: list[str]


class CheckOut(Output):
    findings: list[FindingOut]
    estimate: EstimateOut | None


def field_out(field: FormField) -> FieldOut:
    ask = field.ask
    condition = ask.only_if
    return FieldOut(
        name=field.name,
        label=ask.label,
        question=ask.question,
        example=ask.example,
        kind=field.reads,
        choices=[ChoiceOut(value=each.value, label=each.label) for each in field.choices],
        is_required=field.is_required,
        only_if=ConditionalOut(field=condition.field, values=sorted(condition.values, key=str)) if condition else None,
        privacy=ask.privacy,
    )
