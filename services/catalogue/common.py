"""Fields and moves that many services share, worded once."""

from datetime import timedelta
from typing import Annotated

from models import CaseOutcome
from services.catalogue.fields import Ask, CompanyName, Condition, Form, Line, Phone, Privacy, RegionName, YesNo
from services.catalogue.model import EVERYBODY, STAFF_MOVES, Clock, Move, Stage, WantedDocument

CompanyField = Annotated[CompanyName, Ask("企业", "是哪家企业?请发全称。", "广州云测科技有限公司", profile="company")]
RegionField = Annotated[RegionName, Ask("所在地", "企业在哪个区?", "广州市南沙区", profile="region")]
PhoneField = Annotated[
    Phone, Ask("联系电话", "专员打哪个电话找您?", "13800138000", privacy=Privacy.PERSONAL, profile="phone")
]
CoOwnersField = Annotated[YesNo, Ask("有共有人", "这些专利有没有共有人?", refusal="请回复“有”或“没有”。")]

LICENCE = WantedDocument("licence", "营业执照", "证明主体", for_parties=True)
CONSENT = WantedDocument("consent", "共有人同意书", "专利有共有人时必须全体同意")
HAS_CO_OWNERS = Condition("has_co_owners", frozenset({True}))
WITHDRAWN = Stage("withdrawn", "已撤回", "已撤回。", outcome=CaseOutcome.WITHDRAWN)
# Somebody looks at what was filed within about two days.
LOOKED_AT = Clock("check", "核对", frozenset({"submitted"}), working_hours=16, reminders=(timedelta(hours=4),))
FILED = "已登记,单号 {number}。{promised}前专员联系您。"


def risk_notice(text: str) -> Ask:
    """What an owner has to know before an expression of interest is taken down."""
    return Ask(
        "已知风险",
        f"请确认:{text}知道了吗?",
        refusal="要先确认知道这些风险,才能登记意向。回复“知道了”,或说“算了”。",
    )


class Refusal(Form):
    """Why a case cannot go on; the owner is told."""

    reason: Annotated[Line, Ask("原因", "不能继续的原因?(会告诉企业)", is_told=True)]


class Outcome(Form):
    """What came of it, in a line that the owner reads."""

    summary: Annotated[Line, Ask("结果", "一句话说结果。(会告诉企业)", is_told=True)]


def withdrawal(name: str) -> Move:
    """The owner, or staff for them, takes the request back."""
    return Move("withdrawn", "撤回", EVERYBODY, tells=f"{name} {{number}} 已撤回。材料还留着,想再办随时说。")


def refusal(name: str, *, to: str = "refused", verb: str = "不受理") -> Move:
    """Staff end it, with the reason that the owner hears."""
    return Move(to, verb, STAFF_MOVES, asks=Refusal, tells=f"{name} {{number}} 没能继续办。")
