"""What a quick score is made of: the record for everybody, custody for whose it is, needs of the market."""

from datetime import date, timedelta

import pytest

from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import NotFound
from models import DealState, LegalStatus, PostSide
from nlp.market.posts import Mode
from services.market.quick_scores import score_right
from tests.support.custody import bring
from tests.support.deals import agree, make_post, make_scene, settle
from tests.support.people import make_identity
from tests.support.rights import make_right


def points(scored) -> dict[str, float | None]:
    assert scored.score is not None
    return {part.key: part.points for part in scored.score.parts}


def test_a_record_is_scored_for_everybody_and_custody_only_for_its_owner(database: Database, clock: FixedClock) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        right = make_right(session, now, claims=["一种膜"] * 5, ipc_codes=["C01B32/182"])
        owner, other = (make_identity(session, now).user for _ in range(2))
        kept = bring(session, owner.id, now)
        kept.paid_said_on = today
        for place, symbol in enumerate(("C01B32/00", "C01B33/00", "G06F17/30")):
            need = make_post(session, other.id, now, side=PostSide.NEED, rights=[])
            need.text, need.classes = f"要一种散热膜{place}", [symbol]
        session.flush()
        seen = points(score_right(session, user_id=other.id, number=right.publication_number, today=today))
        own = points(score_right(session, user_id=owner.id, number=right.application_number, today=today))
    # In force until 15 March 2041: more than twelve years; two of the three needs are of its subclass.
    assert (seen["kind"], seen["term"], seen["claims"], seen["demand"]) == (20, 20, 7.5, 5)
    assert (seen["fees"], seen["use"], seen["citations"]) == (None, None, None)
    assert own["fees"] == 10 and own["demand"] == 5


def test_a_licence_that_was_done_here_counts_for_its_owner_alone(database: Database, clock: FixedClock) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        right = make_right(session, now)
        scene = make_scene(session, now, rights=[right.publication_number])
        agree(session, scene, now)
        settle(session, scene, now, mode=Mode.LICENCE_PLAIN)
        scene.deal.state = DealState.DONE
        session.flush()
        own = points(score_right(session, user_id=scene.seller.id, number=right.publication_number, today=today))
        others = points(score_right(session, user_id=scene.buyer.id, number=right.publication_number, today=today))
    assert (own["use"], others["use"]) == (5, None)


def test_what_has_ended_has_no_score_and_what_nobody_has_is_not_found(database: Database, clock: FixedClock) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        user = make_identity(session, now).user
        lapsed = make_right(session, now, legal_status=LegalStatus.LAPSED)
        over = make_right(session, now, number="CN200110123456.7", application_date=today - timedelta(days=21 * 366))
        for number in (lapsed.publication_number, over.publication_number):
            assert score_right(session, user_id=user.id, number=number, today=today).score is None
        with pytest.raises(NotFound):
            score_right(session, user_id=user.id, number="CN299999999B", today=date(2026, 11, 23))
