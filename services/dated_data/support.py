"""What public money does besides programmes: funds that invest in intellectual property, help for its service firms."""

from collections.abc import Mapping
from typing import Annotated, Any

from services.catalogue.fields import Amount, Ask, Choice, Day, Form, Line, Paragraph
from services.catalogue.sectors import Sector
from services.dated_data.money_products import from_to

SIZES = ("planned", "first_close", "raised")


class OperatingFund(Form):
    """Planned and raised are different measures: each has its own field, and no figure stands without its time."""

    manager: Annotated[Line | None, Ask("管理方", "谁管这支基金;没公布就不填")] = None
    planned: Annotated[Amount | None, Ask("预计总规模(元)", "计划的,不是已到位的")] = None
    first_close: Annotated[Amount | None, Ask("首期计划募资(元)", "计划的,不是已到位的")] = None
    raised: Annotated[Amount | None, Ask("已募集(元)", "没公布就不填")] = None
    figures_of: Annotated[Line | None, Ask("规模是什么时候的数", "如 2017年报道")] = None
    sectors: Annotated[list[Sector] | None, Ask("投哪些行业", "不限或没公布就不填")] = None
    apply: Annotated[Line | None, Ask("怎么对接", "向谁递项目;没公布就不填")] = None
    conditions: Annotated[Paragraph | None, Ask("说明", "一行一条")] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        has_size = any(values.get(name) is not None for name in SIZES)
        return {"figures_of": "规模要写明是什么时候的数"} if has_size and not values.get("figures_of") else {}


class SupportType(Choice):
    EQUITY = "equity", "股权投资"
    SUBSIDY = "subsidy", "资助"
    AWARD = "award", "奖励"
    TRIAL = "trial", "试点示范"


class InstitutionSupport(Form):
    type: Annotated[SupportType, Ask("方式", "选一种")]
    authority: Annotated[Line, Ask("主管部门", "向谁申报")]
    whom: Annotated[Line, Ask("给谁", "如 知识产权运营机构")]
    gives: Annotated[Line, Ask("支持内容", "照原文写,没有数就不写数")]
    window_from: Annotated[Day | None, Ask("申报从", "没公布就不填")] = None
    window_to: Annotated[Day | None, Ask("申报到", "没公布就不填")] = None
    conditions: Annotated[Paragraph | None, Ask("说明", "一行一条")] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        return from_to(values, "window_from", "window_to", "比开始日还早")
