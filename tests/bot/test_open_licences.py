"""The declaration of an open licence in chat: what keeps it back, else the draft with what it still lacks."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.clock import FixedClock
from models import MarketPost, WeChatIdentity
from nlp.market.posts import Mode
from services.resources import Resources
from tests.support.deals import make_post
from tests.support.pushes import Pusher
from tests.support.rights import make_right

OWNER = "oOwner000000000000000000001"


@pytest.fixture
def number(client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock) -> str:
    """Of a patent that its owner offers by open licence."""
    pusher.say(client, OWNER, "你好")
    with resources.database.unit_of_work() as session:
        right = make_right(session, clock.now())
        user_id = session.scalars(select(WeChatIdentity.user_id)).one()
        post = make_post(session, user_id, clock.now(), rights=[right.publication_number], modes=(Mode.OPEN_LICENCE,))
        post.right_state = "in_force"
        return str(right.publication_number)


def test_a_draft_says_what_it_still_lacks_and_by_which_articles(
    client: FlaskClient, pusher: Pusher, number: str
) -> None:
    draft = pusher.say(client, OWNER, "开放许可声明")
    assert "专利开放许可声明(草稿)" in draft and "还要写:" in draft and "支付方式" in draft
    assert "《专利法》第五十条" in draft and "我们不代交" in draft
    whole = pusher.say(client, OWNER, "开放许可声明:每年5万元,按年付,到2029年12月31日")
    assert "还要写" not in whole and "每年5万元,按年付" in whole and "2029年12月31日" in whole


def test_a_right_that_may_not_be_declared_has_no_draft(
    client: FlaskClient, pusher: Pusher, resources: Resources, number: str
) -> None:
    with resources.database.unit_of_work() as session:
        post = session.scalars(select(MarketPost)).one()
        post.answers = {"is_licensed_exclusively": True}
    told = pusher.say(client, OWNER, "开放许可声明")
    assert "现在不能声明开放许可" in told and "独占或排他许可期内" in told and "草稿" not in told


def test_who_offers_none_gets_an_answer_about_the_law(client: FlaskClient, pusher: Pusher) -> None:
    pusher.say(client, OWNER, "你好")
    assert "声明(草稿)" not in pusher.say(client, OWNER, "开放许可声明")
