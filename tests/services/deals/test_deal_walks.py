"""Deals on random walks: none leaves the graph, shows a contact too early, or bids out of turn; prices split whole."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import AppError, InvalidInput
from models import DealState, OfferState, PostSide, Role
from nlp.market.posts import Mode
from services.deals import clock_work
from services.deals.contact import contact_of
from services.deals.contract import ContractForm, RegistrationForm, back_to_talks, register, sign_contract
from services.deals.ending import Reason, end_as_broker
from services.deals.enquiring import Answer, answer_enquiry
from services.deals.graph import CLOSED, WAYS
from services.deals.offers import OfferForm, Verdict, answer_offer, make_offer
from services.deals.splits import Share, check_split, split_evenly
from services.deals.view import view_deal
from tests.support.deals import BUNDLE, NAMES, PHONES, confirm_all, make_scene
from tests.support.staff import make_staff

WITHOUT_CONTACT = {DealState.ENQUIRED, DealState.DECLINED, DealState.ENDED}
PRICED = {DealState.AGREED, DealState.CONTRACT, DealState.REGISTRATION, DealState.DONE}
# After these either side may bid.
ANSWERED = {OfferState.REFUSED, OfferState.TAKEN_BACK, OfferState.LAPSED, OfferState.ACCEPTED}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=st.lists(st.tuples(st.integers(0, 13), st.integers(0, 5)), min_size=15, max_size=40))
def test_no_path_leaves_the_graph_shows_a_contact_too_early_or_bids_out_of_turn(
    database: Database, clock: FixedClock, choices: list[tuple[int, int]]
) -> None:
    with database.unit_of_work() as session:
        walk = Walk(session, clock)
        for choice, detail in choices:
            before = DealState(walk.deal.state)
            try:
                walk.step(choice, detail)
            except AppError:
                session.flush()
            check(walk, before)
        session.rollback()


class Walk:
    """A deal in a bundle, and whoever may do something to it; `agreed` is who said yes, kept apart from the rows."""

    def __init__(self, session, clock: FixedClock) -> None:
        self.session, self.now = session, clock.now()
        self.scene = make_scene(session, self.now, rights=BUNDLE)
        self.deal = self.scene.deal
        self.broker = make_staff(session, self.now, role=Role.SUPERVISOR)
        self.agreed = {PostSide.NEED}

    def step(self, choice: int, detail: int) -> None:
        session, number, now = self.session, self.deal.number, self.now
        side = PostSide.OFFER if detail % 2 else PostSide.NEED
        user = self.scene.seller if detail % 2 else self.scene.buyer
        last = len(self.deal.offers)
        match choice:
            case 0 | 1:
                yes = detail < 4
                answer_enquiry(session, user, number, Answer(yes, NAMES[side], PHONES[side]), now)
                self.agreed = self.agreed | {side} if yes else self.agreed - {side}
            case 2 | 3 | 4:
                mode = [*Mode][detail]
                shares = {"share_bp": 100, "valuation": "appraised"} if mode is Mode.EQUITY else {}
                form = OfferForm(mode=mode, amount=1_000 + detail, **shares)
                make_offer(session, user.id, number, form, now)
            case 5 | 6:
                answer_offer(session, user.id, number, last, Verdict.ACCEPT, now)
            case 7:
                verdict = Verdict.REFUSE if detail > 2 else Verdict.TAKE_BACK
                answer_offer(session, user.id, number, last, verdict, now)
            case _:
                self._staff(choice, detail)

    def _staff(self, choice: int, detail: int) -> None:
        session, number, now = self.session, self.deal.number, self.now
        match choice:
            case 8 | 9 if self.deal.state == DealState.AGREED:
                confirm_all(session, self.scene, self.broker, now)
            case 10:
                today = china_date(now)
                sign_contract(session, self.broker, number, ContractForm(signed_on=today, effective_on=today), now)
            case 11 if detail > 2:
                register(session, self.broker, number, RegistrationForm(registered_on=china_date(now)), now)
            case 11:
                back_to_talks(session, self.broker, number, now)
            case 12 if detail == 0:
                end_as_broker(session, self.broker, number, Reason.TERMS, now)
            case 13:
                self.now += timedelta(days=7 * detail)
                clock_work.look_at_deal(session, self.deal.id, self.now)


def check(walk: Walk, before: DealState) -> None:
    deal, after = walk.deal, DealState(walk.deal.state)
    assert after == before or after in WAYS[before].values()
    both_agreed = walk.agreed == set(PostSide) and after not in WITHOUT_CONTACT
    for side in PostSide:
        assert (contact_of(deal, side) is not None) == both_agreed
        shown = view_deal(walk.session, deal, side, walk.now)
        assert (shown.contact is not None) == both_agreed
        if not both_agreed:
            assert shown.other == "对方"
    offers = list(deal.offers)
    assert sum(offer.state == OfferState.OPEN for offer in offers) <= 1
    for one, then in pairwise(offers):
        assert one.side != then.side or one.state in ANSWERED
        assert one.state != OfferState.COUNTERED or one.side != then.side
    for offer in offers:
        assert sum(share["amount"] for share in offer.split) == offer.amount
        assert {share["right"] for share in offer.split} == set(BUNDLE)
    has_price = deal.amount is not None
    assert has_price == (after in PRICED) or after == DealState.ENDED
    assert (deal.closed_at is not None) == (after in CLOSED)
    assert (deal.next_notice_on is None) == (after in CLOSED)


@settings(max_examples=200, deadline=None)
@given(
    rights=st.lists(st.sampled_from(["A", "B", "C", "D", "E"]), min_size=2, max_size=5, unique=True),
    amount=st.integers(5, 2_000_000_000),
    off=st.integers(-1, 1),
)
def test_a_price_split_is_the_price_to_the_yuan(rights: list[str], amount: int, off: int) -> None:
    shares = split_evenly(rights, amount)
    assert sum(share.amount for share in shares) == amount
    assert max(share.amount for share in shares) - min(share.amount for share in shares) <= 1
    check_split(rights, amount, shares)
    with pytest.raises(InvalidInput):
        check_split(rights, amount + 1, shares)
    with pytest.raises(InvalidInput):
        check_split(rights, amount, [*shares[1:], Share(right="F", amount=shares[0].amount)])
    if off:
        changed = [shares[0].model_copy(update={"amount": shares[0].amount + off}), *shares[1:]]
        with pytest.raises(InvalidInput):
            check_split(rights, amount, changed)


def test_every_state_has_a_way_to_its_end() -> None:
    for state in DealState:
        reached, ahead = {state}, [state]
        while ahead:
            ahead += [to for to in WAYS[ahead.pop()].values() if to not in reached and not reached.add(to)]
        assert reached & CLOSED
