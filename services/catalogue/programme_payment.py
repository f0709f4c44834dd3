"""After a programme is granted: what was paid out, and what the authority asks back. A second person looks at both."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from core.i18n import chinese_amount
from models import CaseOutcome
from services.catalogue.common import Outcome
from services.catalogue.facts import Facts
from services.catalogue.fields import Amount, Ask, Day, Form, Line
from services.catalogue.model import STAFF_MOVES, Actor, Clock, Move, Stage, WantedDocument

SUPERVISOR = frozenset({Actor.SUPERVISOR})


class Payment(Form):
    amount: Annotated[Amount, Ask("拨付金额(元)", "到账多少?按凭证填。(会告诉企业)", is_told=True)]
    paid_on: Annotated[Day, Ask("到账日", "哪天到账?(会告诉企业)", is_told=True)]
    check_by: Annotated[
        Day | None, Ask("验收或报使用情况截止", "通知要求哪天前?没要求就不填。(会告诉企业)", is_told=True)
    ] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        until = values.get("check_by")
        return {"check_by": "比到账日还早"} if until is not None and until < values["paid_on"] else {}


class Reclaim(Form):
    reason: Annotated[Line, Ask("理由", "主管部门为什么要求退回?照通知写。(会告诉企业)", is_told=True)]
    amount: Annotated[Amount, Ask("要求退回(元)", "退多少?(会告诉企业)", is_told=True)]
    return_by: Annotated[Day | None, Ask("退回期限", "通知写的哪天前?(会告诉企业)", is_told=True)] = None


class Returned(Form):
    amount: Annotated[Amount, Ask("已退回(元)", "退了多少?按凭证填。(会告诉企业)", is_told=True)]
    returned_on: Annotated[Day, Ask("退回日", "哪天退的?(会告诉企业)", is_told=True)]


def is_asked_for_more(facts: Facts, reclaim: Mapping[str, Any]) -> dict[str, str]:
    """Nobody gives back more than came."""
    paid = facts.results.get("paid", {}).get("amount")
    if paid is None or reclaim["amount"] <= paid:
        return {}
    return {"amount": f"到账的是{chinese_amount(paid)},要求退回的不能更多,请核对。"}


def is_not_what_was_asked(facts: Facts, returned: Mapping[str, Any]) -> dict[str, str]:
    """The money went back after it came, and all that was asked for."""
    wanted, paid_on = facts.results["reclaim_asked"]["amount"], facts.results["paid"]["paid_on"]
    if returned["amount"] != wanted:
        return {"amount": f"要求退回的是{chinese_amount(wanted)},全部退回才能结束,请核对。"}
    return {"returned_on": "比到账日还早,请核对。"} if returned["returned_on"] < paid_on else {}


DOCUMENTS = (
    WantedDocument("payment", "拨款到账凭证", "登记到账时核对金额", is_for_later=True),
    WantedDocument("reclaim_notice", "退回通知", "写明理由、金额和期限的那一份", is_for_later=True),
    WantedDocument("return_receipt", "退款凭证", "证明已经退回", is_for_later=True),
)


def payment_stages(name: str, *, first: str, before: str) -> tuple[Stage, ...]:
    """From the decision `first` to the end; back to `before` where the decision was written down wrongly."""
    return (
        Stage(
            first,
            "获批",
            "主管部门批准了,到没到账以拨款为准。",
            (
                Move(
                    "settled",
                    "办结",
                    STAFF_MOVES,
                    asks=Outcome,
                    tells=f"{name} {{number}} 办结了。",
                ),
                Move(
                    "paid",
                    "登记到账",
                    SUPERVISOR,
                    documents=("payment",),
                    asks=Payment,
                    needs_second_person=True,
                    tells=f"{name} {{number}} 的资金到账了。按通知的用途用,留好凭证。",
                ),
                Move(before, "结果记错了", STAFF_MOVES, tells=f"{name} {{number}} 的结果在核对,还没有定。"),
            ),
        ),
        Stage(
            "paid",
            "已到账",
            "资金已到账,要按通知的用途用。",
            (
                Move("settled", "办结", STAFF_MOVES, asks=Outcome, tells=f"{name} {{number}} 办结了。"),
                Move(
                    "reclaim_asked",
                    "主管部门要求退回",
                    STAFF_MOVES,
                    documents=("reclaim_notice",),
                    asks=Reclaim,
                    refuses=is_asked_for_more,
                    tells=f"主管部门要求退回{name} {{number}} 的资金。不认可的,怎么提异议以通知为准,专员和您一起看。",
                ),
            ),
        ),
        Stage(
            "reclaim_asked",
            "要求退回",
            "主管部门要求退回资金,专员在和您核对。",
            (
                Move(
                    "reclaimed",
                    "登记已退回",
                    SUPERVISOR,
                    documents=("return_receipt",),
                    asks=Returned,
                    needs_second_person=True,
                    refuses=is_not_what_was_asked,
                    tells=f"{name} {{number}} 的资金已按要求退回。",
                ),
                Move(
                    "settled",
                    "主管部门不再要求",
                    SUPERVISOR,
                    asks=Outcome,
                    needs_second_person=True,
                    tells=f"主管部门不再要求退回{name} {{number}} 的资金。",
                ),
            ),
        ),
        Stage("settled", "已办结", "办结了。", outcome=CaseOutcome.DONE),
        Stage("reclaimed", "已退回", "资金已退回。", outcome=CaseOutcome.REFUSED, asks_verdict=False),
    )


def payment_clocks(name: str, *, first: str) -> tuple[Clock, ...]:
    """We ask after the money; the days that the authority sets are the owner's to keep."""
    return (
        Clock("payout", "跟进拨款", frozenset({first}), working_hours=210, reminders=(timedelta(days=3),)),
        Clock(
            "accounting",
            "验收或报使用情况",
            frozenset({"paid"}),
            day=lambda context: context.result_day("paid", "check_by"),
            source="主管部门的拨款通知",
            is_contractual=True,
            reminders=(timedelta(days=30), timedelta(days=7), timedelta(days=1)),
            tells_owner=f"{name} {{number}} 的项目{{due}}前要验收或报使用情况,请准备材料,凭证留好。",
        ),
        Clock(
            "return",
            "退回期限",
            frozenset({"reclaim_asked"}),
            day=lambda context: context.result_day("reclaim_asked", "return_by"),
            source="主管部门的退回通知",
            is_contractual=True,
            reminders=(timedelta(days=15), timedelta(days=5), timedelta(days=1)),
            tells_owner=f"{name} {{number}} 要求退回的资金,通知写的期限是{{due}}。有疑问请现在找专员。",
        ),
    )
