"""Offers beside each other, and a seller's deals as a table."""

import csv
from io import StringIO

import pytest

from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import InvalidInput
from models import DealState, PostSide, PostState
from services.deals.export import Table, export_deals
from services.market.comparing import compare_offers
from tests.support.deals import NAMES, PHONES, agree, make_person, make_post, make_scene, settle


def test_offers_are_compared_by_what_differs_and_by_the_prices_that_are_named(
    database: Database, clock: FixedClock
) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        posts = [make_post(session, make_person(session, now).id, now) for _ in range(3)]
        posts[0].amount, posts[1].amount, posts[1].regions = 200_000, 100_000, ["广东省佛山市"]
        session.flush()
        ids = [post.public_id for post in posts]
        found = compare_offers(session, ids, today)
        assert [post.public_id for post in found.posts] == ids
        assert list(found.differs) == ["amount", "regions"]
        assert found.cheapest == [ids[1]]
        assert compare_offers(session, ids[1:], today).cheapest is None
        for wrong in (ids[:1], [ids[0], ids[0]]):
            with pytest.raises(InvalidInput):
                compare_offers(session, wrong, today)
        need = make_post(session, make_person(session, now).id, now, side=PostSide.NEED, rights=[])
        with pytest.raises(InvalidInput):
            compare_offers(session, [ids[0], need.public_id], today)
        posts[2].state = PostState.WITHDRAWN
        session.flush()
        with pytest.raises(InvalidInput):
            compare_offers(session, ids, today)


def test_sales_and_leads_are_a_table_without_a_telephone(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_scene(session, now)
        agree(session, scene, now)
        settle(session, scene, now)
        scene.deal.title = "=HYPERLINK(1)"
        session.flush()
        leads = export_deals(session, user_id=scene.seller.id, table=Table.LEADS)
        rows = list(csv.reader(StringIO(leads.removeprefix("\ufeff"))))
        assert len(rows) == 2 and rows[1][:2] == [scene.deal.number, "'=HYPERLINK(1)"]
        assert NAMES[PostSide.NEED] in leads and PHONES[PostSide.NEED] not in leads
        assert export_deals(session, user_id=scene.seller.id, table=Table.SALES).count("\n") == 1
        scene.deal.state = DealState.DONE
        session.flush()
        sales = export_deals(session, user_id=scene.seller.id, table=Table.SALES)
        assert scene.deal.number in sales and "150000" in sales
        assert scene.deal.number not in export_deals(session, user_id=scene.buyer.id, table=Table.SALES)
