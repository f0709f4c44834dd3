"""What public money does: subsidies, risk sharing, compensation funds, programmes, official fees."""

from collections.abc import Mapping
from typing import Annotated, Any

from services.catalogue.fields import Amount, Ask, Choice, Count, Day, Form, Line, Paragraph, Percent
from services.dated_data.money_products import from_to

WHOLE = 100


class SubsidyItem(Choice):
    """The four subsidies, by the names that the rule of costs gives them."""

    INTEREST = "interest", "贷款贴息"
    PREMIUM = "premium", "保险费资助"
    SERVICE = "service", "中介服务费资助"
    VALUATION = "valuation", "专利评估费资助"


class SubsidyScheme(Form):
    item: Annotated[SubsidyItem, Ask("补哪一项", "选一项")]
    share: Annotated[Percent | None, Ask("补多少(%)", "占实付的百分之几;分档或没写明就不填,估算不计")] = None
    cap: Annotated[Amount | None, Ask("每年上限(元)", "每家企业一年最多补多少元")] = None
    years: Annotated[Count | None, Ask("连补几年", "没写明就不填")] = None
    authority: Annotated[Line | None, Ask("主管部门", "向谁申请")] = None
    window_from: Annotated[Day | None, Ask("申报从", "没有窗口就不填")] = None
    window_to: Annotated[Day | None, Ask("申报到", "没有窗口就不填")] = None
    conditions: Annotated[Paragraph | None, Ask("条件", "一行一条")] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        return from_to(values, "window_from", "window_to", "比开始日还早")


RISK_PARTIES = {"insurer": "保险机构", "guarantor": "担保机构", "bank": "银行", "government": "政府(风险补偿资金)"}


class RiskShare(Form):
    insurer: Annotated[Percent | None, Ask("保险机构(%)", "如 60")] = None
    guarantor: Annotated[Percent | None, Ask("担保机构(%)", "如 20")] = None
    bank: Annotated[Percent | None, Ask("银行(%)", "如 20")] = None
    government: Annotated[Percent | None, Ask("政府补偿资金(%)", "没有就不填")] = None
    conditions: Annotated[Paragraph | None, Ask("说明", "一行一条")] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        total = sum(values.get(party) or 0 for party in RISK_PARTIES)
        if abs(total - WHOLE) < 1e-9:
            return {}
        return {"bank": f"各方加起来要正好100%,现在是{total:g}%"}


class CompensationFund(Form):
    authority: Annotated[Line, Ask("管理部门", "向谁申请")]
    share: Annotated[Percent | None, Ask("补偿比例(%)", "占本金损失的百分之几")] = None
    cap: Annotated[Amount | None, Ask("单笔上限(元)", "没有就不填")] = None
    min_overdue_days: Annotated[Count | None, Ask("逾期满几天可申请", "没写明就不填")] = None
    size: Annotated[Amount | None, Ask("资金规模(元)", "没公布就不填")] = None
    balance: Annotated[Amount | None, Ask("余额(元)", "还能补偿多少;没公布就不填")] = None
    size_on: Annotated[Day | None, Ask("规模和余额截至", "哪一天的数")] = None
    materials: Annotated[Paragraph | None, Ask("申请材料", "一行一样")] = None
    conditions: Annotated[Paragraph | None, Ask("触发条件", "一行一条")] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        has_sum = values.get("size") is not None or values.get("balance") is not None
        lacks_day = has_sum and values.get("size_on") is None
        return {"size_on": "规模和余额要写明是哪一天的数"} if lacks_day else {}


class AssetPoolRule(Form):
    min_patents: Annotated[Count, Ask("至少几件有效专利", "如 5")]
    min_yearly_income: Annotated[Amount, Ask("年许可收入至少(元)", "如 1000000")]
    min_remaining_months: Annotated[Count, Ask("专利至少还剩(月)", "如 60")]
    conditions: Annotated[Paragraph | None, Ask("其他条件", "一行一条")] = None


class ProgrammeType(Choice):
    SUBSIDY = "subsidy", "资助"
    AWARD = "award", "奖励"
    RECOGNITION = "recognition", "资格认定"


class Programme(Form):
    type: Annotated[ProgrammeType, Ask("类型", "选一种")]
    authority: Annotated[Line, Ask("主管部门", "向谁申报")]
    gives: Annotated[Line, Ask("支持内容", "如 按实缴保费的50%资助,每年不超过2万元")]
    share: Annotated[Percent | None, Ask("比例(%)", "没有就不填")] = None
    cap: Annotated[Amount | None, Ask("上限(元)", "没有就不填")] = None
    window_from: Annotated[Day | None, Ask("申报从", "常年受理就不填")] = None
    window_to: Annotated[Day | None, Ask("申报到", "常年受理就不填")] = None
    # What can be compared with a firm's own figures.
    max_staff: Annotated[Count | None, Ask("员工最多", "人数")] = None
    max_sales: Annotated[Amount | None, Ask("年销售收入最多(元)", "没有就不填")] = None
    max_assets: Annotated[Amount | None, Ask("资产总额最多(元)", "没有就不填")] = None
    min_research_share: Annotated[Percent | None, Ask("研发费用占收入至少(%)", "没有就不填")] = None
    min_inventions: Annotated[Count | None, Ask("有效发明专利至少", "件数")] = None
    min_patents: Annotated[Count | None, Ask("有效专利至少", "件数")] = None
    min_years: Annotated[Count | None, Ask("成立至少几年", "没有就不填")] = None
    conditions: Annotated[Paragraph | None, Ask("其他条件", "一行一条,由人核对")] = None
    materials: Annotated[Paragraph | None, Ask("材料", "一行一样")] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        return from_to(values, "window_from", "window_to", "比开始日还早")


class OfficialFee(Form):
    item: Annotated[Line, Ask("收费项目", "如 发明申请费")]
    amount: Annotated[Amount, Ask("金额(元)", "如 900")]
    unit: Annotated[Line | None, Ask("单位", "如 每件、每类")] = None
    conditions: Annotated[Paragraph | None, Ask("说明", "一行一条")] = None
