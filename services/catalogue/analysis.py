"""分析服务: experts' reports on infringement, patentability, freedom to operate; quoted first, read by two people."""

from datetime import timedelta
from typing import Annotated

from models import CaseOutcome
from services.catalogue.abilities import Abilities
from services.catalogue.common import WITHDRAWN, CompanyField, PhoneField, RegionField, refusal, withdrawal
from services.catalogue.fields import Amount, Ask, Choice, Count, Form, Line, Paragraph, Privacy
from services.catalogue.model import OWNER_MOVES, STAFF_MOVES, Clock, Move, Party, Service, Stage, Task, WantedDocument

NAME = "分析服务"


class Type(Choice):
    INFRINGEMENT = "infringement", "侵权分析"
    PATENTABILITY = "patentability", "能不能授权"
    FREEDOM = "freedom_to_operate", "上市风险排查"
    LAYOUT = "layout", "布局规划"
    LANDSCAPE = "landscape", "行业导航"
    EVALUATION = "evaluation", "项目知识产权评议"


class Purpose(Choice):
    LAUNCH = "launch", "产品要上市"
    FILING = "filing", "准备申请专利"
    DISPUTE = "dispute", "有纠纷"
    FUNDING = "funding", "融资或评估"
    OTHER = "other", "其他"


class AnalysisForm(Form):
    type: Annotated[Type, Ask("类型", "要做哪种分析?")]
    subject: Annotated[Line, Ask("对象", "分析什么?说产品或专利号,没公开的细节先别写。", "电动车换电柜")]
    opponent: Annotated[Line | None, Ask("对方", "有没有特定的对手?有就说名称,好避开利益冲突。")] = None
    purpose: Annotated[Purpose, Ask("用途", "做来干什么用?")]
    scope: Annotated[
        Paragraph | None, Ask("范围", "关心哪些国家、哪些竞争对手、什么时候要?", privacy=Privacy.SECRET)
    ] = None
    company: CompanyField
    region: RegionField
    phone: PhoneField


class Scope(Form):
    scope: Annotated[Paragraph, Ask("范围", "商定的范围、方法和交付物?")]


class Quote(Form):
    price: Annotated[Amount, Ask("报价(元)", "报价多少元?(会告诉企业)", is_told=True)]
    working_days: Annotated[Count, Ask("工作日", "几个工作日交付?(会告诉企业)", is_told=True)]


class Draft(Form):
    summary: Annotated[Paragraph, Ask("结论", "报告的主要结论?")]


class Review(Form):
    opinion: Annotated[Line, Ask("复核意见", "复核结论?")]


SERVICE = Service(
    key="analysis",
    letters="FX",
    name=NAME,
    intro="分析报告由专家做,先定范围和报价,您同意再开工;报告两个人看过才交。",
    topic="patent",
    abilities=Abilities(
        choice_in="type",
        by_choice={
            "infringement": frozenset({"enforcement"}),
            "freedom_to_operate": frozenset({"data_mining", "enforcement"}),
            "patentability": frozenset({"data_mining"}),
            "layout": frozenset({"layout"}),
            "landscape": frozenset({"data_mining"}),
            "evaluation": frozenset({"data_mining", "management"}),
        },
    ),
    intents=frozenset({"analysis_request"}),
    form=AnalysisForm,
    submitted="已提交,单号 {number}。{promised}前专员跟您定范围。",
    documents=(
        WantedDocument("material", "产品资料", "分析要看的资料,可以当面交", for_parties=True),
        WantedDocument("report", "分析报告", "交付的版本,每一版都留着", is_for_later=True),
    ),
    tasks=(Task("draft", "撰写报告", Party.EXPERT, Draft, 10, ("type", "subject", "purpose", "scope")),),
    stages=(
        Stage(
            "submitted",
            "定范围",
            "已提交,专员在跟您定范围。",
            (Move("scoped", "范围已定", STAFF_MOVES, asks=Scope), refusal(NAME), withdrawal(NAME)),
        ),
        Stage(
            "scoped",
            "待报价",
            "范围定了,在报价。",
            (
                Move(
                    "quoted",
                    "报价",
                    STAFF_MOVES,
                    asks=Quote,
                    tells="分析服务 {number} 报价如下,回复“接受报价”就开工,不合适回复“不接受报价”。",
                ),
                refusal(NAME, verb="终止"),
                withdrawal(NAME),
            ),
        ),
        Stage(
            "quoted",
            "待您确认",
            "报价给您了,等您确认。",
            (
                Move("in_work", "接受报价", OWNER_MOVES, tells="好,分析服务 {number} 开工。"),
                Move("scoped", "不接受报价", OWNER_MOVES, tells="好,专员重新跟您商量分析服务 {number} 的范围和报价。"),
                refusal(NAME, verb="终止"),
                withdrawal(NAME),
            ),
        ),
        Stage(
            "in_work",
            "撰写中",
            "专家在写报告。",
            (
                Move("review", "送复核", STAFF_MOVES, tasks=("draft",), documents=("report",)),
                refusal(NAME, verb="终止"),
            ),
            tasks=("draft",),
        ),
        Stage(
            "review",
            "复核中",
            "报告写好了,第二个人在看。",
            (
                Move(
                    "delivered",
                    "复核通过并交付",
                    STAFF_MOVES,
                    asks=Review,
                    needs_second_person=True,
                    tells="分析报告好了,单号 {number},在小程序里看。满意回复“验收”,要改回复“要修改”。",
                ),
                Move("in_work", "退回修改", STAFF_MOVES, needs_second_person=True),
            ),
        ),
        Stage(
            "delivered",
            "待验收",
            "报告已交付,等您验收。",
            (
                Move("accepted", "验收", OWNER_MOVES | STAFF_MOVES, tells="分析服务 {number} 已验收。"),
                Move("in_work", "要修改", OWNER_MOVES, tells="好,分析服务 {number} 接着改,专员会问您改哪里。"),
            ),
        ),
        Stage("accepted", "已验收", "已验收。", outcome=CaseOutcome.DONE),
        Stage("refused", "未受理", "没能继续办。", outcome=CaseOutcome.REFUSED),
        WITHDRAWN,
    ),
    clocks=(
        Clock("scope", "定范围", frozenset({"submitted"}), working_hours=14, reminders=(timedelta(hours=3),)),
        Clock("quote", "报价", frozenset({"scoped"}), working_hours=14, reminders=(timedelta(hours=3),)),
        Clock("work", "撰写报告", frozenset({"in_work"}), working_hours=105, reminders=(timedelta(days=2),)),
        Clock("review", "复核", frozenset({"review"}), working_hours=14, reminders=(timedelta(hours=3),)),
    ),
    opponent_field="opponent",
)
