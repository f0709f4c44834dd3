"""The reviewer's desk of posts, on a desk and on a phone."""

from playwright.sync_api import expect

from models import PostSide, PostState
from nlp.market.posts import Mode
from tests.console.test_browser import base_url, open_console  # noqa: F401  (fixtures)
from tests.console.test_notices_browser import SIZES, opened, pytestmark  # noqa: F401  (they are slow)
from tests.support.market import make_post
from tests.support.people import make_identity

TERMS = {"fee": "per_year", "years": 3, "region": "华东六省一市", "field": "工业循环水处理和中水回用"}


@SIZES
def test_standard_terms_are_read_whole_before_a_post_is_published(database, clock, open_console, size):  # noqa: F811
    with database.unit_of_work() as session:
        make_post(
            session, make_identity(session, clock.now()).user_id, clock.now(), side=PostSide.OFFER,
            state=PostState.REVIEW, title="臭氧协同膜分离的中水回用装置",
            text="处理后回用率高,占地小,适合已有管网的改造。", rights=["CN112345678B"],
            modes=[Mode.LICENCE_QUICK], amount=50_000, quick_terms=TERMS,
        )  # fmt: skip

    page = opened(open_console("supervisor", size), "market-posts")

    said = "普通许可(不排他),每年5万元,3年,限华东六省一市,领域限工业循环水处理和中水回用"
    row = page.locator("dl.pairs > div", has_text="标准条款")
    expect(row).to_contain_text(said)
    assert row.locator("dd").evaluate("each => each.scrollWidth <= each.clientWidth")
