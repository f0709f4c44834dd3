"""保险理赔: something happened; the insurer is told at once, and both sides' time limits are watched."""

from datetime import date, timedelta
from typing import Annotated

from models import CaseOutcome
from nlp.rules.periods import add_months
from services.catalogue.common import WITHDRAWN, PhoneField, Refusal, RegionField
from services.catalogue.facts import Facts, Finding, Level
from services.catalogue.fields import (
    Amount,
    Ask,
    CompanyName,
    Day,
    Form,
    Line,
    Paragraph,
    Privacy,
    YesNo,
)
from services.catalogue.model import (
    EVERYBODY,
    STAFF_MOVES,
    Clock,
    ClockContext,
    Move,
    Party,
    Service,
    Stage,
    Task,
    WantedDocument,
)

LIMITATION_MONTHS, DECISION_DAYS = 24, 30
LIMITATION = "《保险法》第二十六条"
DECISION = "《保险法》第二十三条"
TELL_AT_ONCE = "《保险法》第二十一条"


class ClaimForm(Form):
    policy: Annotated[Line, Ask("保单号", "保单号是多少?没带在手边就写保险机构名。")]
    known_on: Annotated[Day, Ask("知道的日期", "哪天知道出事的?", "11月20日")]
    what: Annotated[Paragraph, Ask("经过", "发生了什么?写清谁、在哪儿、做了什么。", privacy=Privacy.STAFF)]
    loss: Annotated[Amount, Ask("估计损失", "估计花了或损失多少?", "20万")]
    company: Annotated[
        CompanyName, Ask("企业", "被保险的是哪家企业?请发全称。", "广州云测科技有限公司", profile="company")
    ]
    region: RegionField
    phone: PhoneField


class Notified(Form):
    insurer: Annotated[Line, Ask("保险机构", "通知了哪家?")]
    notified_on: Annotated[Day, Ask("报案日", "哪天报的案?")]
    requested_on: Annotated[Day, Ask("索赔日", "哪天交齐材料请求赔偿?")]


class Decision(Form):
    is_covered: Annotated[YesNo, Ask("属于保险责任", "赔不赔?")]
    amount: Annotated[Amount | None, Ask("核定金额", "核定赔多少(元)?")] = None
    note: Annotated[Line | None, Ask("说明", "不赔的理由,或少赔的理由?")] = None


class Paid(Form):
    paid: Annotated[Amount, Ask("赔付金额", "赔了多少(元)?")]
    paid_on: Annotated[Day, Ask("到账日", "哪天到账?")]


def limitation_day(context: ClockContext) -> date | None:
    """Two years from the day on which the insured knew."""
    known = context.form.get("known_on")
    return add_months(date.fromisoformat(str(known)), LIMITATION_MONTHS) if known else None


def decision_day(context: ClockContext) -> date | None:
    """Thirty days from the request, for cases that are not simple."""
    requested = context.result_day("notified", "requested_on")
    return requested + timedelta(days=DECISION_DAYS) if requested else None


def check_claim(facts: Facts) -> list[Finding]:
    """How long the owner may wait, and that waiting costs."""
    known = date.fromisoformat(str(facts.form["known_on"]))
    if known > facts.today:
        return [Finding(Level.STOP, "知道的日期在今天以后,请核对。")]
    last = add_months(known, LIMITATION_MONTHS)
    said = f"{last.year}年{last.month}月{last.day}日"
    if last < facts.today:
        return [Finding(Level.STOP, f"请求赔偿的时效到{said}已经过了,先请专员看有没有中断。", LIMITATION)]
    return [
        Finding(Level.FINE, f"请求赔偿的时效到{said}。", LIMITATION),
        Finding(Level.GAP, "要马上通知保险机构:晚通知、查不清的部分可能不赔。", TELL_AT_ONCE),
    ]


WITHDRAW = Move("withdrawn", "撤回", EVERYBODY, tells="保险理赔 {number} 已撤回。")

SERVICE = Service(
    key="insurance_claim",
    letters="RZ",
    name="保险理赔",
    intro="保险理赔由专员帮您通知保险机构、备材料、盯核定期限。赔不赔、赔多少由保险机构按合同定。",
    topic="financing",
    intents=frozenset({"financing_apply"}),
    words=("理赔", "出险", "索赔", "保险赔", "保险报案"),
    phrases=("保险理赔", "保险报案", "保险出险", "保险索赔", "出险了"),
    form=ClaimForm,
    submitted="已提交,单号 {number}。{promised}前专员联系您。别等,现在也可以先打保险机构的报案电话。",
    documents=(
        WantedDocument("policy", "保险单", "证明投保", for_parties=True),
        WantedDocument("proof", "事故和损失证明", "公证书、起诉状、发票等", for_parties=True),
    ),
    tasks=(
        Task("decision", "理赔核定", Party.INSURER, Decision, 20, ("policy", "known_on", "loss", "company", "region")),
    ),
    stages=(
        Stage(
            "submitted",
            "待报案",
            "已提交,专员在通知保险机构。",
            (
                Move(
                    "notified",
                    "已报案",
                    STAFF_MOVES,
                    documents=("proof",),
                    asks=Notified,
                    tells="保险理赔 {number} 已报案,等保险机构核定。",
                ),
                Move("refused", "不能理赔", STAFF_MOVES, asks=Refusal, tells="保险理赔 {number} 没能继续。"),
                WITHDRAW,
            ),
        ),
        Stage(
            "notified",
            "核定中",
            "已报案,保险机构在核定。",
            (
                Move("paid", "已赔付", STAFF_MOVES, tasks=("decision",), asks=Paid, tells="保险理赔 {number} 已赔付。"),
                Move(
                    "refused",
                    "不予赔付",
                    STAFF_MOVES,
                    tasks=("decision",),
                    asks=Refusal,
                    tells="保险理赔 {number} 保险机构不赔,不服可以协商、诉讼。",
                ),
                WITHDRAW,
            ),
            tasks=("decision",),
        ),
        Stage("paid", "已赔付", "已赔付。", outcome=CaseOutcome.DONE),
        Stage("refused", "未赔付", "没有赔付。", outcome=CaseOutcome.REFUSED),
        WITHDRAWN,
    ),
    clocks=(
        Clock("notice", "报案", frozenset({"submitted"}), working_hours=7, reminders=(timedelta(hours=2),)),
        Clock(
            "decision",
            "理赔核定",
            frozenset({"notified"}),
            day=decision_day,
            source=DECISION,
            reminders=(timedelta(days=7),),
        ),
        Clock(
            "limitation",
            "索赔时效",
            frozenset({"submitted", "notified"}),
            day=limitation_day,
            source=LIMITATION,
            reminders=(timedelta(days=90), timedelta(days=30)),
            tells_owner="保险理赔 {number} 的索赔时效到{due},之前没有结果请尽快和专员商量起诉。",
        ),
    ),
    check=check_claim,
)
