"""知识产权保险: a quote for insuring rights, from several insurers' products; the contract is the insurer's."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from models import CaseOutcome
from services.catalogue.common import LOOKED_AT, WITHDRAWN, PhoneField, Refusal, RegionField
from services.catalogue.fields import (
    Amount,
    Ask,
    Choice,
    CompanyName,
    Day,
    Form,
    Line,
    PatentNumbers,
    YesNo,
)
from services.catalogue.insurance_checks import check_insurance, estimate_insurance
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
from services.catalogue.pledge_forms import InsuranceQuote


class Cover(Choice):
    """The same values as services/dated_data/money_products.InsuranceType, without what goes with a loan."""

    ENFORCEMENT = "enforcement", "被人侵权,保维权费用"
    DEFENCE = "defence", "怕被告侵权,保应诉和赔偿"
    OVERSEAS = "overseas", "出口参展,保海外纠纷"


class InsuranceForm(Form):
    cover: Annotated[Cover, Ask("想保什么", "想保哪一种?")]
    patents: Annotated[PatentNumbers, Ask("专利", "哪几件专利?发专利号,多件用逗号隔开。", "ZL202110123456.7")]
    insured_sum: Annotated[Amount, Ask("保额", "希望最多赔多少?", "50万")]
    has_dispute: Annotated[
        YesNo, Ask("已有纠纷", "这些专利现在有没有纠纷?(要如实说,已发生的一般不赔)", refusal="请回复“有”或“没有”。")
    ]
    company: Annotated[
        CompanyName, Ask("企业", "投保的是哪家企业?请发全称。", "广州云测科技有限公司", profile="company")
    ]
    region: RegionField
    phone: PhoneField


class Quoted(Form):
    insurer: Annotated[Line, Ask("保险机构", "哪家的报价?")]
    insured_sum: Annotated[Amount, Ask("保额", "保额多少(元)?")]
    premium: Annotated[Amount, Ask("保费", "一年保费(元)?")]
    valid_until: Annotated[Day, Ask("报价有效到", "报价到哪天有效?")]


class Policy(Form):
    number: Annotated[Line, Ask("保单号", "保单号?")]
    begins_on: Annotated[Day, Ask("起保日", "从哪天起?")]
    ends_on: Annotated[Day, Ask("到期日", "到哪天止?")]

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        return {"ends_on": "要晚于起保日"} if values["ends_on"] <= values["begins_on"] else {}


WITHDRAW = Move("withdrawn", "不投保了", EVERYBODY, tells="知识产权保险 {number} 已撤回。想再问价随时说。")
DECLINE = Move("declined", "不能承保", STAFF_MOVES, asks=Refusal, tells="知识产权保险 {number} 这次不能承保。")

SERVICE = Service(
    key="ip_insurance",
    letters="RZ",
    name="知识产权保险",
    intro="知识产权保险由专员向保险机构询价,报价出来您再决定。保不保、赔不赔以保险合同为准。",
    topic="financing",
    intents=frozenset({"financing_apply"}),
    words=("专利保险", "知识产权保险", "商标保险", "买保险", "买个保险", "投保", "投个保", "保险报价"),
    form=InsuranceForm,
    submitted="已提交,单号 {number}。{promised}前专员联系您。",
    documents=(
        WantedDocument("licence", "营业执照", "证明投保主体", for_parties=True),
        WantedDocument("certificate", "专利证书", "证明权属", for_parties=True),
        WantedDocument("policy", "保险单", "留底,理赔时要用", is_for_later=True),
    ),
    tasks=(
        Task(
            "quote",
            "保险报价",
            Party.INSURER,
            InsuranceQuote,
            5,
            ("cover", "patents", "insured_sum", "has_dispute", "company", "region"),
        ),
    ),
    stages=(
        Stage(
            "submitted",
            "待核对",
            "已提交,专员正在核对。",
            (
                Move("quoting", "开始询价", STAFF_MOVES, tells="知识产权保险 {number} 开始向保险机构询价。"),
                DECLINE,
                WITHDRAW,
            ),
        ),
        Stage(
            "quoting",
            "询价中",
            "保险机构在报价。",
            (
                Move(
                    "quoted",
                    "报价已出",
                    STAFF_MOVES,
                    tasks=("quote",),
                    asks=Quoted,
                    tells="知识产权保险 {number} 报价出来了,专员会和您逐条核对免赔情形,再决定投不投。",
                ),
                DECLINE,
                WITHDRAW,
            ),
            tasks=("quote",),
        ),
        Stage(
            "quoted",
            "待决定",
            "报价已出,等您决定。",
            (
                Move(
                    "insured",
                    "已投保",
                    STAFF_MOVES,
                    asks=Policy,
                    documents=("policy",),
                    tells="知识产权保险 {number} 已投保。出了事请尽快说“保险理赔”,晚报可能少赔。",
                ),
                DECLINE,
                WITHDRAW,
            ),
        ),
        Stage("insured", "已投保", "已投保。", outcome=CaseOutcome.DONE),
        Stage("declined", "未承保", "这次没能承保。", outcome=CaseOutcome.REFUSED),
        WITHDRAWN,
    ),
    clocks=(
        LOOKED_AT,
        Clock("quotes", "询价", frozenset({"quoting"}), working_hours=49, reminders=(timedelta(days=2),)),
    ),
    check=check_insurance,
    estimate=estimate_insurance,
    goes_with=("pledge_financing",),
    guide_question="专利保险是保什么的",
)
