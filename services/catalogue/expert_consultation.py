"""专家咨询: an hour with an expert of the right field, chosen in turn and without a conflict of interest."""

from datetime import timedelta
from typing import Annotated

from models import CaseOutcome
from services.catalogue.abilities import Abilities
from services.catalogue.common import WITHDRAWN, CompanyField, Outcome, PhoneField, RegionField, refusal, withdrawal
from services.catalogue.fields import Ask, Choice, Day, Form, Line, Paragraph, Privacy
from services.catalogue.model import STAFF_MOVES, Clock, Move, Party, Service, Stage, Task

NAME = "专家咨询"


class Field(Choice):
    PATENT = "patent", "专利"
    ENFORCEMENT = "enforcement", "维权诉讼"
    FINANCING = "financing", "质押融资"
    MARKET = "market", "转让许可"
    POLICY = "policy", "政策项目"


class Mode(Choice):
    PHONE = "phone", "电话"
    VIDEO = "video", "视频"
    MEETING = "meeting", "见面"


class ConsultationForm(Form):
    field: Annotated[Field, Ask("方向", "想咨询哪一方面?")]
    question: Annotated[
        Paragraph,
        Ask("问题", "想问什么?没公开的技术细节先别写。", privacy=Privacy.SECRET),
    ]
    opponent: Annotated[Line | None, Ask("对方", "有没有对方当事人?有就说名称,好避开利益冲突。")] = None
    day: Annotated[Day, Ask("日期", "哪天方便?", "下周三")]
    mode: Annotated[Mode, Ask("方式", "怎么谈?")]
    company: CompanyField
    region: RegionField
    phone: PhoneField


class Slot(Form):
    day: Annotated[Day, Ask("日期", "约在哪天?(会告诉企业)", is_told=True)]
    at: Annotated[Line, Ask("时间和方式", "几点、怎么谈?(会告诉企业)", "15:00,视频", is_told=True)]
    expert: Annotated[Line, Ask("专家", "哪位专家?(会告诉企业)", is_told=True)]


class Minutes(Form):
    minutes: Annotated[Paragraph, Ask("咨询记录", "谈了什么,建议是什么?")]


SERVICE = Service(
    key="expert_consultation",
    letters="ZX",
    name=NAME,
    intro="专家咨询先登记,专员按方向和地区排专家,避开和对方有关系的。",
    topic="general",
    abilities=Abilities(
        choice_in="field",
        by_choice={
            "patent": frozenset({"patent", "layout"}),
            "enforcement": frozenset({"enforcement"}),
            "financing": frozenset({"financing", "accounting"}),
            "market": frozenset({"market", "brokerage"}),
            "policy": frozenset({"policy"}),
        },
    ),
    phrases=("预约专家", "专家咨询", "找专家咨询", "约专家", "约个专家", "咨询专家"),
    form=ConsultationForm,
    submitted="已登记,单号 {number}。{promised}前专员跟您定时间。",
    tasks=(
        Task(
            "consultation", "咨询", Party.EXPERT, Minutes, 5, ("field", "question", "day", "mode", "company", "region")
        ),
    ),
    stages=(
        Stage(
            "submitted",
            "排专家",
            "已登记,专员在排专家。",
            (
                Move(
                    "booked",
                    "约定时间",
                    STAFF_MOVES,
                    asks=Slot,
                    tells="专家咨询 {number} 时间定了,来不了请早些告诉专员。",
                ),
                refusal(NAME),
                withdrawal(NAME),
            ),
            tasks=("consultation",),
        ),
        Stage(
            "booked",
            "已约好",
            "时间已约好。",
            (
                Move("held", "已咨询", STAFF_MOVES, asks=Outcome, tells="专家咨询 {number} 已结束,记录专员会发您。"),
                Move("submitted", "改期", STAFF_MOVES, tells="专家咨询 {number} 要改期,专员重新跟您定时间。"),
                Move("missed", "没来", STAFF_MOVES, tells="专家咨询 {number} 没等到您。要再约随时说“预约专家”。"),
                withdrawal(NAME),
            ),
        ),
        Stage("held", "已咨询", "已咨询。", outcome=CaseOutcome.DONE),
        Stage("missed", "爽约", "没有赴约。", outcome=CaseOutcome.WITHDRAWN),
        Stage("refused", "未受理", "没能继续办。", outcome=CaseOutcome.REFUSED),
        WITHDRAWN,
    ),
    clocks=(
        Clock("booking", "排专家", frozenset({"submitted"}), working_hours=14, reminders=(timedelta(hours=3),)),
        Clock(
            "appointment",
            "咨询",
            frozenset({"booked"}),
            day=lambda context: context.result_day("booked", "day"),
            source="和您约定的日子",
            is_contractual=True,
            # The day before at six in the evening: later is night, and the morning after is too late.
            reminders=(timedelta(hours=30),),
            tells_owner="专家咨询 {number} 约在{due}。来不了请现在告诉专员。",
        ),
    ),
    opponent_field="opponent",
)
