"""The worked example of docs/development.md: a whole service in one file."""

from datetime import timedelta
from typing import Annotated

from models import CaseOutcome
from services.catalogue.common import WITHDRAWN, CompanyField, Outcome, PhoneField, RegionField, refusal, withdrawal
from services.catalogue.facts import Facts, Finding, Level
from services.catalogue.fields import Ask, Choice, Form, Line
from services.catalogue.model import STAFF_MOVES, Clock, Move, Service, Stage, WantedDocument


class Office(Choice):
    SME = "sme", "小微企业"
    STARTUP = "startup", "初创团队"
    OTHER = "other", "其他"


class FastTrackForm(Form):
    office: Annotated[Office, Ask("类型", "您属于哪一类?")]
    subject: Annotated[Line, Ask("产品", "要加快审查的是什么产品?", "电动车换电柜")]
    company: CompanyField
    region: RegionField
    phone: PhoneField


def check(facts: Facts) -> list[Finding]:
    if facts.form.get("office") == "other":
        return [Finding(Level.GAP, "预审一般面向本地产业,专员先核对资格。")]
    return [Finding(Level.FINE, "类型对得上。")]


SERVICE = Service(
    key="fast_track",
    letters="YS",
    name="快速预审",
    intro="快速预审先核对资格,能不能加快由保护中心定。",
    topic="patent",
    phrases=("快速预审",),
    form=FastTrackForm,
    submitted="已提交,单号 {number}。{promised}前专员联系您。",
    documents=(WantedDocument("licence", "营业执照", "核对主体"),),
    stages=(
        Stage(
            "submitted",
            "核对资格",
            "已提交,专员在核对资格。",
            (
                Move("done", "已提交保护中心", STAFF_MOVES, documents=("licence",), asks=Outcome,
                     tells="快速预审 {number} 已提交保护中心。"),
                refusal("快速预审"),
                withdrawal("快速预审"),
            ),
        ),
        Stage("done", "已提交", "已提交保护中心。", outcome=CaseOutcome.DONE),
        Stage("refused", "未受理", "没能继续办。", outcome=CaseOutcome.REFUSED),
        WITHDRAWN,
    ),
    clocks=(
        Clock("check", "核对资格", frozenset({"submitted"}), working_hours=14, reminders=(timedelta(hours=3),)),
    ),
    check=check,
)  # fmt: skip
