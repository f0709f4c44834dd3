"""质押融资: a loan on the strength of patents, from recommendation to settlement, with one accountable broker."""

from dataclasses import replace
from datetime import date, timedelta

from models import CaseOutcome
from services.catalogue import pledge_forms as forms
from services.catalogue.abilities import Abilities
from services.catalogue.common import CONSENT, HAS_CO_OWNERS, WITHDRAWN, Refusal, withdrawal
from services.catalogue.fields import Condition
from services.catalogue.model import (
    STAFF_MOVES,
    Brought,
    Clock,
    ClockContext,
    Move,
    Party,
    Service,
    Stage,
    Task,
    WantedDocument,
)
from services.catalogue.news import Windows
from services.catalogue.pledge_checks import check_pledge
from services.catalogue.pledge_costs import estimate_pledge
from services.catalogue.pledge_forms import LinkedOffer
from services.catalogue.pledge_fund import check_claim, enter_payment
from services.catalogue.pledge_subsidies import SUBSIDY_SCHEME, said_window
from services.catalogue.sheets import FOR_BANKS, FOR_SURETIES, FOR_VALUERS, pledge_sheet

# What each party sees of the owner's form.
LOAN = ("amount", "term_months", "patents", "company", "region")
RIGHTS = ("patents", "has_co_owners", "is_encumbered", "company", "region")
MONEY = frozenset({"accounting"})
WITH_INSURANCE = Condition("linked", frozenset({LinkedOffer.INSURANCE.value, LinkedOffer.ALL.value}))
WITH_EQUITY = Condition("linked", frozenset({LinkedOffer.EQUITY.value, LinkedOffer.ALL.value}))

WITHDRAW = withdrawal("质押融资")
DECLINE = Move("declined", "终止", STAFF_MOVES, asks=Refusal, tells="质押融资 {number} 没能继续,专员会跟您说清楚。")
REPAID = Move(
    "repaid",
    "已还清",
    STAFF_MOVES,
    asks=forms.Repayment,
    tells="质押融资 {number} 的贷款已还清。接下来注销质押登记,专利才能再转让、许可、质押。",
)
DEFAULTED = Move(
    "defaulted",
    "已逾期",
    STAFF_MOVES,
    asks=forms.Default,
    tells="质押融资 {number} 已逾期,请尽快联系专员商量怎么还。",
)


def repayment_day(context: ClockContext) -> date | None:
    """When the loan is due, as the bank said when it paid."""
    return context.result_day("disbursed", "due_on")


SERVICE = Service(
    key="pledge_financing",
    letters="RZ",
    name="质押融资",
    intro="质押融资由一位专员负责到底,从评估、担保到放款。能不能贷、贷多少由银行定。",
    topic="financing",
    intents=frozenset({"financing_apply"}),
    form=forms.PledgeForm,
    submitted="已提交,单号 {number}。{promised}前专员联系您。",
    documents=(
        WantedDocument("licence", "营业执照", "证明借款主体", for_parties=True),
        WantedDocument("certificate", "专利证书", "证明权属", for_parties=True),
        WantedDocument("statements", "近两年财务报表", "银行看还款能力"),
        replace(CONSENT, for_parties=True, only_if=HAS_CO_OWNERS),
        WantedDocument("contract", "质押合同", "质押登记要用", for_parties=True, is_for_later=True),
        WantedDocument("release", "质押注销证明", "证明质权已经消灭", is_for_later=True),
    ),
    tasks=(
        Task("valuation", "专利评估", Party.VALUER, forms.Valuation, 7, RIGHTS, talents=MONEY, sheet=FOR_VALUERS),
        Task("guarantee", "担保意见", Party.GUARANTOR, forms.Opinion, 5, LOAN, sheet=FOR_SURETIES, is_priced=True),
        Task(
            "insurance",
            "贷款保险意见",
            Party.INSURER,
            forms.Opinion,
            5,
            LOAN,
            sheet=FOR_SURETIES,
            is_priced=True,
        ),
        Task(
            "review",
            "银行审批",
            Party.BANK,
            forms.Terms,
            10,
            (*LOAN, "use", "has_co_owners", "is_encumbered"),
            sheet=FOR_BANKS,
            is_priced=True,
        ),
        Task(
            "insurance_quote",
            "专利保险报价",
            Party.INSURER,
            forms.InsuranceQuote,
            5,
            RIGHTS,
            only_if=WITH_INSURANCE,
            is_priced=True,
        ),
        Task(
            "investor",
            "股权投资意向",
            Party.INVESTOR,
            forms.InvestorInterest,
            10,
            ("patents", "company", "region"),
            only_if=WITH_EQUITY,
        ),
        Task("compensation", "风险补偿", Party.AUTHORITY, forms.Compensation, 20, ("amount", "company", "region")),
    ),
    stages=(
        Stage(
            "submitted",
            "待预审",
            "已提交,专员正在预审。",
            (
                Move(
                    "recommended",
                    "通过预审",
                    STAFF_MOVES,
                    asks=forms.Recommendation,
                    tells="质押融资 {number} 通过预审,开始评估、担保、保险和银行审批。",
                ),
                DECLINE,
                WITHDRAW,
            ),
        ),
        Stage(
            "recommended",
            "评担险贷",
            "评估、担保、保险和银行在同时办理。",
            (
                Move(
                    "approved",
                    "银行已批",
                    STAFF_MOVES,
                    tasks=("review",),
                    asks=forms.Terms,
                    tells="质押融资 {number} 银行已批准,下一步签质押合同、办质押登记。",
                ),
                DECLINE,
                WITHDRAW,
            ),
            tasks=("valuation", "guarantee", "insurance", "review", "insurance_quote", "investor"),
        ),
        Stage(
            "approved",
            "待登记",
            "银行已批准,在办质押登记。",
            (
                Move(
                    "registered",
                    "登记完成",
                    STAFF_MOVES,
                    documents=("contract",),
                    asks=forms.Registration,
                    tells="质押融资 {number} 已办质押登记,质权自登记时设立,等银行放款。",
                ),
                DECLINE,
                WITHDRAW,
            ),
        ),
        Stage(
            "registered",
            "待放款",
            "质押已登记,等银行放款。",
            (
                Move(
                    "disbursed",
                    "已放款",
                    STAFF_MOVES,
                    asks=forms.Disbursement,
                    tells="质押融资 {number} 已放款。还款日前30天、7天、1天提醒您。",
                ),
                DECLINE,
            ),
        ),
        Stage("disbursed", "还款中", "已放款,在还款期。", (REPAID, DEFAULTED)),
        Stage(
            "defaulted",
            "已逾期",
            "贷款逾期,专员在和您、银行商量怎么还。",
            (
                REPAID,
                Move(
                    "claimed",
                    "申请风险补偿",
                    STAFF_MOVES,
                    asks=forms.Claim,
                    refuses=check_claim,
                    tells="质押融资 {number} 的银行在申请风险补偿。补偿的是银行的损失,欠款仍要还。",
                ),
            ),
        ),
        Stage(
            "claimed",
            "补偿申请中",
            "银行在申请风险补偿,欠款仍要还。",
            (
                Move(
                    "compensated",
                    "已补偿",
                    STAFF_MOVES,
                    tasks=("compensation",),
                    asks=forms.Compensation,
                    ledger=enter_payment,
                ),
                Move("defaulted", "补偿没批", STAFF_MOVES, asks=forms.Default),
                REPAID,
            ),
            tasks=("compensation",),
        ),
        Stage(
            "compensated",
            "追偿中",
            "银行的损失得到补偿,欠款仍在追偿。",
            (
                REPAID,
                Move(
                    "written_off",
                    "核销结束",
                    STAFF_MOVES,
                    asks=Refusal,
                    tells="质押融资 {number} 按核销结束。",
                ),
            ),
        ),
        Stage(
            "repaid",
            "待注销登记",
            "贷款已还清,在办质押注销登记。",
            (
                Move(
                    "settled",
                    "已注销",
                    STAFF_MOVES,
                    documents=("release",),
                    asks=forms.Deregistration,
                    tells="质押融资 {number} 已结清,质押登记已注销,专利可以自由处分了。",
                ),
            ),
        ),
        Stage("settled", "已结清", "已结清,质押登记已注销。", outcome=CaseOutcome.DONE),
        Stage("written_off", "已核销", "已核销。", outcome=CaseOutcome.REFUSED, asks_verdict=False),
        Stage("declined", "未通过", "没能继续。", outcome=CaseOutcome.REFUSED),
        WITHDRAWN,
    ),
    clocks=(
        Clock("prescreen", "预审", frozenset({"submitted"}), working_hours=16, reminders=(timedelta(hours=4),)),
        Clock("parties", "评担险贷", frozenset({"recommended"}), working_hours=120, reminders=(timedelta(days=3),)),
        Clock("register", "质押登记", frozenset({"approved"}), working_hours=80, reminders=(timedelta(days=2),)),
        Clock(
            "repayment",
            "还款",
            frozenset({"disbursed"}),
            day=repayment_day,
            source="借款合同",
            is_contractual=True,
            reminders=(timedelta(days=30), timedelta(days=7), timedelta(days=1)),
            tells_owner="质押融资 {number} 的贷款{due}到期。按期还清;周转不开请现在就告诉专员,展期要银行同意。",
        ),
        Clock(
            "deregistration",
            "质押注销登记",
            frozenset({"repaid"}),
            working_hours=70,
            reminders=(timedelta(days=7), timedelta(days=2)),
            tells_owner="质押融资 {number} 的贷款已还清,请在{due}前和银行办质押注销登记,不注销专利不便转让、许可。",
        ),
        Clock("claim", "风险补偿", frozenset({"claimed"}), working_hours=210, reminders=(timedelta(days=5),)),
    ),
    abilities=Abilities(always=frozenset({"brokerage"})),
    is_brokered=True,
    check=check_pledge,
    estimate=estimate_pledge,
    sheet=pledge_sheet,
    brought=Brought("disbursed", ("approved", "amount")),
    goes_with=("ip_insurance", "programme_application"),
    windows=Windows(
        SUBSIDY_SCHEME,
        "补贴窗口",
        frozenset({"approved", "registered", "disbursed", "repaid", "settled"}),
        days=(15, 5, 1),
        said=said_window,
        about="付过这项费用的才报得上,批不批由主管部门定。要申报就说“补贴奖励”,专员帮您准备材料。",
    ),
    guide_question="用专利抵押贷款要走哪些步骤",
)
