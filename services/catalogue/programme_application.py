"""补贴奖励: which programmes fit a firm, condition by condition; then one application, its decision, its money."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from models import CaseOutcome
from services.catalogue.common import WITHDRAWN, CompanyField, PhoneField, RegionField, refusal, withdrawal
from services.catalogue.fields import Amount, Ask, Count, Day, Form, Line, Percent, YesNo
from services.catalogue.model import (
    OWNER_MOVES,
    STAFF_MOVES,
    Brought,
    Clock,
    Move,
    Publication,
    Service,
    Stage,
    WantedDocument,
)
from services.catalogue.programme_checks import check_programmes
from services.catalogue.programme_payment import DOCUMENTS, payment_clocks, payment_stages

NAME = "补贴奖励"
NOTICE = ("public_from", "public_to", "objections")


class FirmForm(Form):
    region: RegionField
    staff: Annotated[Count, Ask("员工数", "公司有多少员工?", "50")]
    sales: Annotated[Amount, Ask("年销售额", "去年销售额多少?", "2000万")]
    research_share: Annotated[Percent, Ask("研发占比", "研发费用占销售额百分之几?", "6%")]
    inventions: Annotated[Count, Ask("有效发明", "有效发明专利几件?没有就说0。", "2")]
    patents: Annotated[Count, Ask("有效专利总数", "专利一共几件?没有就说0。", "8")]
    years: Annotated[Count, Ask("成立年数", "公司成立几年了?", "4")]
    company: CompanyField
    may_publish: Annotated[
        YesNo | None,
        Ask("同意公示", "获批后可以公示企业名称、项目和结果吗?不同意也不影响办理。"),
    ] = None
    phone: PhoneField


class Chosen(Form):
    programme: Annotated[Line, Ask("申报项目", "申报哪个项目?(会告诉企业)", is_told=True)]
    apply_by: Annotated[Day | None, Ask("申报截止", "窗口哪天关?(会告诉企业)", is_told=True)] = None


class Reviewed(Form):
    opinion: Annotated[Line, Ask("审核意见", "材料齐不齐、条件对不对?")]


class Filed(Form):
    number: Annotated[Line, Ask("受理号", "主管部门的受理号?", is_told=True)]


class Decision(Form):
    decision: Annotated[Line, Ask("结果", "主管部门怎么定的?(会告诉企业)", is_told=True)]


class Granted(Decision):
    public_from: Annotated[Day | None, Ask("公示开始", "哪天开始公示?企业同意公示才填", is_told=True)] = None
    public_to: Annotated[Day | None, Ask("公示到", "公示到哪天?", is_told=True)] = None
    objections: Annotated[Line | None, Ask("异议向谁提", "单位、电话或地址?", is_told=True)] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        """A notice has its days and somebody to turn to, or there is none."""
        given = [name for name in NOTICE if values.get(name) is not None]
        if given and len(given) < len(NOTICE):
            missing = next(name for name in NOTICE if name not in given)
            return {missing: "公示的起止日期和异议向谁提要一起填"}
        if given and values["public_to"] < values["public_from"]:
            return {"public_to": "比公示开始还早"}
        return {}


SERVICE = Service(
    key="programme_application",
    letters="BT",
    name=NAME,
    intro="先按您企业的情况逐条对照。能不能拿到、拿多少由主管部门定,我们不承诺结果。",
    topic="policy",
    intents=frozenset({"policy_match"}),
    phrases=(
        "申报高企",
        "申请高企",
        "申报高新技术企业",
        "申请高新技术企业",
        "申报专精特新",
        "申请专精特新",
        "报专利奖",
        "申报专利奖",
        "申请专利奖",
    ),
    form=FirmForm,
    submitted="已提交,单号 {number}。{promised}前政策专员跟您核对。",
    documents=(
        WantedDocument("licence", "营业执照", "证明申报主体"),
        WantedDocument("figures", "财务报表或审计报告", "核对销售额和研发费用"),
        WantedDocument("patents", "专利证书清单", "核对件数和权属"),
        WantedDocument("application", "申报书", "递交的版本"),
        *DOCUMENTS,
    ),
    stages=(
        Stage(
            "submitted",
            "对照条件",
            "已提交,专员在逐条对照。",
            (
                Move(
                    "chosen",
                    "选定项目",
                    STAFF_MOVES,
                    asks=Chosen,
                    tells="补贴奖励 {number} 可以申报下面这个项目。要报回复“同意申报”,不报回复“不报了”。",
                ),
                refusal(NAME, verb="没有合适项目"),
                withdrawal(NAME),
            ),
        ),
        Stage(
            "chosen",
            "待您确认",
            "项目选好了,等您确认。",
            (
                Move("preparing", "同意申报", OWNER_MOVES, tells="好,开始准备材料,单号 {number}。"),
                Move("withdrawn", "不报了", OWNER_MOVES, tells="好,补贴奖励 {number} 不报了。"),
            ),
        ),
        Stage(
            "preparing",
            "准备材料",
            "在准备申报材料。",
            (Move("review", "送审核", STAFF_MOVES, documents=("licence", "application")), withdrawal(NAME)),
        ),
        Stage(
            "review",
            "内部审核",
            "材料在内部审核。",
            (
                Move(
                    "filed",
                    "审核通过并递交",
                    STAFF_MOVES,
                    asks=Filed,
                    needs_second_person=True,
                    tells="补贴奖励 {number} 已递交主管部门。",
                ),
                Move("preparing", "退回补材料", STAFF_MOVES, asks=Reviewed, needs_second_person=True),
            ),
        ),
        Stage(
            "filed",
            "等结果",
            "已递交,等主管部门决定。",
            (
                Move("granted", "获批", STAFF_MOVES, asks=Granted, tells="补贴奖励 {number} 有结果了。"),
                Move("rejected", "未获批", STAFF_MOVES, asks=Decision, tells="补贴奖励 {number} 有结果了。"),
            ),
        ),
        *payment_stages(NAME, first="granted", before="filed"),
        Stage("rejected", "未获批", "主管部门没有批准。", outcome=CaseOutcome.REFUSED),
        Stage("refused", "没有合适项目", "目前没有合适的项目。", outcome=CaseOutcome.REFUSED),
        WITHDRAWN,
    ),
    clocks=(
        Clock("matching", "对照条件", frozenset({"submitted"}), working_hours=14, reminders=(timedelta(hours=3),)),
        Clock(
            "window",
            "申报截止",
            frozenset({"chosen", "preparing", "review"}),
            day=lambda context: context.result_day("chosen", "apply_by"),
            source="主管部门的申报通知",
            reminders=(timedelta(days=15), timedelta(days=5), timedelta(days=1)),
            tells_owner="申报窗口快关了,单号 {number}。还差的材料请尽快给专员。",
        ),
        *payment_clocks(NAME, first="granted"),
    ),
    check=check_programmes,
    brought=Brought("paid", ("paid", "amount")),
    publication=Publication(
        "granted", consent="may_publish", who="company", subject=("chosen", "programme"), stays=("paid", "settled")
    ),
)
