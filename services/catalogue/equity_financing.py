"""股权融资: an expression of interest in investors; a risk notice first, no promise of a return to anybody."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from models import CaseOutcome
from services.catalogue.common import (
    CONSENT,
    FILED,
    HAS_CO_OWNERS,
    LICENCE,
    LOOKED_AT,
    WITHDRAWN,
    CompanyField,
    CoOwnersField,
    PhoneField,
    Refusal,
    RegionField,
    risk_notice,
    withdrawal,
)
from services.catalogue.equity_shares import estimate_shares
from services.catalogue.facts import Facts, Finding, Level
from services.catalogue.fields import (
    Amount,
    Ask,
    Choice,
    Condition,
    Confirmed,
    Form,
    Line,
    Paragraph,
    PatentNumbers,
    Privacy,
)
from services.catalogue.incubation_checks import funds_for
from services.catalogue.model import EVERYBODY, STAFF_MOVES, Clock, Move, Party, Service, Stage, Task, WantedDocument
from services.catalogue.pledge_forms import InvestorInterest
from services.catalogue.rights import check_owners, check_rights, named_patents

IN_KIND = "《公司法》第四十八条、第四十九条"
TRANSFER = "《专利法》第十条"


class Way(Choice):
    CASH = "cash", "引进投资,出让股权"
    IN_KIND = "in_kind", "用专利作价入股"


IS_IN_KIND = Condition("way", frozenset({Way.IN_KIND.value}))


class EquityForm(Form):
    way: Annotated[Way, Ask("方式", "想怎么做?")]
    amount: Annotated[Amount, Ask("金额", "想融多少,或专利想作价多少?", "500万")]
    other_capital: Annotated[
        Amount | None,
        Ask("其他出资", "其他股东一共出多少?知道就说,好估算占股。", "1500万", only_if=IS_IN_KIND),
    ] = None
    patents: Annotated[PatentNumbers, Ask("核心专利", "核心专利是哪几件?发专利号。", "ZL202110123456.7")]
    has_co_owners: CoOwnersField
    project: Annotated[
        Paragraph,
        Ask("项目", "一句话说项目:做什么、到哪一步、钱用在哪。不要写没公开的技术细节。", privacy=Privacy.STAFF),
    ]
    company: CompanyField
    region: RegionField
    phone: PhoneField
    knows_risk: Annotated[
        Confirmed,
        risk_notice("股权会被稀释,专利作价入股后专利归公司,能不能融到、谁来投平台都不保证,平台不代收投资款。"),
    ]


class Introduction(Form):
    investor: Annotated[Line, Ask("投资机构", "介绍给了谁?")]


class Result(Form):
    note: Annotated[Line, Ask("结果", "谈得怎样?")]


def check_equity(facts: Facts) -> list[Finding]:
    """The rights behind the project, and what the law asks for where they become capital."""
    patents = named_patents(facts)
    found = [*check_rights(facts, patents, use="作价入股"), *check_owners(facts, patents)]
    if facts.form.get("way") == Way.IN_KIND:
        found.append(Finding(Level.GAP, "作价入股要评估作价,不得高估或者低估;专利权要转到公司名下。", IN_KIND))
        found.append(Finding(Level.GAP, "转让要书面合同并登记,登记之日起生效。", TRANSFER))
        return found
    return [*found, *funds_for(facts)]


WITHDRAW = withdrawal("股权融资意向")

SERVICE = Service(
    key="equity_financing",
    letters="RZ",
    name="股权融资意向",
    intro="股权融资只登记意向,由专员介绍投资机构。投不投、怎么投双方自己定,平台不承诺结果和收益。",
    topic="financing",
    intents=frozenset({"financing_apply"}),
    words=("股权", "入股", "投资人", "投资机构", "风投", "运营基金", "产业基金", "投我们"),
    phrases=("引进投资人", "引进投资", "出让股权", "出让点股权", "出让一点股权"),
    form=EquityForm,
    submitted=FILED,
    documents=(
        LICENCE,
        WantedDocument("plan", "商业计划书", "给投资机构看,只写已公开的技术", for_parties=True),
        replace(CONSENT, only_if=HAS_CO_OWNERS),
    ),
    tasks=(
        Task(
            "interest",
            "投资意向",
            Party.INVESTOR,
            InvestorInterest,
            10,
            ("way", "amount", "patents", "company", "region"),
        ),
    ),
    stages=(
        Stage(
            "submitted",
            "待核对",
            "已登记,专员在核对。",
            (
                Move("matching", "开始对接", STAFF_MOVES, tells="股权融资意向 {number} 开始对接投资机构。"),
                Move("declined", "暂不对接", STAFF_MOVES, asks=Refusal, tells="股权融资意向 {number} 暂时不能对接。"),
                WITHDRAW,
            ),
        ),
        Stage(
            "matching",
            "对接中",
            "在问投资机构的意向。",
            (
                Move(
                    "introduced",
                    "已介绍",
                    STAFF_MOVES,
                    tasks=("interest",),
                    asks=Introduction,
                    tells="股权融资意向 {number} 已介绍投资机构,请自己核实对方资质,别先付任何费用。",
                ),
                Move(
                    "declined", "没有机构接", STAFF_MOVES, asks=Refusal, tells="股权融资意向 {number} 这次没有机构接。"
                ),
                WITHDRAW,
            ),
            tasks=("interest",),
        ),
        Stage(
            "introduced",
            "已介绍",
            "已介绍投资机构,双方自己谈。",
            (Move("ended", "谈完了", EVERYBODY, asks=Result), WITHDRAW),
        ),
        Stage("ended", "已结束", "对接结束。", outcome=CaseOutcome.DONE),
        Stage("declined", "未对接", "没有对接上。", outcome=CaseOutcome.REFUSED),
        WITHDRAWN,
    ),
    clocks=(
        LOOKED_AT,
        Clock("matching", "对接", frozenset({"matching"}), working_hours=140, reminders=(timedelta(days=3),)),
    ),
    check=check_equity,
    estimate=estimate_shares,
    goes_with=("ip_insurance", "incubation"),
    guide_question="专利能当注册资本吗",
)
