"""质押融资: a loan on the strength of patents, from recommendation to settlement, with one accountable broker."""

from datetime import timedelta
from typing import Annotated

from models import CaseOutcome
from services.catalogue.fields import (
    Amount,
    Ask,
    Choice,
    CompanyName,
    Day,
    Form,
    Line,
    Months,
    PatentNumbers,
    Percent,
    Phone,
    Privacy,
    RegionName,
)
from services.catalogue.model import (
    EVERYBODY,
    STAFF_MOVES,
    Clock,
    Move,
    Party,
    Service,
    Stage,
    Task,
    WantedDocument,
)
from services.catalogue.pledge_checks import check_pledge


class LoanUse(Choice):
    WORKING_CAPITAL = "working_capital", "日常周转"
    RESEARCH = "research", "研发投入"
    EQUIPMENT = "equipment", "买设备"
    REPAY_OTHER = "other", "其他"


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
    use: Annotated[LoanUse, Ask("用途", "钱主要用在哪儿?")]
    company: Annotated[
        CompanyName, Ask("企业", "贷款的是哪家企业?请发全称。", "广州云测科技有限公司", profile="company")
    ]
    region: Annotated[RegionName, Ask("所在地", "企业在哪个区?", "广州市南沙区", profile="region")]
    phone: Annotated[
        Phone, Ask("联系电话", "专员打哪个电话找您?", "13800138000", privacy=Privacy.PERSONAL, profile="phone")
    ]


class Recommendation(Form):
    bank: Annotated[Line, Ask("推荐银行", "推荐哪家银行?")]
    reason: Annotated[Line, Ask("理由", "为什么推荐?", privacy=Privacy.STAFF)]


class Valuation(Form):
    value_low: Annotated[Amount, Ask("评估下限", "评估值下限?")]
    value_high: Annotated[Amount, Ask("评估上限", "评估值上限?")]


class Opinion(Form):
    limit: Annotated[Amount, Ask("额度", "同意的额度?")]
    rate: Annotated[Percent, Ask("费率(年%)", "年费率?")]


class Terms(Form):
    amount: Annotated[Amount, Ask("批准金额", "批准多少?")]
    rate: Annotated[Percent, Ask("年利率%", "年利率?")]
    term_months: Annotated[Months, Ask("期限", "多少个月?")]


class Registration(Form):
    number: Annotated[Line, Ask("登记号", "质押登记号?")]
    registered_on: Annotated[Day, Ask("登记日", "登记日期?")]


class Disbursement(Form):
    disbursed_on: Annotated[Day, Ask("放款日", "放款日期?")]
    due_on: Annotated[Day, Ask("到期日", "还款到期日?")]


class Refusal(Form):
    reason: Annotated[Line, Ask("原因", "不能继续的原因?(会告诉企业)", is_told=True)]


WITHDRAW = Move("withdrawn", "撤回", EVERYBODY, tells="质押融资 {number} 已撤回。材料还留着,想再办随时说。")
DECLINE = Move("declined", "终止", STAFF_MOVES, asks=Refusal, tells="质押融资 {number} 没能继续,原因专员会跟您说清楚。")

SERVICE = Service(
    key="pledge_financing",
    letters="RZ",
    name="质押融资",
    intro="质押融资由一位专员负责到底,从评估、担保到放款。能不能贷、贷多少由银行定。",
    topic="financing",
    intents=frozenset({"financing_apply"}),
    form=PledgeForm,
    submitted="已提交,单号 {number}。{promised}前专员联系您。",
    documents=(
        WantedDocument("licence", "营业执照", "证明借款主体", for_parties=True),
        WantedDocument("certificate", "专利证书", "证明权属", for_parties=True),
        WantedDocument("statements", "近两年财务报表", "银行看还款能力"),
        WantedDocument("consent", "共有人同意书", "专利有共有人时必须全体同意", for_parties=True),
        WantedDocument("contract", "质押合同", "质押登记要用", for_parties=True),
    ),
    tasks=(
        Task("valuation", "专利评估", Party.VALUER, Valuation, 7, ("patents", "company", "region")),
        Task(
            "guarantee",
            "担保意见",
            Party.GUARANTOR,
            Opinion,
            5,
            ("amount", "term_months", "patents", "company", "region"),
        ),
        Task(
            "insurance",
            "保险意见",
            Party.INSURER,
            Opinion,
            5,
            ("amount", "term_months", "patents", "company", "region"),
        ),
        Task(
            "review",
            "银行审批",
            Party.BANK,
            Terms,
            10,
            ("amount", "term_months", "patents", "use", "company", "region"),
        ),
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
                    asks=Recommendation,
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
                    asks=Terms,
                    tells="质押融资 {number} 银行已批准,下一步签质押合同、办质押登记。",
                ),
                DECLINE,
                WITHDRAW,
            ),
            tasks=("valuation", "guarantee", "insurance", "review"),
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
                    asks=Registration,
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
                    asks=Disbursement,
                    tells="质押融资 {number} 已放款。还款日前会提醒您。",
                ),
                DECLINE,
            ),
        ),
        Stage(
            "disbursed",
            "还款中",
            "已放款,在还款期。",
            (
                Move(
                    "settled",
                    "已结清",
                    STAFF_MOVES,
                    tells="质押融资 {number} 已结清。记得注销质押登记,专利才能再转让。",
                ),
                Move(
                    "defaulted",
                    "逾期代偿",
                    STAFF_MOVES,
                    asks=Refusal,
                    tells="质押融资 {number} 已逾期,请尽快联系专员商量怎么还。",
                ),
            ),
        ),
        Stage(
            "defaulted",
            "代偿中",
            "贷款逾期,在按约定处理。",
            (Move("settled", "已结清", STAFF_MOVES, tells="质押融资 {number} 已结清。记得注销质押登记。"),),
        ),
        Stage("settled", "已结清", "已结清。", outcome=CaseOutcome.DONE),
        Stage("declined", "未通过", "没能继续。", outcome=CaseOutcome.REFUSED),
        Stage("withdrawn", "已撤回", "已撤回。", outcome=CaseOutcome.WITHDRAWN),
    ),
    clocks=(
        Clock("prescreen", "预审", frozenset({"submitted"}), working_hours=16, reminders=(timedelta(hours=4),)),
        Clock("parties", "评担险贷", frozenset({"recommended"}), working_hours=120, reminders=(timedelta(days=3),)),
        Clock("register", "质押登记", frozenset({"approved"}), working_hours=80, reminders=(timedelta(days=2),)),
    ),
    check=check_pledge,
    guide_question="用专利抵押贷款要走哪些步骤",
)
