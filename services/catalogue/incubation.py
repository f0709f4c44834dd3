"""孵化投资: room, capital or a developer for a project; both sides say yes before they meet; nothing is promised.

A project that was taken in stays a case until it graduates or leaves.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from core.i18n import chinese_date
from models import CaseOutcome
from services.catalogue.abilities import Abilities
from services.catalogue.common import WITHDRAWN, CompanyField, Outcome, PhoneField, RegionField, refusal, withdrawal
from services.catalogue.facts import Facts
from services.catalogue.fields import (
    Amount,
    Ask,
    Choice,
    Condition,
    Count,
    Day,
    Form,
    Line,
    Paragraph,
    Privacy,
    YesNo,
)
from services.catalogue.incubation_checks import check_incubation, said_vacancy
from services.catalogue.model import (
    OWNER_MOVES,
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
from services.catalogue.news import News
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


class Admission(Form):
    incubator: Annotated[Line, Ask("孵化器", "入驻哪家孵化器?(会告诉企业)", is_told=True)]
    admitted_on: Annotated[Day, Ask("入驻日", "哪天入驻?", is_told=True)]
    until: Annotated[Day | None, Ask("孵化期到", "协议约定到哪天?没约定不填。(会告诉企业)", is_told=True)] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        until = values.get("until")
        return {"until": "要晚于入驻日"} if until is not None and until <= values["admitted_on"] else {}


class Renewal(Form):
    until: Annotated[Day, Ask("续到", "新的协议到哪天?(会告诉企业)", is_told=True)]


class Graduation(Form):
    graduated_on: Annotated[Day, Ask("毕业日", "孵化器哪天确认毕业?", is_told=True)]
    summary: Annotated[Line, Ask("去向", "毕业后去哪儿、做到哪一步?(会告诉企业)", is_told=True)]


class Leaving(Form):
    left_on: Annotated[Day, Ask("退出日", "哪天退出?", is_told=True)]
    reason: Annotated[Line, Ask("原因", "为什么退出?(会告诉企业)", is_told=True)]


def wants_room(facts: Facts, _: Mapping[str, Any]) -> dict[str, str]:
    """Only who looks for a room can be taken into an incubator."""
    if "space" in set(facts.form.get("wants") or ()):
        return {}
    return {"incubator": "这个项目没说找场地,请选“谈成”。"}


def longer_than_before(facts: Facts, answers: Mapping[str, Any]) -> dict[str, str]:
    """A stay is renewed to a later day than it had."""
    ends = [str(stay["until"]) for key in STAYS if (stay := facts.results.get(key)) and stay.get("until")]
    latest = max(ends, default="")
    if str(answers["until"]) > latest:
        return {}
    return {"until": f"现在到{chinese_date(date.fromisoformat(latest))},要晚于这一天。"}


def end_of_stay(context: ClockContext) -> date | None:
    """By the agreement with the incubator, where it has an end."""
    return context.result_day("in_incubator", "until")


def end_of_renewal(context: ClockContext) -> date | None:
    return context.result_day("renewed", "until")


def end_of_next_renewal(context: ClockContext) -> date | None:
    return context.result_day("renewed_again", "until")


def renewal(to: str) -> Move:
    return Move(
        to, "续期", STAFF_MOVES, asks=Renewal, refuses=longer_than_before, tells="孵化投资 {number} 的孵化期续了。"
    )


STAYS = ("in_incubator", "renewed", "renewed_again")
GRADUATED = Move("graduated", "毕业", STAFF_MOVES, asks=Graduation, tells="孵化投资 {number} 的项目从孵化器毕业了。")
LEFT = Move("left", "退出孵化", STAFF_MOVES, asks=Leaving, tells="孵化投资 {number} 的项目退出了孵化器。")
STAY_REMINDERS = (timedelta(days=60), timedelta(days=15), timedelta(days=3))
STAY_ENDS = "孵化投资 {number} 的孵化期{due}到期。毕业、续期还是退出,请告诉专员,由孵化器定。"

SEES = ("wants", "sector", "project", "stage", "area", "funding", "pitch", "region")
SERVICE = Service(
    key="incubation",
    letters="FH",
    name=NAME,
    intro="孵化投资对接由专员受理,双方都愿意才见面,不承诺投资结果。",
    topic="incubation",
    abilities=Abilities(always=frozenset({"management"})),
    intents=frozenset({"incubation"}),
    form=ProjectForm,
    submitted="已提交,单号 {number}。{promised}前专员联系您。",
    documents=(WantedDocument("plan", "项目介绍", "对方先看这个", for_parties=True),),
    tasks=(
        Task("incubator", "孵化器意见", Party.INCUBATOR, Answer, 5, SEES),
        Task("investor", "投资机构意见", Party.INVESTOR, Answer, 10, SEES, talents=frozenset({"accounting"})),
        Task("developer", "开发方意见", Party.DEVELOPER, Answer, 7, SEES, talents=frozenset({"brokerage"})),
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
                Move(
                    "in_incubator",
                    "入驻孵化器",
                    STAFF_MOVES,
                    asks=Admission,
                    refuses=wants_room,
                    tells="孵化投资 {number} 已入驻孵化器。毕业、退出前有事直接找专员。",
                ),
                Move("admitted", "谈成", STAFF_MOVES, asks=Outcome, tells="孵化投资 {number} 谈成了。"),
                Move("matching", "没谈成", STAFF_MOVES, tells="这家没谈成,孵化投资 {number} 接着找。"),
                withdrawal(NAME),
            ),
        ),
        Stage(
            "in_incubator",
            "在孵",
            "已入驻孵化器,在孵化期。",
            (
                GRADUATED,
                LEFT,
                renewal("renewed"),
            ),
        ),
        # The two take turns, so that a stay can be renewed as often as the incubator does.
        Stage("renewed", "续期在孵", "孵化期续过了,在孵化器里。", (GRADUATED, LEFT, renewal("renewed_again"))),
        Stage("renewed_again", "再续在孵", "孵化期又续过了,在孵化器里。", (GRADUATED, LEFT, renewal("renewed"))),
        Stage("graduated", "已毕业", "已从孵化器毕业。", outcome=CaseOutcome.DONE),
        # The room that was asked for was found: whoever leaves early was not refused, and took nothing back.
        Stage("left", "已退出", "已退出孵化器。", outcome=CaseOutcome.DONE),
        Stage("admitted", "谈成", "谈成了。", outcome=CaseOutcome.DONE),
        Stage("refused", "未受理", "没能继续办。", outcome=CaseOutcome.REFUSED),
        WITHDRAWN,
    ),
    clocks=(
        Clock("intake", "受理", frozenset({"submitted"}), working_hours=14, reminders=(timedelta(hours=3),)),
        Clock("matching", "对接", frozenset({"matching"}), working_hours=140, reminders=(timedelta(days=3),)),
        Clock(
            "stay",
            "孵化期",
            frozenset({"in_incubator"}),
            day=end_of_stay,
            source="孵化协议",
            is_contractual=True,
            reminders=STAY_REMINDERS,
            tells_owner=STAY_ENDS,
        ),
        Clock(
            "renewed_stay",
            "续期后的孵化期",
            frozenset({"renewed"}),
            day=end_of_renewal,
            source="续签的孵化协议",
            is_contractual=True,
            reminders=STAY_REMINDERS,
            tells_owner=STAY_ENDS,
        ),
        Clock(
            "next_stay",
            "再续的孵化期",
            frozenset({"renewed_again"}),
            day=end_of_next_renewal,
            source="续签的孵化协议",
            is_contractual=True,
            reminders=STAY_REMINDERS,
            tells_owner=STAY_ENDS,
        ),
    ),
    check=check_incubation,
    news=News("incubator_space", "空房", "tell_vacancy", said_vacancy),
)
