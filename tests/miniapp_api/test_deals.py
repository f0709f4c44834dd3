"""Two mini-programs deal with each other: what either reads, before and after both agreed."""

from collections.abc import Callable

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from adapters.wechat.local import LocalWeChat
from adapters.wechat.session import CodeSession
from models import IdempotencyRecord, MarketPost, WeChatIdentity
from nlp.market.posts import Mode
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.deals import BUNDLE, make_post

SELLER, BUYER = {"name": "钱经理", "phone": "13800138001"}, {"name": "孙工", "phone": "13900139002"}
Pair = tuple[Phone, Phone, str]


@pytest.fixture
def pair(make_app: Callable[..., APIFlask], resources: Resources, mini_wechat: LocalWeChat) -> Pair:
    """A seller, a buyer, and the seller's offer of three patents."""
    app = make_app()
    phones = []
    for openid in ("o-seller", "o-buyer"):
        mini_wechat.codes["code"] = CodeSession(openid=openid, unionid=None, session_key="c2Vzc2lvbi1rZXk=")
        client = app.test_client()
        phones.append(Phone(client, client.post("/api/v1/login", json={"code": "code"}).get_json()))
    with resources.database.unit_of_work() as session:
        seller = session.scalars(select(WeChatIdentity.user_id).where(WeChatIdentity.openid == "o-seller")).one()
        post_id = make_post(session, seller, resources.clock.now(), rights=BUNDLE).public_id
    return phones[0], phones[1], post_id


def test_either_side_reads_the_other_only_after_both_agreed(pair: Pair) -> None:
    seller, buyer, post_id = pair
    wanted = {"post_id": post_id, **BUYER}
    assert set(buyer.post("/deals", {"post_id": post_id}).get_json()["error"]["fields"]) == {"name", "phone"}
    told = {**wanted, "text": "加微信 sungong_88 聊"}
    assert set(buyer.post("/deals", told).get_json()["error"]["fields"]) == {"text"}
    made = buyer.post("/deals", wanted, key="deal-0001")
    again = buyer.post("/deals", wanted, key="deal-0001")
    assert made.status_code == 201 and again.get_json() == made.get_json()
    number = made.get_json()["number"]

    asked, asking = (phone.get(f"/deals/{number}") for phone in (seller, buyer))
    assert BUYER["phone"] not in asked.text and BUYER["name"] not in asked.text
    assert asked.get_json()["doings"] == ["answer", "end"] and asking.get_json()["doings"] == ["end"]
    assert asking.get_json()["rights"] == [] and asking.get_json()["rights_count"] == 3
    assert not any(right in asking.text for right in BUNDLE)

    agreed = seller.put(f"/deals/{number}/consent", {"agrees": True, **SELLER}).get_json()
    assert agreed["contact"] == {"name": "孙工", "phone": BUYER["phone"], "company": None}
    assert buyer.get(f"/deals/{number}").get_json()["rights"] == BUNDLE
    assert seller.get("/deal-customers").get_json()["items"][0]["deals"] == [number]
    assert buyer.get("/deal-customers").get_json()["items"] == []

    seller.put(f"/deals/{number}/consent", {"agrees": False})
    for phone, hidden in ((seller, BUYER), (buyer, SELLER)):
        shown = phone.get(f"/deals/{number}")
        assert shown.get_json()["contact"] is None and hidden["phone"] not in shown.text
    assert seller.get("/deal-customers").get_json()["items"] == []


def test_standard_terms_are_taken_in_the_version_that_was_read(pair: Pair, resources: Resources) -> None:
    _, buyer, post_id = pair
    with resources.database.unit_of_work() as session:
        post = session.scalars(select(MarketPost)).one()
        post.modes, post.amount = [Mode.LICENCE_QUICK], 50_000
        post.quick_terms = {"fee": "per_year", "years": 3, "region": "", "field": ""}
    read = buyer.get(f"/market/board/{post_id}").get_json()["version"]
    takes = {"post_id": post_id, **BUYER, "takes_terms": True}
    assert buyer.post("/deals", takes, key="deal-0001").status_code == 422
    with resources.database.unit_of_work() as session:
        session.scalars(select(MarketPost)).one().version += 1
    assert buyer.post("/deals", {**takes, "terms_version": read}, key="deal-0002").status_code == 409
    made = buyer.post("/deals", {**takes, "terms_version": read + 1}, key="deal-0003").get_json()
    assert (made["state"], made["amount"]) == ("agreed", 150_000)


def test_what_was_answered_is_given_again_without_a_contact_that_was_taken_back(
    pair: Pair, resources: Resources
) -> None:
    seller, buyer, post_id = pair
    number = buyer.post("/deals", {"post_id": post_id, **BUYER}, key="deal-0001").get_json()["number"]
    seller.put(f"/deals/{number}/consent", {"agrees": True, **SELLER})
    offer = {"mode": "transfer", "amount": 100}
    assert BUYER["phone"] in seller.post(f"/deals/{number}/offers", offer, key="offer-0001").text
    with resources.database.reading() as session:
        kept = [str(body) for body in session.scalars(select(IdempotencyRecord.response))]
    assert kept and not any(BUYER["phone"] in body or SELLER["phone"] in body for body in kept)

    buyer.put(f"/deals/{number}/consent", {"agrees": False})

    again = seller.post(f"/deals/{number}/offers", offer, key="offer-0001")
    assert again.headers["Idempotency-Replayed"] == "true" and again.get_json()["offers"][0]["amount"] == 100
    assert again.get_json()["contact"] is None and BUYER["phone"] not in again.text


def test_a_bundle_has_its_price_split_and_a_request_for_quotations_shows_the_price(pair: Pair) -> None:
    seller, buyer, post_id = pair
    body = {"post_ids": [post_id], "until": "2026-12-20", **BUYER}
    request = buyer.post("/quote-requests", body).get_json()
    number = request["quotes"][0]["deal"]["number"]
    assert request["quotes"][0]["offer"] is None and request["not_asked"] == []
    (lead,) = seller.get("/deals", side="offer", is_open="true").get_json()["items"]
    assert lead["number"] == number
    seller.put(f"/deals/{number}/consent", {"agrees": True, **SELLER})

    offer = {"mode": "transfer", "amount": 100, "split": [{"right": right, "amount": 40} for right in BUNDLE]}
    refused = seller.post(f"/deals/{number}/offers", offer)
    assert refused.status_code == 422 and set(refused.get_json()["error"]["fields"]) == {"split"}
    made = seller.post(f"/deals/{number}/offers", {"mode": "transfer", "amount": 100}).get_json()["offers"][0]
    assert [share["amount"] for share in made["split"]] == [34, 33, 33] and made["is_split_even"]
    assert seller.post(f"/deals/{number}/offers", {"mode": "transfer", "amount": 90}).status_code == 409

    quoted = buyer.get(f"/quote-requests/{request['id']}").get_json()["quotes"][0]["offer"]
    assert quoted["amount"] == 100 and not quoted["is_mine"]
    # Whoever says yes to a price that is another one by now has said nothing.
    seller.put(f"/deals/{number}/offer-answer", {"offer": 1, "verdict": "take_back"})
    seller.post(f"/deals/{number}/offers", {"mode": "transfer", "amount": 200})
    assert buyer.put(f"/deals/{number}/offer-answer", {"offer": 1, "verdict": "accept"}).status_code == 409
    accepted = buyer.put(f"/deals/{number}/offer-answer", {"offer": 2, "verdict": "accept"}).get_json()
    assert accepted["state"] == "agreed" and accepted["amount"] == 200
    keys = {check["key"] for check in accepted["checks"]}
    assert {"owner", "co_owners", "export", "split"} <= keys and "licensor" not in keys
    assert accepted["registration"]["article"] == {"law": "专利法", "article": "第十条"}

    written = buyer.post(f"/deals/{number}/messages", {"text": "能不能分两期"})
    assert written.status_code == 201
    assert [each["text"] for each in buyer.get(f"/deals/{number}/messages").get_json()["items"]] == ["能不能分两期"]
    assert seller.get(f"/deals/{number}/messages").get_json()["items"] == []


def test_the_seller_shares_out_what_the_deal_brings_and_the_buyer_reads_nothing_of_it(pair: Pair) -> None:
    seller, buyer, post_id = pair
    number = buyer.post("/deals", {"post_id": post_id, **BUYER}).get_json()["number"]
    seller.put(f"/deals/{number}/consent", {"agrees": True, **SELLER})
    path = f"/deals/{number}/benefits"
    empty = seller.get(path).get_json()
    assert (empty["plan"], empty["version"], empty["least_percent"]) == (None, 0, 50)
    assert {"law": "专利法实施细则", "version": "2023年修订", "article": "第九十四条"}.items() <= empty["law"][
        -1
    ].items()

    lines = [
        {"role": "unit", "percent": 60},
        {"role": "inventor", "name": "张伟", "percent": 33.33},
        {"role": "team", "name": "轴承组", "percent": 6.67},
    ]
    body = {"basis": "none", "costs_fen": 1001, "shares": lines, "version": 0}
    for wrong in (
        [*lines[:2], {"role": "team", "percent": 6.66}],
        [{"role": "unit", "percent": 66.666}, *lines[1:]],
        [{"role": "inventor", "percent": 100}],
    ):
        assert set(seller.put(path, {**body, "shares": wrong}).get_json()["error"]["fields"]) == {"shares"}
    written = seller.put(path, body).get_json()
    assert written["version"] == 1 and written["plan"]["price"] is None
    assert [each["key"] for each in written["warnings"]] == ["below_default"]
    assert "50%" in written["warnings"][0]["text"] and written["warnings"][0]["article"]["article"] == "第四十五条"
    assert seller.put(path, body).status_code == 409

    seller.post(f"/deals/{number}/offers", {"mode": "transfer", "amount": 1000})
    buyer.put(f"/deals/{number}/offer-answer", {"offer": 1, "verdict": "accept"})
    word = {"share": 2, "word": "agreed", "said_on": "2026-11-20", "version": 1}
    told = seller.put(f"{path}/words", word).get_json()
    assert told["plan"]["price"] == {"gross_fen": 100_000, "net_fen": 98_999}
    amounts = [share["amount_fen"] for share in told["plan"]["shares"]]
    assert sum(amounts) == 98_999 and amounts == [59_399, 32_997, 6_603]
    assert (told["plan"]["shares"][1]["word_label"], told["plan"]["shares"][1]["noted_by"]) == ("同意", "出让方")

    missing = buyer.get("/deals/GX991231-0001/benefits")
    assert missing.status_code == 404
    for call in (
        buyer.get(path), buyer.put(path, body), buyer.put(f"{path}/words", word), buyer.delete(f"{path}?version=2"),
    ):  # fmt: skip
        assert (call.status_code, call.get_json()["error"]["message"]) == (404, missing.get_json()["error"]["message"])
    assert "张伟" not in buyer.get(f"/deals/{number}").text + buyer.get("/deals").text
    assert "张伟" in seller.get("/deal-export", table="benefits").text
    assert seller.delete(f"{path}?version=2").get_json()["plan"] is None
