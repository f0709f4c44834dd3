"""维权援助: from what the owner saw to a route, with experts, several units, a result and a look back."""

from datetime import timedelta
from typing import Annotated

from models import CaseOutcome
from services.catalogue.common import WITHDRAWN, CompanyField, Outcome, PhoneField, RegionField, refusal, withdrawal
from services.catalogue.enforcement_checks import check_enforcement, limitation_day
from services.catalogue.fields import Ask, Choice, Condition, Day, Form, Line, Paragraph
from services.catalogue.model import STAFF_MOVES, Clock, JointMinutes, Move, Party, Service, Stage, Task, WantedDocument

NAME = "维权援助"


class Right(Choice):
    INVENTION = "invention", "发明专利"
    UTILITY_MODEL = "utility_model", "实用新型"
    DESIGN = "design", "外观设计"
    TRADEMARK = "trademark", "商标"
    COPYRIGHT = "copyright", "著作权或软件"
    SECRET = "trade_secret", "商业秘密"


class Place(Choice):
    SHOP = "online_shop", "网店或直播"
    FACTORY = "factory", "工厂或仓库"
    STORE = "store", "门店或市场"
    FAIR = "fair", "展会"
    OTHER = "other", "其他"


class Evidence(Choice):
    CERTIFICATE = "certificate", "权利证书"
    PURCHASE = "purchase", "购买凭证"
    SAMPLE = "sample", "实物样品"
    SCREENSHOT = "screenshot", "网页截图"
    NOTARY = "notary", "公证书"


class Goal(Choice):
    STOP = "stop", "让对方停"
    MONEY = "money", "要赔偿"
    BOTH = "both", "停下并赔偿"
    LICENCE = "licence", "谈许可"


PATENTS = frozenset({"invention", "utility_model", "design"})


class AidForm(Form):
    right: Annotated[Right, Ask("权利", "被侵犯的是哪种权利?")]
    number: Annotated[
        Line | None,
        Ask("权利号", "专利号或注册号是多少?", "ZL202110123456.7",
            only_if=Condition("right", PATENTS | {"trademark", "copyright"})),
    ] = None  # fmt: skip
    infringer: Annotated[Line, Ask("对方", "对方是谁?公司名或店铺名,不清楚就说不清楚。", "佛山某某五金厂")]
    place: Annotated[Place, Ask("发生在哪儿", "在哪儿发现的?")]
    known_on: Annotated[
        Day,
        Ask("知道的日期", "哪天知道被侵权、也知道是谁的?", "2026年8月1日", refusal="日期没看明白,比如:2026年8月1日。"),
    ]
    facts: Annotated[Paragraph, Ask("经过", "简单说说怎么回事。")]
    evidence: Annotated[list[Evidence] | None, Ask("手上的证据", "手上有哪些证据?")] = None
    goal: Annotated[Goal, Ask("想要的结果", "最想要什么结果?")]
    company: CompanyField
    region: RegionField
    phone: PhoneField


class Opinion(Form):
    route: Annotated[Line, Ask("建议路线", "建议走哪条路?")]
    opinion: Annotated[Paragraph, Ask("意见", "专家意见?")]


class UnitReport(Form):
    accepted: Annotated[Line, Ask("办理情况", "受理了吗?办到哪一步?")]


FOLLOW_UP = Move("followed_up", "完成回访", STAFF_MOVES, asks=Outcome)

SERVICE = Service(
    key="enforcement_aid",
    letters="WQ",
    name=NAME,
    intro="维权援助先看权利有没有效、证据够不够、走哪条路合算。结果由法院或主管部门定。",
    topic="enforcement",
    intents=frozenset({"enforcement_aid"}),
    form=AidForm,
    submitted="已提交,单号 {number}。{promised}前专员联系您。先别惊动对方,证据存好。",
    documents=(
        WantedDocument("right", "权利证书或登记簿副本", "证明权利是您的", for_parties=True),
        WantedDocument("evidence", "侵权证据", "证明对方做了", for_parties=True),
        WantedDocument("comparison", "对照表或对比照片", "证明和您的权利对得上", for_parties=True),
        WantedDocument("evaluation", "专利权评价报告", "实用新型和外观设计用,法院和主管部门可以要求", for_parties=True),
    ),
    tasks=(
        Task(
            "expert",
            "专家意见",
            Party.EXPERT,
            Opinion,
            5,
            ("right", "number", "infringer", "place", "facts", "evidence"),
        ),
        Task(
            "centre",
            "维权援助中心协助",
            Party.AID_CENTRE,
            UnitReport,
            7,
            ("right", "number", "infringer", "place", "facts", "goal", "region"),
        ),
        Task(
            "authority",
            "主管部门受理",
            Party.AUTHORITY,
            UnitReport,
            10,
            ("right", "number", "infringer", "place", "facts", "region"),
        ),
    ),
    stages=(
        Stage(
            "submitted",
            "核对材料",
            "已提交,专员在核对权利和证据。",
            (
                Move("accepted", "受理", STAFF_MOVES, tells="维权援助 {number} 已受理,正在请专家看。"),
                refusal(NAME),
                withdrawal(NAME),
            ),
        ),
        Stage(
            "accepted",
            "专家会商",
            "已受理,专家在看走哪条路。",
            (
                Move(
                    "coordinating",
                    "定路线",
                    STAFF_MOVES,
                    tasks=("expert",),
                    asks=Opinion,
                    tells="维权援助 {number} 路线定了,专员会跟您细说,接下来由有关单位办理。",
                ),
                refusal(NAME, verb="终止"),
                withdrawal(NAME),
            ),
            tasks=("expert",),
        ),
        Stage(
            "coordinating",
            "多方办理",
            "路线已定,有关单位在办。",
            (
                Move("resolved", "有结果", STAFF_MOVES, asks=Outcome, tells="维权援助 {number} 有结果了。"),
                refusal(NAME, verb="终止"),
                withdrawal(NAME),
            ),
            tasks=("centre", "authority"),
        ),
        Stage("resolved", "待回访", "有结果了,专员过一阵回访。", (FOLLOW_UP,)),
        Stage("followed_up", "已办结", "已办结。", outcome=CaseOutcome.DONE),
        Stage("refused", "未受理", "没能继续办。", outcome=CaseOutcome.REFUSED),
        WITHDRAWN,
    ),
    clocks=(
        Clock("completeness", "材料核对", frozenset({"submitted"}), working_hours=21, reminders=(timedelta(hours=4),)),
        Clock("expert", "专家会商", frozenset({"accepted"}), working_hours=49, reminders=(timedelta(days=1),)),
        Clock(
            "limitation",
            "诉讼时效",
            frozenset({"submitted", "accepted", "coordinating"}),
            day=limitation_day,
            source="《民法典》第一百八十八条",
            reminders=(timedelta(days=180), timedelta(days=60), timedelta(days=15)),
            tells_owner="维权援助 {number} 的诉讼时效快到了。要起诉或发函请尽快,专员会联系您。",
        ),
        Clock("visit", "回访", frozenset({"resolved"}), working_hours=140, reminders=(timedelta(days=2),)),
    ),
    opponent_field="infringer",
    is_routed_by_region=True,
    minutes=JointMinutes("会商纪要", ("centre", "authority")),
    check=check_enforcement,
    goes_with=("analysis", "counterfeit_report"),
    guide_question="我的产品被人抄了怎么办",
)
