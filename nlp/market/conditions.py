"""The hard conditions of a match one by one: met, to be talked about, not met, not said; each in the user's words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nlp.market.posts import Mode, Post, RightState
from nlp.market.regions import lies_within, may_lie_within

MODE_NAMES = {
    Mode.TRANSFER: "转让",
    Mode.LICENCE_PLAIN: "普通许可",
    Mode.LICENCE_SOLE: "排他许可",
    Mode.LICENCE_EXCLUSIVE: "独占许可",
    Mode.LICENCE_QUICK: "快速许可",
    Mode.OPEN_LICENCE: "开放许可",
    Mode.PLEDGE: "质押",
    Mode.EQUITY: "作价入股",
}
LICENCES = frozenset(
    {Mode.LICENCE_PLAIN, Mode.LICENCE_SOLE, Mode.LICENCE_EXCLUSIVE, Mode.LICENCE_QUICK, Mode.OPEN_LICENCE}
)
# Who wants a plain licence has it too under standard terms or an open licence.
AS_GOOD = {Mode.LICENCE_PLAIN: frozenset({Mode.LICENCE_PLAIN, Mode.LICENCE_QUICK, Mode.OPEN_LICENCE})}
# Up to so much above the budget people still talk.
BARGAIN = 1.3


class Verdict(StrEnum):
    MET = "met"
    TO_TALK = "to_talk"
    UNMET = "unmet"
    NOT_SAID = "not_said"


@dataclass(frozen=True)
class Condition:
    """One condition of a pair. `said` stands in the reasons (met, to talk, unmet) or in what is missing (not said), in
    words for either side; `missing_from` tells on which side it was not said."""

    name: str
    verdict: Verdict
    said: str
    is_must: bool = True
    missing_from: str | None = None


def check_conditions(need: Post, offer: Post, *, on: date) -> list[Condition]:
    """Every condition that either side has; those of which neither says anything are left out."""
    return [*_mode(need, offer), *_price(need, offer), *_region(need, offer), *_right(need, offer),
            *_dates(need, offer, on)]  # fmt: skip


def _mode(need: Post, offer: Post) -> Iterator[Condition]:
    if not offer.modes:
        yield Condition("mode", Verdict.NOT_SAID, "合作方式没写", missing_from="offer")
        return
    if not need.modes:
        yield Condition("mode", Verdict.NOT_SAID, "想转让还是许可没写", is_must=False, missing_from="need")
        return
    accepted = {mode for wanted in need.modes for mode in AS_GOOD.get(wanted, {wanted})}
    common = [mode for mode in offer.modes if mode in accepted]
    if common:
        yield Condition("mode", Verdict.MET, f"可{MODE_NAMES[common[0]]}")
        return
    can_talk = bool(LICENCES & set(need.modes) and LICENCES & set(offer.modes))
    allowed = "、".join(MODE_NAMES[mode] for mode in offer.modes)
    yield Condition("mode", Verdict.TO_TALK if can_talk else Verdict.UNMET, f"供方只做{allowed}")


def _price(need: Post, offer: Post) -> Iterator[Condition]:
    """Whether they meet, without a figure: neither the least price nor the budget is told to the other side."""
    if need.amount is None:
        if offer.amount is not None:
            yield Condition("price", Verdict.NOT_SAID, "预算没写", is_must=False, missing_from="need")
        return
    if offer.amount is None:
        yield Condition("price", Verdict.NOT_SAID, "价格没写", missing_from="offer")
    elif offer.amount <= need.amount:
        yield Condition("price", Verdict.MET, "价格谈得拢")
    elif offer.amount <= BARGAIN * need.amount:
        yield Condition("price", Verdict.TO_TALK, "价格要谈")
    else:
        yield Condition("price", Verdict.UNMET, "价格差得远")


def _region(need: Post, offer: Post) -> Iterator[Condition]:
    if not need.regions:
        return
    if not offer.regions:
        yield Condition("region", Verdict.NOT_SAID, "地区没写", is_must=need.region_is_must, missing_from="offer")
    elif lies_within(offer.regions[0], need.regions):
        yield Condition("region", Verdict.MET, "地区")
    elif may_lie_within(offer.regions[0], need.regions):
        yield Condition("region", Verdict.NOT_SAID, "在哪个市没写", is_must=need.region_is_must, missing_from="offer")
    else:
        verdict = Verdict.UNMET if need.region_is_must else Verdict.TO_TALK
        yield Condition("region", verdict, f"供方在{offer.regions[0]}", is_must=need.region_is_must)


def _right(need: Post, offer: Post) -> Iterator[Condition]:
    if Mode.OPEN_LICENCE in need.modes and offer.right_state not in {None, RightState.IN_FORCE}:
        yield Condition("right", Verdict.UNMET, "没有授权专利,不能开放许可")
    elif need.right_kinds and offer.right_state is not None:
        has_kind = bool(set(need.right_kinds) & set(offer.right_kinds))
        if has_kind and offer.right_state is RightState.IN_FORCE:
            yield Condition("right", Verdict.MET, "专利类型")
        else:
            verdict = Verdict.TO_TALK if has_kind else Verdict.UNMET
            yield Condition("right", verdict, "专利还没授权" if has_kind else "专利类型不同")


def _dates(need: Post, offer: Post, on: date) -> Iterator[Condition]:
    for post, whose in ((need, "需求"), (offer, "供给")):
        if post.until is not None and post.until < on:
            yield Condition("dates", Verdict.UNMET, f"{whose}已过期")
