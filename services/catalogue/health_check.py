"""知识产权体检: a dozen yes-or-no questions, and a plan with days that says what to do first."""

from datetime import timedelta
from typing import Annotated

from models import CaseOutcome
from services.catalogue.common import WITHDRAWN, CompanyField, PhoneField, RegionField, withdrawal
from services.catalogue.fields import Ask, Form, Paragraph, YesNo
from services.catalogue.health_plan import check_health
from services.catalogue.model import STAFF_MOVES, Clock, Move, Service, Stage

NAME = "知识产权体检"


class HealthForm(Form):
    has_manager: Annotated[YesNo, Ask("有人管", "公司有专人管专利、商标吗?")]
    has_ledger: Annotated[YesNo, Ask("有台账", "有一张表记着每件专利、商标的到期日吗?")]
    fees_paid: Annotated[YesNo, Ask("年费按时", "年费都按时交了吗?")]
    mark_registered: Annotated[YesNo, Ask("商标已注册", "主打产品的商标注册了吗?")]
    name_protected: Annotated[YesNo, Ask("商标类别够", "商标的类别盖得住现在和明年要卖的产品吗?")]
    product_filed: Annotated[YesNo, Ask("新品先申请", "新产品是先申请专利再上市吗?")]
    inventor_rewarded: Annotated[YesNo, Ask("奖励有约定", "和研发人员约定过职务发明的奖励吗?")]
    secrecy_signed: Annotated[YesNo, Ask("保密协议", "接触技术的人都签了保密协议吗?")]
    contracts_clear: Annotated[YesNo, Ask("委托合同", "委托开发的合同写明成果归谁了吗?")]
    software_recorded: Annotated[YesNo, Ask("软件登记", "自己的软件做了登记或留了证据吗?")]
    rivals_watched: Annotated[YesNo, Ask("盯竞争对手", "上市前查过会不会撞上别人的专利吗?")]
    leavers_checked: Annotated[YesNo, Ask("离职交接", "员工离职时交回资料、提醒保密吗?")]
    company: CompanyField
    region: RegionField
    phone: PhoneField


class Advice(Form):
    advice: Annotated[Paragraph, Ask("建议", "专员的建议?(会告诉企业)", is_told=True)]


SERVICE = Service(
    key="health_check",
    letters="TJ",
    name=NAME,
    intro="体检12个问题,答是或否,2分钟。答完给您一份先做什么后做什么的安排。",
    topic="general",
    phrases=("知识产权体检", "专利体检", "做个体检", "做体检", "知产体检", "把把脉"),
    form=HealthForm,
    submitted="体检交好了,单号 {number}。{promised}前专员跟您过一遍安排。",
    stages=(
        Stage(
            "submitted",
            "待解读",
            "体检交好了,专员在看。",
            (Move("advised", "已解读", STAFF_MOVES, asks=Advice, tells="体检 {number} 的建议好了。"), withdrawal(NAME)),
        ),
        Stage(
            "advised",
            "改进中",
            "按安排在改进。",
            (
                Move("improved", "改进完成", STAFF_MOVES, tells="体检 {number} 的安排都做完了。明年这时候再体检一次。"),
                withdrawal(NAME),
            ),
        ),
        Stage("improved", "已完成", "安排都做完了。", outcome=CaseOutcome.DONE),
        WITHDRAWN,
    ),
    clocks=(
        Clock("reading", "解读", frozenset({"submitted"}), working_hours=14, reminders=(timedelta(hours=3),)),
        Clock(
            "visit",
            "回访",
            frozenset({"advised"}),
            working_hours=420,
            reminders=(timedelta(days=5),),
            tells_owner="体检的安排做得怎么样了?单号 {number},专员过几天问您。",
        ),
    ),
    check=check_health,
)
