"""孵化投资: room, capital or a developer for a project; both sides say yes before they meet; nothing is promised."""

from datetime import timedelta
from typing import Annotated

from models import CaseOutcome
from services.catalogue.common import WITHDRAWN, CompanyField, Outcome, PhoneField, RegionField, refusal, withdrawal
from services.catalogue.fields import Amount, Ask, Choice, Condition, Count, Form, Line, Paragraph, Privacy, YesNo
from services.catalogue.incubation_checks import check_incubation, said_vacancy
from services.catalogue.model import (
    OWNER_MOVES,
    STAFF_MOVES,
    Clock,
    Move,
    News,
    Party,
    Service,
    Stage,
    Task,
    WantedDocument,
)
from services.catalogue.sectors import Sector

NAME = "孵化投资"


class Want(Choice):
    SPACE = "space", "找场地"
    CAPITAL = "capital", "找投资"
    DEVELOPER = "developer", "找技术开发方"


class ProjectForm(Form):
    wants: Annotated[list[Want], Ask("需要", "项目需要什么?")]
    sector: Annotated[Sector, Ask("行业", "项目属于哪个行业?")]
    project: Annotated[Line, Ask("项目", "一句话说项目,没公开的技术细节别写。", "工业污水除盐设备")]
    stage: Annotated[Line, Ask("进展", "做到哪一步了?", "样机已跑通,有3家试用")]
    area: Annotated[
        Count | None, Ask("面积(平方米)", "要多大场地?", "200", only_if=Condition("wants", frozenset({"space"})))
    ] = None
    tell_vacancy: Annotated[
        YesNo | None,
        Ask(
            "空房通知",
            "以后有合适的空房,要不要发消息告诉您?随时可以关。",
            only_if=Condition("wants", frozenset({"space"})),
        ),
    ] = None
    funding: Annotated[
        Amount | None, Ask("融资额", "想融多少?", "500万", only_if=Condition("wants", frozenset({"capital"})))
    ] = None
    knows_risk: Annotated[
        YesNo | None,
        Ask(
            "风险知晓",
            "股权投资有风险,平台不保证投成、不保证收益。清楚吗?",
            only_if=Condition("wants", frozenset({"capital"})),
        ),
    ] = None
    pitch: Annotated[Paragraph | None, Ask("亮点", "对投资人或孵化器最想说的一点?", privacy=Privacy.PARTIES)] = None
    company: CompanyField
    region: RegionField
    phone: PhoneField


class Answer(Form):
    interested: Annotated[YesNo, Ask("是否感兴趣", "愿意见面吗?")]
    reason: Annotated[Line, Ask("理由", "看中什么,或者差什么?")]


class Introduced(Form):
    partner: Annotated[Line, Ask("对接方", "和谁见面?(会告诉企业)", is_told=True)]
    why: Annotated[Line, Ask("对得上的地方", "为什么合适?(会告诉企业)", is_told=True)]


SEES = ("wants", "sector", "project", "stage", "area", "funding", "pitch", "region")
SERVICE = Service(
    key="incubation",
    letters="FH",
    name=NAME,
    intro="孵化投资对接由专员受理,双方都愿意才见面,不承诺投资结果。",
    topic="incubation",
    intents=frozenset({"incubation"}),
    form=ProjectForm,
    submitted="已提交,单号 {number}。{promised}前专员联系您。",
    documents=(WantedDocument("plan", "项目介绍", "对方先看这个", for_parties=True),),
    tasks=(
        Task("incubator", "孵化器意见", Party.INCUBATOR, Answer, 5, SEES),
        Task("investor", "投资机构意见", Party.INVESTOR, Answer, 10, SEES),
        Task("developer", "开发方意见", Party.DEVELOPER, Answer, 7, SEES),
    ),
    stages=(
        Stage(
            "submitted",
            "受理",
            "已提交,专员在看。",
            (
                Move("matching", "开始对接", STAFF_MOVES, tells="孵化投资 {number} 开始对接,有人愿意见面就告诉您。"),
                refusal(NAME),
                withdrawal(NAME),
            ),
        ),
        Stage(
            "matching",
            "对接中",
            "在找合适的场地、投资方或开发方。",
            (
                Move(
                    "introduced",
                    "有人愿意见面",
                    STAFF_MOVES,
                    asks=Introduced,
                    tells="孵化投资 {number} 有一家愿意见面。想见回复“愿意见面”,不想见回复“换一家”。",
                ),
                refusal(NAME, verb="暂无合适"),
                withdrawal(NAME),
            ),
            tasks=("incubator", "investor", "developer"),
        ),
        Stage(
            "introduced",
            "待您确认",
            "有一家愿意见面,等您答复。",
            (
                Move("meeting", "愿意见面", OWNER_MOVES, tells="好,专员安排见面,单号 {number}。"),
                Move("matching", "换一家", OWNER_MOVES, tells="好,接着给孵化投资 {number} 找。"),
                withdrawal(NAME),
            ),
        ),
        Stage(
            "meeting",
            "洽谈中",
            "双方在谈。",
            (
                Move("admitted", "谈成", STAFF_MOVES, asks=Outcome, tells="孵化投资 {number} 谈成了。"),
                Move("matching", "没谈成", STAFF_MOVES, tells="这家没谈成,孵化投资 {number} 接着找。"),
                withdrawal(NAME),
            ),
        ),
        Stage("admitted", "已入驻或已投", "谈成了。", outcome=CaseOutcome.DONE),
        Stage("refused", "未受理", "没能继续办。", outcome=CaseOutcome.REFUSED),
        WITHDRAWN,
    ),
    clocks=(
        Clock("intake", "受理", frozenset({"submitted"}), working_hours=14, reminders=(timedelta(hours=3),)),
        Clock("matching", "对接", frozenset({"matching"}), working_hours=140, reminders=(timedelta(days=3),)),
    ),
    check=check_incubation,
    news=News("incubator_space", "空房", "tell_vacancy", said_vacancy),
)
