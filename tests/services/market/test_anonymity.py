"""An anonymous offer whose words stand in its patent is told so, and neutral words take their place."""

from datetime import timedelta

from core.clock import FixedClock, china_date
from core.db import Database
from models import User
from nlp.market.posts import Mode, RightState
from services.market.anonymity import make_neutral, quote_of
from services.market.posting import PostForm, write_post
from tests.support.people import make_identity
from tests.support.rights import make_right

ABSTRACT = "将氧化石墨烯分散液刮涂在基底上,经还原后得到复合散热膜,散热效率高、成本低。"
NUMBER = "CN202110123456.7"
CLAIM = "刮涂后在惰性气氛中还原成膜"


def form(clock: FixedClock, **values: object) -> PostForm:
    given = {
        "side": "offer", "title": "一种石墨烯散热膜", "text": ABSTRACT, "rights": [NUMBER],
        "modes": [Mode.LICENCE_PLAIN], "classes": ["H05K7/20"], "right_state": RightState.IN_FORCE,
        "until": china_date(clock.now()) + timedelta(days=90), **values,
    }  # fmt: skip
    return PostForm.model_validate(given)


def test_what_stands_in_the_patent_is_found_and_made_neutral(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        make_right(session, clock.now(), number=NUMBER, abstract=ABSTRACT, ipc_codes=["H05K 7/20"])
        user = session.get_one(User, make_identity(session, clock.now()).user_id)
        post = write_post(session, user, form(clock), clock.now())

        assert quote_of(session, post).startswith("将氧化石墨烯分散液")
        post = make_neutral(session, user, post, clock.now())

        assert quote_of(session, post) == ""
        assert "石墨烯" not in post.text and NUMBER not in post.text and "提高效率、降低成本" in post.text
        assert (post.is_anonymous, post.title, post.rights) == (True, "一种石墨烯散热膜", [NUMBER])


def test_a_claim_gives_away_too_and_who_shows_their_name_hides_nothing(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        make_right(session, clock.now(), number=NUMBER, claims=[f"一种散热膜,其特征在于{CLAIM}。"])
        user = session.get_one(User, make_identity(session, clock.now()).user_id)
        hidden = write_post(session, user, form(clock, text=f"好用:{CLAIM}就行"), clock.now())
        shown = write_post(session, user, form(clock, title="另一个", is_anonymous=False), clock.now())

        assert quote_of(session, hidden) == CLAIM
        assert quote_of(session, shown) == ""
