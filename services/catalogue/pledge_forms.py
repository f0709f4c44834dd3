"""What is asked for a pledge loan: of the owner, of each party, and of whoever moves the case on."""

from collections.abc import Mapping
from typing import Annotated, Any

from services.catalogue.common import CoOwnersField, PhoneField, RegionField
from services.catalogue.fields import (
    Amount,
    Ask,
    Choice,
    CompanyName,
    Count,
    Day,
    Form,
    Line,
    Months,
    PatentNumbers,
    Percent,
    Privacy,
    YesNo,
)


class LoanUse(Choice):
    WORKING_CAPITAL = "working_capital", "日常周转"
    RESEARCH = "research", "研发投入"
    EQUIPMENT = "equipment", "买设备"
    REPAY_OTHER = "other", "其他"


class LinkedOffer(Choice):
    """投保联动, 投贷联动: one request, several offers that are asked for together."""

    LOAN_ONLY = "loan_only", "只要贷款"
    INSURANCE = "insurance", "贷款和专利保险报价"
    EQUITY = "equity", "贷款和股权投资"
    ALL = "all", "三样都要"


class PledgeForm(Form):
    amount: Annotated[Amount, Ask("金额", "想贷多少?", "300万", refusal="金额没看明白。直接说数字就行,比如:300万。")]
    term_months: Annotated[Months, Ask("期限", "想贷多久?", "12个月")]
    patents: Annotated[
        PatentNumbers,
        Ask(
            "质押专利",
            "用哪几件专利质押?发专利号,多件用逗号隔开。",
            "ZL202110123456.7",
            refusal="没认出有效的专利号。请核对最后一位校验码再发,比如:ZL202110123456.7。",
        ),
    ]
    has_co_owners: CoOwnersField
    is_encumbered: Annotated[YesNo, Ask("已质押或查封", "有没有已经质押、被查封的?", refusal="请回复“有”或“没有”。")]
    use: Annotated[LoanUse, Ask("用途", "钱主要用在哪儿?")]
    linked: Annotated[LinkedOffer, Ask("一起办", "要不要顺便问别的?")]
    company: Annotated[
        CompanyName, Ask("企业", "贷款的是哪家企业?请发全称。", "广州云测科技有限公司", profile="company")
    ]
    region: RegionField
    phone: PhoneField


class Recommendation(Form):
    bank: Annotated[Line, Ask("推荐银行", "推荐哪家银行?")]
    reason: Annotated[Line, Ask("理由", "为什么推荐?", privacy=Privacy.STAFF)]
    is_register_clear: Annotated[
        YesNo, Ask("登记簿已核对", "查过登记簿,没有质押、查封、未缴年费?", privacy=Privacy.STAFF)
    ]
    # Read out of what the firm handed in, for the sheet that valuers and banks get.
    revenue: Annotated[Amount | None, Ask("上年营业收入", "上年营业收入(元)?按财务报表填,没看到就空着。")] = None
    debt_ratio: Annotated[
        Percent | None, Ask("资产负债率", "上年末资产负债率(%)?", refusal="填0到100的数;超过100的写在理由里。")
    ] = None
    loans: Annotated[Line | None, Ask("现有借款", "在哪家、还有多少?没有写“无”。")] = None
    tax_credit: Annotated[Line | None, Ask("纳税信用等级", "哪一级、哪年的?")] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        if values.get("is_register_clear"):
            return {}
        return {"is_register_clear": "登记簿没核清,不能通过预审"}


class Valuation(Form):
    value_low: Annotated[Amount, Ask("评估下限", "评估值下限(元)?")]
    value_high: Annotated[Amount, Ask("评估上限", "评估值上限(元)?")]

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        return {"value_high": "比下限还低"} if values["value_high"] < values["value_low"] else {}


class Opinion(Form):
    limit: Annotated[Amount, Ask("额度", "同意的额度(元)?")]
    rate: Annotated[Percent, Ask("费率(年%)", "年费率?")]


class InsuranceQuote(Form):
    insured_sum: Annotated[Amount, Ask("保额", "保额多少(元)?")]
    premium: Annotated[Amount, Ask("保费", "一年保费(元)?")]
    exclusions: Annotated[Line | None, Ask("主要免赔", "哪些情形不赔?")] = None


class InvestorInterest(Form):
    is_interested: Annotated[YesNo, Ask("愿意接触", "愿不愿意和企业接触?")]
    note: Annotated[Line | None, Ask("说明", "想先看什么材料?")] = None


class Terms(Form):
    amount: Annotated[Amount, Ask("批准金额", "批准多少(元)?")]
    rate: Annotated[Percent, Ask("年利率%", "年利率?")]
    term_months: Annotated[Months, Ask("期限", "多少个月?")]


class Registration(Form):
    number: Annotated[Line, Ask("登记号", "质押登记号?")]
    registered_on: Annotated[Day, Ask("登记日", "登记日期?")]


class Disbursement(Form):
    disbursed_on: Annotated[Day, Ask("放款日", "放款日期?")]
    due_on: Annotated[Day, Ask("到期日", "还款到期日?")]

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        return {"due_on": "要晚于放款日"} if values["due_on"] <= values["disbursed_on"] else {}


class Repayment(Form):
    repaid_on: Annotated[Day, Ask("还清日", "本息还清的日期?")]


class Deregistration(Form):
    deregistered_on: Annotated[Day, Ask("注销日", "质押登记注销的日期?")]
    number: Annotated[Line | None, Ask("注销通知书号", "通知书编号?")] = None


class Default(Form):
    overdue_on: Annotated[Day, Ask("逾期日", "从哪天起逾期?")]
    principal: Annotated[Amount, Ask("未还本金", "还有多少本金没还(元)?")]
    reason: Annotated[Line, Ask("原因", "为什么逾期?", privacy=Privacy.STAFF)]


class Claim(Form):
    claimed_on: Annotated[Day, Ask("申请日", "哪天提交补偿申请?")]
    loss: Annotated[Amount, Ask("本金损失", "申报的本金损失(元)?")]
    overdue_days: Annotated[Count, Ask("已逾期(天)", "到申请日逾期几天?")]


class Compensation(Form):
    paid: Annotated[Amount, Ask("补偿金额", "补偿了多少(元)?")]
    paid_on: Annotated[Day, Ask("补偿日", "哪天到账?")]
