"""Offers and needs through the API: written with their findings, handed in once, found on the board, kept, answered."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from models import MarketMatch, MarketPost, PostSide, PostState, WeChatIdentity
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.custody import NUMBER
from tests.support.market import make_post
from tests.support.people import make_identity
from tests.support.rights import make_right

OFFER = {
    "side": "offer", "title": "滚动轴承早期故障诊断方法", "text": "振动和温度一起看,提前两周报警。",
    "until": "2027-03-01", "rights": [NUMBER], "classes": ["G01M 13/045"], "modes": ["licence_plain"],
    "amount_yuan": 150_000,
    "regions": ["山西省太原市"], "right_state": "in_force",
}  # fmt: skip


def test_a_post_is_written_with_findings_handed_in_once_and_renewed_only_when_shown(
    phone: Phone, resources: Resources, clock: FixedClock
) -> None:
    with resources.database.unit_of_work() as session:
        make_right(session, clock.now())

    written = phone.post("/market/posts", OFFER, key="market-key-1")

    post = written.get_json()
    assert (written.status_code, post["state"], post["warning"]) == (201, "draft", None), post
    assert phone.post("/market/posts", OFFER, key="market-key-1").get_json() == post
    verdicts = {each["rule"]: (each["verdict"], bool(each["articles"])) for each in post["findings"]}
    assert verdicts["in_force"] == ("passed", True) and verdicts["owner"] == ("to_prove", True)
    path = f"/market/posts/{post['id']}"
    assert phone.post(f"{path}/submission", {"version": 9}).status_code == 409
    assert phone.post(f"{path}/submission", {"version": True}).get_json()["error"]["fields"] == {
        "version": "要填整数。"
    }
    handed = phone.post(f"{path}/submission", {"version": post["version"]}).get_json()
    assert handed["state"] == "review"
    renewal = {"version": handed["version"], "until": "2027-04-01"}
    assert phone.put(f"{path}/until", renewal).status_code == 409
    assert phone.get("/market/posts", state="review").get_json()["total"] == 1
    assert phone.get("/market/board").get_json()["total"] == 0
    assert phone.delete(path).status_code == 204
    assert phone.get(path).get_json()["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"answers": {"is_pledged": True}}, "not_tradable", "第四百四十四条"),
        (
            {"rights": [], "right_state": "technology", "text": "粉末在700℃煅烧3小时,再球磨到5微米。"},
            "tells_too_much",
            "第二十二条",
        ),
    ],
)
def test_what_stands_in_the_way_has_a_code_for_the_client_and_a_sentence_for_people(
    phone: Phone, changes: dict[str, Any], code: str, said: str
) -> None:
    post = phone.post("/market/posts", OFFER | changes).get_json()
    path, body = f"/market/posts/{post['id']}/submission", {"version": post["version"]}

    refused = phone.post(path, body)

    assert refused.status_code == 409
    assert (refused.get_json()["error"]["code"], said in refused.get_json()["error"]["message"]) == (code, True)
    accepted = phone.post(path, body | {"accepts_disclosure": True})
    assert accepted.status_code == (409 if code == "not_tradable" else 200)


def test_an_open_licence_has_the_draft_of_its_declaration(
    phone: Phone, resources: Resources, clock: FixedClock
) -> None:
    with resources.database.unit_of_work() as session:
        make_right(session, clock.now())
    post = phone.post("/market/posts", OFFER | {"modes": ["open_licence"]}).get_json()

    found = phone.get(f"/market/posts/{post['id']}/declarations", payment="一次付清").get_json()

    [draft] = found["items"]
    assert (draft["number"], draft["missing"]) == ("ZL202110123456.7", ["许可期限"])
    assert "广州云测科技有限公司" in draft["text"] and "15万元" in draft["text"]
    assert {"law": "专利法实施细则", "article": "第八十五条"} in found["articles"]


@pytest.fixture
def board(resources: Resources, clock: FixedClock) -> dict[str, str]:
    """Three posts of somebody else: an anonymous offer, one of a named firm that is near it, a need."""
    with resources.database.unit_of_work() as session:
        other = make_identity(session, clock.now()).user_id
        offer = {
            "side": PostSide.OFFER, "title": "滚动轴承故障诊断方法", "text": "听振动就知道轴承什么时候坏。",
            "rights": [NUMBER], "classes": ["G01M 13/045"], "amount": 150_000, "place": "山西省太原市",
        }  # fmt: skip
        rows = {
            "hidden": make_post(session, other, clock.now(), **offer),
            "near": make_post(
                session, other, clock.now(), **offer | {"title": "水泵轴承故障诊断方法", "is_anonymous": False}
            ),
            "need": make_post(session, other, clock.now()),
            "draft": make_post(session, other, clock.now(), state=PostState.REVIEW),
        }
        return {name: row.public_id for name, row in rows.items()}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {"hidden", "near", "need"}),
        ({"q": "轴承什么时候坏", "side": "offer"}, {"hidden", "near"}),
        ({"ipc": "G01M", "most_yuan": 200_000, "region": "山西省"}, {"hidden", "near"}),
        ({"most_yuan": 100_000}, set()),
        ({"mode": "licence_plain", "side": "need"}, {"need"}),
        ({"mode": "transfer"}, set()),
        ({"right_state": "in_force"}, set()),
    ],
)
def test_the_board_is_searched_by_words_and_filtered(
    phone: Phone, board: dict[str, str], query: dict[str, Any], names: set[str]
) -> None:
    found = phone.get("/market/board", **query).get_json()

    assert {each["id"] for each in found["items"]} == {board[name] for name in names}
    assert found["total"] == len(names)


def test_an_anonymous_post_shows_neither_owner_nor_number(phone: Phone, board: dict[str, str]) -> None:
    hidden = phone.get(f"/market/board/{board['hidden']}").get_json()
    near = phone.get(f"/market/board/{board['near']}").get_json()

    assert (hidden["owner"], hidden["rights"], hidden["rights_count"]) == ("匿名", [], 1)
    assert near["rights"] == [NUMBER]
    similar = phone.get(f"/market/board/{board['hidden']}/similar").get_json()["items"]
    assert [each["id"] for each in similar] == [board["near"]]
    assert phone.get(f"/market/board/{board['draft']}").status_code == 404


def test_an_anonymous_offer_is_not_found_by_the_title_that_it_does_not_show(
    phone: Phone, board: dict[str, str]
) -> None:
    found = phone.get("/market/board", q="故障诊断方法", side="offer").get_json()

    assert [each["id"] for each in found["items"]] == [board["near"]]


def test_what_is_kept_is_listed_until_it_is_let_go(
    phone: Phone, board: dict[str, str], log_in: Callable[..., Phone]
) -> None:
    path = f"/market/favourites/{board['need']}"

    assert [phone.put(path, {}).status_code for _ in range(2)] == [204, 204]

    assert [each["id"] for each in phone.get("/market/favourites").get_json()["items"]] == [board["need"]]
    assert log_in("oMiniOther").get("/market/favourites").get_json()["total"] == 0
    assert phone.delete(path).status_code == 204
    assert phone.get("/market/favourites").get_json()["total"] == 0


def test_a_match_is_answered_and_what_is_dismissed_goes(
    phone: Phone, board: dict[str, str], resources: Resources, clock: FixedClock
) -> None:
    with resources.database.unit_of_work() as session:
        user_id = session.scalars(select(WeChatIdentity.user_id).where(WeChatIdentity.openid == "oMini1")).one()
        mine = make_post(session, user_id, clock.now())
        offer = session.scalars(select(MarketPost).where(MarketPost.public_id == board["hidden"])).one()
        offer.amount, offer.text = 150_000, "振动和温度一起看,提前两周报警。普通许可15万起。"
        session.add(
            MarketMatch(
                need_id=mine.id, offer_id=offer.id, score=0.8, reasons=["主题"], to_talk=[],
                missing=[["need", "预算没写"], ["offer", "价格没写"]], found_at=clock.now(), changed_at=clock.now(),
            )
        )  # fmt: skip
        own = mine.public_id

    [found] = phone.get("/market/matches", post_id=own).get_json()["items"]

    assert (found["post_id"], found["other"]["id"], found["missing"]) == (own, board["hidden"], ["预算没写"])
    shown = [found["other"][name] for name in ("title", "text", "terms", "amount_yuan")]
    # The title of the patent would name its owner.
    assert shown == ["结构检测专利", "振动和温度一起看,提前两周报警。", "普通许可", None]
    path = f"/market/matches/{found['id']}/feedback"
    assert phone.put(path, {"verdict": "interested", "reason": "price"}).status_code == 422
    assert phone.put(path, {"verdict": "interested"}).status_code == 200
    assert phone.get("/market/matches").get_json()["items"][0]["verdict"] == "interested"
    assert phone.put(path, {"verdict": "dismissed", "reason": "price"}).status_code == 200
    assert phone.get("/market/matches").get_json()["items"] == []
