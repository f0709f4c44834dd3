"""知识产权证券化: an expression of interest for a pool of licensed rights; issuers decide, nobody is promised money."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from core.i18n import chinese_amount
from models import CaseOutcome, DatedRecord
from nlp.rules.periods import add_months
from services.catalogue.common import (
    CONSENT,
    FILED,
    LICENCE,
    WITHDRAWN,
    CompanyField,
    CoOwnersField,
    PhoneField,
    Refusal,
    RegionField,
    risk_notice,
    withdrawal,
)
from services.catalogue.facts import Facts, Finding, Level
from services.catalogue.fields import (
    Amount,
    Ask,
    Confirmed,
    Form,
    Line,
    PatentNumbers,
    YesNo,
)
from services.catalogue.model import STAFF_MOVES, Clock, Move, Party, Service, Stage, Task, WantedDocument
from services.catalogue.pledge_forms import Valuation
from services.catalogue.rights import check_owners, check_rights, named_patents
from services.catalogue.sheets import FOR_VALUERS, pool_sheet
from services.dated_data.lookup import find_nearest, said_source

PLEDGED = "《民法典》第四百四十四条"


class PoolForm(Form):
    patents: Annotated[PatentNumbers, Ask("专利", "想放进去的是哪几件专利?发专利号,用逗号隔开。", "ZL202110123456.7")]
    yearly_income: Annotated[Amount, Ask("年许可收入", "这些专利一年许可费收入多少?没有许可收入就说“算了”。", "120万")]
    amount: Annotated[Amount, Ask("想融金额", "想融多少?", "1000万")]
    has_co_owners: CoOwnersField
    is_encumbered: Annotated[
        YesNo, Ask("已质押或查封", "有没有已经质押、被查封、在打官司的?", refusal="请回复“有”或“没有”。")
    ]
    company: CompanyField
    region: RegionField
    phone: PhoneField
    knows_risk: Annotated[
        Confirmed,
        risk_notice("能不能入池、发不发得成由发行方和监管定,可能要转让或质押专利、承担回购,前期费用不退。"),
    ]


class Forwarded(Form):
    issuer: Annotated[Line, Ask("交给谁", "材料交给了哪家发行方或信托?")]


class Result(Form):
    note: Annotated[Line, Ask("结果", "发行方怎么说?", is_told=True)]


def check_pool(facts: Facts) -> list[Finding]:
    """The pool's conditions of the place, one by one, then what is said of each right."""
    rule = find_nearest(facts.session, "asset_pool_rule", region=facts.region, on=facts.today)
    months = int(rule.values["min_remaining_months"]) if rule is not None else 0
    until = add_months(facts.today, months)
    patents = named_patents(facts)
    found = check_rights(facts, patents, use="入池", until=until, too_short=f"剩不到{months}个月。")
    if rule is not None:
        usable = sum(1 for each in patents if each.lasts_beyond(until))
        found += _by_rule(facts, rule, usable)
    found += check_owners(facts, patents)
    if facts.form.get("is_encumbered"):
        found.append(Finding(Level.STOP, "已质押、被查封或在打官司的不能入池,先解除或换一件。", PLEDGED))
    return found


def _by_rule(facts: Facts, rule: DatedRecord, usable: int) -> Iterator[Finding]:
    values, source = rule.values, said_source(rule)
    enough = usable >= values["min_patents"]
    said = f"可入池专利{usable}件,条件是至少{values['min_patents']}件。"
    yield Finding(Level.FINE if enough else Level.GAP, said, source)
    income = int(facts.form.get("yearly_income") or 0)
    enough = income >= values["min_yearly_income"]
    said = f"年许可收入{chinese_amount(income)},条件是至少{chinese_amount(values['min_yearly_income'])}。"
    yield Finding(Level.FINE if enough else Level.GAP, said, source)


WITHDRAW = withdrawal("证券化意向")
DECLINE = Move("declined", "不能入池", STAFF_MOVES, asks=Refusal, tells="证券化意向 {number} 这次不能入池。")

SERVICE = Service(
    key="securitisation",
    letters="RZ",
    name="证券化意向",
    intro="知识产权证券化、信托只登记意向,由专员初步对照条件再交发行方。能不能入池由发行方定,平台不承诺。",
    topic="financing",
    intents=frozenset({"financing_apply"}),
    words=("证券化", "ABS", "abs", "信托"),
    phrases=("知识产权证券化", "专利证券化", "知识产权ABS", "知识产权abs"),
    form=PoolForm,
    submitted=FILED,
    documents=(
        LICENCE,
        WantedDocument("licences", "许可合同", "证明许可收入", for_parties=True),
        CONSENT,
    ),
    tasks=(
        Task(
            "valuation",
            "资产评估",
            Party.VALUER,
            Valuation,
            15,
            ("patents", "yearly_income", "has_co_owners", "is_encumbered", "company", "region"),
            sheet=FOR_VALUERS,
        ),
    ),
    stages=(
        Stage(
            "submitted",
            "待对照",
            "已登记,专员在对照条件。",
            (
                Move(
                    "valuing",
                    "条件大致符合",
                    STAFF_MOVES,
                    documents=("licences",),
                    tells="证券化意向 {number} 条件大致符合,在做资产评估。",
                ),
                DECLINE,
                WITHDRAW,
            ),
        ),
        Stage(
            "valuing",
            "评估中",
            "在做资产评估。",
            (
                Move(
                    "forwarded",
                    "交发行方",
                    STAFF_MOVES,
                    tasks=("valuation",),
                    asks=Forwarded,
                    tells="证券化意向 {number} 已交发行方,等它答复。",
                ),
                DECLINE,
                WITHDRAW,
            ),
            tasks=("valuation",),
        ),
        Stage(
            "forwarded",
            "等发行方",
            "已交发行方,等答复。",
            (
                Move(
                    "ended",
                    "有答复了",
                    STAFF_MOVES,
                    asks=Result,
                    tells="证券化意向 {number} 发行方有答复了,专员跟您说。",
                ),
                DECLINE,
                WITHDRAW,
            ),
        ),
        Stage("ended", "已结束", "发行方已答复。", outcome=CaseOutcome.DONE),
        Stage("declined", "未入池", "没能入池。", outcome=CaseOutcome.REFUSED),
        WITHDRAWN,
    ),
    clocks=(
        Clock("check", "对照", frozenset({"submitted"}), working_hours=35, reminders=(timedelta(days=1),)),
        Clock("valuing", "评估", frozenset({"valuing"}), working_hours=140, reminders=(timedelta(days=3),)),
    ),
    check=check_pool,
    sheet=pool_sheet,
)
