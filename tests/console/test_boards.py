"""Boards: what is open in a service, by stage, narrowed and paged, and given out in one go."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import Case, CaseStatus, Staff
from services.casework.assignment import take_case
from services.casework.boards import Chosen, count_boards, read_board
from services.catalogue import service_of
from tests.support.casework import PLEDGE, make_service_case
from tests.support.staff import send_everybody_away

BOARD = "/console/boards/pledge_financing"


def file_cases(database, clock, count: int, **options) -> list[str]:
    """Nobody's yet."""
    with database.unit_of_work() as session:
        send_everybody_away(session)
        return [make_service_case(session, clock.now(), **options).number for _ in range(count)]


def versions_of(database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(Case.version).order_by(Case.id)))


def boxes_on(page: str, mark: str = "") -> list[str]:
    """The values of the boxes that choose a case; with `mark` of those alone that are ticked."""
    return re.findall(rf'<input type="checkbox" name="case" value="([^"]+)"[^>]*{mark}[^>]*>', page)


def numbers_on(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'href="/console/cases/(RZ[0-9-]+)"', page)))


def test_the_overview_counts_what_is_open_late_due_today_and_nobodys(database, clock, people):
    file_cases(database, clock, 3)
    with database.unit_of_work() as session:
        first = session.get(Case, 1)
        take_case(session, staff=session.get(Staff, people["agent"].id), case_id=first.id, now=clock.now())
        first.next_due_at = clock.now() - timedelta(minutes=1)
        session.get(Case, 2).next_due_at = clock.now() + timedelta(hours=2)

    with database.reading() as session:
        counted = count_boards(session, people["supervisor"], clock.now())
    counts = next(counts for service, counts in counted if service.key == "pledge_financing")
    assert (counts.open, counts.late, counts.today, counts.unassigned) == (3, 1, 1, 2)


def test_a_board_shows_who_how_much_who_has_it_and_the_clock(database, clock, signed_in):
    [number] = file_cases(database, clock, 1)
    page = signed_in("supervisor").get(BOARD).get_data(as_text=True)

    for words in (number, "广州云测科技有限公司", "300万元", "没人接", "待预审"):
        assert words in page
    assert "13800138000" not in page


def test_a_stage_is_paged_by_clock_without_a_gap_or_a_repetition(database, clock, people):
    file_cases(database, clock, 9)
    with database.unit_of_work() as session:
        for number in range(1, 7):
            # Two with the same time, so that the id decides; three without a clock come last.
            session.get(Case, number).next_due_at = clock.now() + timedelta(hours=number // 2)
        for number in (7, 8, 9):
            session.get(Case, number).next_due_at = None

    seen, after = [], ""
    with database.reading() as session:
        for _ in range(5):
            board = read_board(
                session, people["supervisor"], service_of("pledge_financing"), Chosen(), clock.now(),
                only="submitted", after=after, limit=2,
            )  # fmt: skip
            seen += [card.number[-4:] for card in board.columns[0].cards]
            after = board.columns[0].next
    assert seen == [f"{number:04d}" for number in range(1, 10)]
    assert after == ""


def test_the_next_page_comes_as_a_part_for_htmx_and_as_a_page_for_everybody_else(database, clock, signed_in):
    numbers = file_cases(database, clock, 17)
    browser = signed_in("supervisor")
    page = browser.get(BOARD).get_data(as_text=True)
    assert numbers_on(page) == numbers[:15]
    more = re.search(r'hx-get="([^"]+stage=submitted[^"]*)"', page)[1].replace("&amp;", "&")

    part = browser.get(more, headers={"HX-Request": "true"}).get_data(as_text=True)
    whole = browser.get(more).get_data(as_text=True)

    assert numbers_on(part) == numbers_on(whole) == numbers[15:]
    assert "<html" not in part and "<html" in whole


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=云测", True),
        ("q=RZ26", True),
        ("q=佛山某某", False),
        ("region=南沙", True),
        ("region=佛山", False),
        ("late=yes", False),
        ("handler=0", True),
        ("handler=1", False),
        ("handler=x", True),
        ("after=nonsense", True),
        ("after=99999999999999999-9999999999", False),
        ("q=%25", False),
    ],
)
def test_a_board_is_narrowed_by_words_region_lateness_and_handler(database, clock, signed_in, query, found):
    [number] = file_cases(database, clock, 1)
    page = signed_in("supervisor").get(f"{BOARD}?{query}").get_data(as_text=True)
    assert (number in numbers_on(page)) is found


def test_whoever_oversees_gives_out_several_and_hears_what_could_not_be_given(database, clock, people, signed_in):
    numbers = file_cases(database, clock, 3)
    with database.unit_of_work() as session:
        session.get(Case, 3).status = CaseStatus.CLOSED
    browser = signed_in("supervisor")
    chosen = [f"{number} {version}" for number, version in zip(numbers, versions_of(database), strict=True)]
    browser.get(BOARD)

    page = browser.post(f"{BOARD}/assign", {"case": chosen, "to": people["agent"].id}).get_data(as_text=True)

    assert "2件已指派给陈敏" in page and numbers[2] in page
    with database.reading() as session:
        assert [session.get(Case, each).assignee_id for each in (1, 2, 3)] == [people["agent"].id] * 2 + [None]


def test_what_somebody_else_gave_out_meanwhile_is_not_given_out_again_unseen(database, clock, people, signed_in):
    file_cases(database, clock, 2)
    first, second = signed_in("supervisor"), signed_in("administrator")
    chosen = boxes_on(first.get(BOARD).get_data(as_text=True))
    assert len(chosen) == 2
    second.get(BOARD)
    second.post(f"{BOARD}/assign", {"case": chosen[0], "to": people["stranger"].id})

    page = first.post(f"{BOARD}/assign", {"case": chosen, "to": people["agent"].id}).get_data(as_text=True)

    given, kept = chosen[1].split()[0], chosen[0].split()[0]
    told = re.sub("<[^>]+>", "", page)
    assert "1件已指派给陈敏" in told and f"{kept}没有指派:刚被改过" in told and f"{given}没有" not in told
    with database.reading() as session:
        holders = [session.get(Case, each).assignee.display_name for each in (1, 2)]
    assert sorted(holders) == ["李强", "陈敏"]
    # The same click again changes nothing and is no refusal; who wants the other one all the same clicks on.
    [ticked] = boxes_on(page, "checked")
    assert ticked.split()[0] == kept and ticked != chosen[0]
    again = first.post(f"{BOARD}/assign", {"case": chosen[1], "to": people["agent"].id}).get_data(as_text=True)
    assert "1件已指派给陈敏" in again and "没有指派" not in again
    first.post(f"{BOARD}/assign", {"case": ticked, "to": people["agent"].id})
    with database.reading() as session:
        assert [session.get(Case, each).assignee.display_name for each in (1, 2)] == ["陈敏", "陈敏"]


def test_giving_out_needs_a_choice_a_person_and_the_right(database, clock, people, signed_in):
    numbers = file_cases(database, clock, 1)
    boss, agent = signed_in("supervisor"), signed_in("agent")
    assert boss.post(f"{BOARD}/assign", {"to": people["agent"].id}).status_code == 422
    assert boss.post(f"{BOARD}/assign", {"case": numbers}).status_code == 422
    assert agent.post(f"{BOARD}/assign", {"case": numbers, "to": people["agent"].id}).status_code == 403
    assert boss.post(f"{BOARD}/assign", {"case": ["RZ261123-9999"], "to": people["agent"].id}).status_code == 404


def test_an_open_board_says_that_something_changed_and_moves_nothing(database, clock, signed_in):
    file_cases(database, clock, 1)
    browser = signed_in("supervisor")
    page = browser.get(BOARD).get_data(as_text=True)
    news = re.search(r'hx-get="([^"]+/news[^"]*)"', page)[1].replace("&amp;", "&")
    assert "有变化" not in browser.get(news).get_data(as_text=True)
    file_cases(database, clock, 2)
    assert "2件有变化" in browser.get(news).get_data(as_text=True)


def test_an_agent_sees_their_own_and_what_nobody_has(database, clock, people, signed_in):
    mine, free = file_cases(database, clock, 2)
    file_cases(database, clock, 1, is_taken=True, values={**PLEDGE, "company": "别人的有限公司"})
    with database.unit_of_work() as session:
        take_case(session, staff=session.get(Staff, people["agent"].id), case_id=1, now=clock.now())

    assert numbers_on(signed_in("agent").get(BOARD).get_data(as_text=True)) == [mine, free]
    assert numbers_on(signed_in("stranger").get(BOARD).get_data(as_text=True)) == []


def test_an_unknown_board_or_stage_is_not_there(signed_in):
    browser = signed_in("supervisor")
    assert browser.get("/console/boards/nothing").status_code == 404
    assert browser.get(f"{BOARD}?stage=nothing").status_code == 404
