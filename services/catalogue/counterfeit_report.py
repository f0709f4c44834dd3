"""假冒举报: somebody saw counterfeits; the report goes to the authority of the place, without a claim of one's own."""

from datetime import timedelta
from typing import Annotated

from models import CaseOutcome
from services.catalogue.common import WITHDRAWN, Outcome, PhoneField, refusal, withdrawal
from services.catalogue.fields import Ask, Choice, Form, Line, Paragraph, Privacy, RegionName, YesNo
from services.catalogue.model import STAFF_MOVES, Clock, Move, Party, Service, Stage, Task, WantedDocument

NAME = "假冒举报"


class Kind(Choice):
    PATENT = "patent", "冒充专利"
    TRADEMARK = "trademark", "假冒商标"
    PIRACY = "piracy", "盗版"
    OTHER = "other", "其他假货"


class ReportForm(Form):
    kind: Annotated[Kind, Ask("类型", "是哪种假冒?")]
    seller: Annotated[Line, Ask("卖家", "谁在卖?店铺名或厂名,不清楚就说不清楚。")]
    where: Annotated[Line, Ask("地点", "在哪儿卖?网址或地址。")]
    region: Annotated[RegionName, Ask("所在地", "卖家在哪个区?不清楚就说您所在的区。", "佛山市南海区")]
    facts: Annotated[Paragraph, Ask("情况", "看到了什么?什么时候?")]
    stays_hidden: Annotated[YesNo, Ask("匿名", "要对办案单位隐去您的信息吗?", privacy=Privacy.STAFF)]
    phone: PhoneField


class Handling(Form):
    handling: Annotated[Line, Ask("办理情况", "受理了吗?怎么处理?")]


SERVICE = Service(
    key="counterfeit_report",
    letters="WQ",
    name=NAME,
    intro="假冒举报由专员整理后转给当地主管部门,查不查、怎么罚由他们定。",
    topic="enforcement",
    intents=frozenset({"enforcement_aid"}),
    words=("举报", "打假", "售假"),
    form=ReportForm,
    submitted="已收到,单号 {number}。{promised}前专员联系您。照片和网址先别删。",
    documents=(WantedDocument("evidence", "照片或截图", "让办案单位找得到货", for_parties=True),),
    tasks=(
        Task(
            "authority", "主管部门办理", Party.AUTHORITY, Handling, 10, ("kind", "seller", "where", "region", "facts")
        ),
    ),
    stages=(
        Stage(
            "submitted",
            "整理中",
            "已收到,专员在整理。",
            (
                Move("referred", "转主管部门", STAFF_MOVES, tells="举报 {number} 已转当地主管部门。"),
                refusal(NAME),
                withdrawal(NAME),
            ),
        ),
        Stage(
            "referred",
            "已转办",
            "已转当地主管部门,在等答复。",
            (
                Move("answered", "有答复", STAFF_MOVES, asks=Outcome, tells="举报 {number} 有答复了。"),
                refusal(NAME, verb="终止"),
            ),
            tasks=("authority",),
        ),
        Stage("answered", "已答复", "主管部门已答复。", outcome=CaseOutcome.DONE),
        Stage("refused", "未受理", "没能继续办。", outcome=CaseOutcome.REFUSED),
        WITHDRAWN,
    ),
    is_routed_by_region=True,
    clocks=(
        Clock("referral", "转办", frozenset({"submitted"}), working_hours=14, reminders=(timedelta(hours=3),)),
        Clock("answer", "等答复", frozenset({"referred"}), working_hours=105, reminders=(timedelta(days=3),)),
    ),
)
