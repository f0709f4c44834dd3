"""What banks, insurers, guarantors and valuers offer: the values of such records."""

from collections.abc import Mapping
from typing import Annotated, Any

from services.catalogue.fields import Amount, Ask, Choice, Count, Form, Line, Months, Paragraph, Percent, YesNo


class AcceptedKind(Choice):
    """The same values as models.PatentKind."""

    INVENTION = "invention", "发明"
    UTILITY_MODEL = "utility_model", "实用新型"
    DESIGN = "design", "外观设计"


def from_to(values: Mapping[str, Any], low: str, high: str, said: str) -> dict[str, str]:
    """The problem of a range that is upside down."""
    below, above = values.get(low), values.get(high)
    return {high: said} if below is not None and above is not None and above < below else {}


class BankProduct(Form):
    bank: Annotated[Line, Ask("银行", "哪家银行?")]
    rate_from: Annotated[Percent, Ask("年利率从(%)", "最低年利率,如 3.45")]
    rate_to: Annotated[Percent, Ask("年利率到(%)", "最高年利率,如 4.35")]
    ceiling: Annotated[Amount, Ask("单户上限(元)", "一家企业最多贷多少元")]
    min_months: Annotated[Months, Ask("最短期限(月)", "如 6")]
    max_months: Annotated[Months, Ask("最长期限(月)", "如 36")]
    accepted: Annotated[list[AcceptedKind], Ask("接受的专利", "可多选")]
    min_remaining_months: Annotated[Count, Ask("到期后还要剩(月)", "贷款到期时专利至少还剩几个月")]
    min_patents: Annotated[Count | None, Ask("至少几件", "没有要求就不填")] = None
    needs_guarantee: Annotated[YesNo, Ask("要担保", "是否必须有担保公司")]
    needs_insurance: Annotated[YesNo, Ask("要保险", "是否必须有贷款保证保险")]
    conditions: Annotated[Paragraph | None, Ask("其他条件", "一行一条")] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        return {
            **from_to(values, "rate_from", "rate_to", "比最低利率还低"),
            **from_to(values, "min_months", "max_months", "比最短期限还短"),
        }


class FeeItem(Choice):
    GUARANTEE = "service", "担保(中介)服务费"
    VALUATION = "valuation", "专利评估费"


class FeeQuote(Form):
    item: Annotated[FeeItem, Ask("哪项费用", "选一项")]
    rate: Annotated[Percent | None, Ask("年费率(%)", "按贷款额每年收,如 1")] = None
    amount: Annotated[Amount | None, Ask("定额(元)", "一次收多少;有费率就不填")] = None
    conditions: Annotated[Paragraph | None, Ask("说明", "一行一条")] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        has_one = (values.get("rate") is None) != (values.get("amount") is None)
        return {} if has_one else {"amount": "费率和定额要填一个,也只能填一个"}


class InsuranceType(Choice):
    LOAN = "loan", "贷款保证保险"
    ENFORCEMENT = "enforcement", "维权费用保险"
    DEFENCE = "defence", "被诉侵权责任保险"
    OVERSEAS = "overseas", "海外纠纷保险"


class InsuranceProduct(Form):
    insurer: Annotated[Line, Ask("保险机构", "哪家保险机构?")]
    type: Annotated[InsuranceType, Ask("险种", "选一个")]
    rate_from: Annotated[Percent, Ask("年费率从(%)", "按保额,如 1")]
    rate_to: Annotated[Percent, Ask("年费率到(%)", "如 2")]
    ceiling: Annotated[Amount | None, Ask("保额上限(元)", "没有就不填")] = None
    exclusions: Annotated[Paragraph | None, Ask("不赔的情形", "一行一条")] = None
    conditions: Annotated[Paragraph | None, Ask("投保条件", "一行一条")] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        return from_to(values, "rate_from", "rate_to", "比最低费率还低")
