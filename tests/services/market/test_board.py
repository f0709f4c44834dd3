"""The board's word search: what says more comes first, page by page, with the same total on each."""

from datetime import timedelta

import pytest

from core.clock import china_date
from nlp.segmenter import default_segmenter
from services.market.board import BoardQuery, search_board
from tests.support.market import make_post
from tests.support.people import make_identity


@pytest.fixture
def find(database, clock):
    """Titles of a page, where the next one begins, and the total."""
    now = clock.now()
    with database.unit_of_work() as session:
        owner = make_identity(session, now).user_id
        said = {"轴承": "水泵", "PLC 网关": "轴承", "水泵": "轴承", "水泵轴承": "轴承", "茶": "摇青"}
        for age, (title, text) in enumerate(said.items()):
            make_post(session, owner, now, title=title, text=text, published_at=now - timedelta(days=age))

    def find(words: str, offset: int = 0):
        with database.reading() as session:
            page = search_board(session, default_segmenter(), BoardQuery(words=words), user_id=owner,
                                today=china_date(now), offset=offset, limit=2)  # fmt: skip
            return [post.title for post in page.items], page.next_offset, page.total

    return find


def test_words_in_the_title_count_more_and_the_newer_of_two_alike_comes_first(find):
    assert find("轴承 水泵") == (["水泵轴承", "轴承"], 2, 4)
    assert find("轴承 水泵", offset=2) == (["水泵", "PLC 网关"], None, 4)


def test_a_page_beyond_the_last_still_says_how_many_there_are(find):
    assert find("轴承", offset=10) == ([], None, 4)
    assert find("没有人写过") == ([], None, 0)


def test_latin_letters_are_found_in_either_size(find):
    assert find("plc") == (["PLC 网关"], None, 1)


def test_without_words_the_newest_come_first_page_by_page(find):
    assert find("") == (["轴承", "PLC 网关"], 2, 5)
    assert find("", offset=4) == (["茶"], None, 5)


@pytest.mark.parametrize("words", ["", "齿轮"])
def test_a_post_is_there_on_its_last_day_and_not_on_the_next_whatever_is_asked(database, clock, words):
    today = china_date(clock.now())
    with database.unit_of_work() as session:
        owner = make_identity(session, clock.now()).user_id
        make_post(session, owner, clock.now(), title="齿轮箱", until=today)
        # The clock of posts has not come by yet.
        make_post(session, owner, clock.now(), title="齿轮油", until=today - timedelta(days=1))
    with database.reading() as session:
        page = search_board(session, default_segmenter(), BoardQuery(words=words), user_id=owner, today=today)
        shown = [post.title for post in page.items]

    assert (shown, page.total) == (["齿轮箱"], 1)
