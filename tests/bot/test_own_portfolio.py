"""Our own company's patents, once it is known which company that is."""

from flask.testing import FlaskClient
from sqlalchemy import select

from core.clock import FixedClock
from models import Company, User
from services.resources import Resources
from tests.support.pushes import Pusher, text_fields

OPENID = "oUser0000000000000000000001"


def say(client: FlaskClient, pusher: Pusher, text: str) -> str:
    with pusher.push(client, text_fields(OPENID, text)) as response:
        return str(pusher.opened(response.get_data(as_text=True))["Content"])


def test_who_told_us_their_company_is_shown_its_patents(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    assert say(client, pusher, "我们公司有多少专利").startswith("您公司的全称是什么?")
    with resources.database.unit_of_work() as session:
        user = session.scalars(select(User)).one()
        user.company = Company(name="佛山市炊语电器有限公司", created_at=clock.now())

    answer = say(client, pusher, "我司名下有哪些专利")

    assert answer.startswith("库里收录佛山市炊语电器有限公司的专利7件,不一定是全部。")
