"""A price without 出价: a bid where a deal is on the table, asked back in doubt, nothing of the kind anywhere else."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot import webhook
from bot.skills.deal_bids import Sense, read_bid
from core.clock import FixedClock
from models import Deal, DealOffer, User, WeChatIdentity
from services.deals.enquiring import Answer, Enquiry, answer_enquiry, enquire
from services.resources import Resources
from tests.bot.test_deals import BUYER, SELLER, ask, forget_subject
from tests.support.deals import make_post
from tests.support.pushes import Pusher

OFFERED = (
    "转让60万|60万转让|我出60万|我们出60万|60万买断|普通许可60万|独占许可60万|转让60万吧|六十万转让|60w转让|我给60万|我给你60万|"
    "给您60万|60万成交|60万卖给你|六十万我拿下|总价60万转让|一口价60万|转让费60万|转让价60万|许可费60万|60万转让给我|咱出60万"
)
ASKED = (
    "60万|60万左右|最高60万|最低60万|60万以内|转让60万行吗|60万转让合适吗|我要60万|60万行不行|60万可以吗|六十万卖不卖|能不能60万|"
    "俺出60万中不中|60万噻|60万成不成|出价60万合适吗|报价60万是不是太高了|还价60万行不行|我最多给60万|六拾万卖伐"
)
NO_ONE_PRICE = "50到60万|每年5万|再加5万|便宜5万|降5万吧|一年5万许可|50万或60万|低于60万不卖"
DECLINED = "60万太贵了|60万不卖|60万太少了|60万我不干|60万不划算|少于60万免谈"
ELSEWHERE = (
    "转让60万要交多少税|60万的贷款|贷款60万|我想贷60万|转让60万合同要备案吗|补贴60万|想融资60万|60万能申请什么政策|罚款60万|去年营收60万|"
    "转让专利60万要评估吗|出60万的货要交什么税|60万件|转让要多少钱|我有个专利60万想转让|需要60万资金周转"
)
CASES = [
    *((text, Sense.OFFERED) for text in OFFERED.split("|")),
    *((text, Sense.ASKED) for text in ASKED.split("|")),
    *((text, Sense.NO_ONE_PRICE) for text in NO_ONE_PRICE.split("|")),
    *((text, Sense.DECLINED) for text in DECLINED.split("|")),
    *((text, None) for text in ELSEWHERE.split("|")),
]


@pytest.mark.parametrize(("text", "sense"), CASES)
def test_a_price_is_a_bid_or_asked_back_or_about_something_else(text: str, sense: Sense | None) -> None:
    bid = read_bid(text)

    assert (bid.sense if bid is not None else None) == sense
    if sense in {Sense.OFFERED, Sense.ASKED}:
        assert bid is not None and bid.amount == 600_000


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "ANSWER_WITHIN_SECONDS", 60.0)


def test_a_bare_price_is_a_bid_on_the_deal_on_the_table_and_a_doubtful_one_is_asked_back(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    for person in (SELLER, BUYER):
        pusher.say(client, person, "你好")
    assert "出价" not in pusher.say(client, BUYER, "转让60万")
    number = ask(client, pusher, resources, clock)
    pusher.say(client, SELLER, f"同意洽谈 {number}")
    pusher.say(client, SELLER, "钱经理 13800138001")
    pusher.say(client, BUYER, f"看 {number}")

    way = pusher.say(client, BUYER, "我出60万")
    assert "什么方式" in way and quote(f"出价转让60万元 {number}") in way
    assert "什么方式" in pusher.say(client, BUYER, "60万")
    assert "总价" in pusher.say(client, BUYER, "每年5万许可")
    assert "要出价转让60万元吗" in pusher.say(client, BUYER, "60万转让合适吗")
    assert "不动它" in pusher.say(client, BUYER, "算了")
    assert "要出价转让60万元吗" in pusher.say(client, BUYER, "60万转让合适吗")
    assert bids(resources) == []
    assert "出价了:转让,60万元" in pusher.say(client, BUYER, "好")

    pusher.say(client, SELLER, f"看 {number}")
    assert "还是不接受" in pusher.say(client, SELLER, "60万太少了")
    assert "出价了:转让,80万元" in pusher.say(client, SELLER, "80万转让")
    assert bids(resources) == [600_000, 800_000]


def test_a_bare_price_is_asked_back_where_one_deal_waits_for_it_though_another_thing_was_shown_last(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    for person in (SELLER, BUYER):
        pusher.say(client, person, "你好")
    number = ask(client, pusher, resources, clock)
    forget_subject(resources)
    assert number not in pusher.say(client, SELLER, "转让60万")
    pusher.say(client, SELLER, f"同意洽谈 {number}")
    pusher.say(client, SELLER, "钱经理 13800138001")
    pusher.say(client, SELLER, "我的托管")
    pusher.say(client, SELLER, "算了")
    forget_subject(resources)

    asked = pusher.say(client, SELLER, "转让60万")
    assert f"{number}(" in asked and "要出价转让60万元吗" in asked and bids(resources) == []
    assert "不动它" in pusher.say(client, SELLER, "算了")
    forget_subject(resources)
    assert "要出价60万元吗" in pusher.say(client, SELLER, "60万")
    assert "什么方式" in pusher.say(client, SELLER, "好")
    assert bids(resources) == []
    assert "出价了:转让,60万元" in pusher.say(client, SELLER, "转让")

    # The next price is the other's to name.
    forget_subject(resources)
    assert "要出价" not in pusher.say(client, SELLER, "70万")
    forget_subject(resources)
    assert "还是不接受" in pusher.say(client, BUYER, "60万太贵了")


def test_of_several_deals_that_wait_for_a_price_it_is_asked_which(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    for person in (SELLER, BUYER):
        pusher.say(client, person, "你好")
    ask(client, pusher, resources, clock)
    with resources.database.unit_of_work() as session:
        users = {row.openid: row.user_id for row in session.scalars(select(WeChatIdentity))}
        other = make_post(session, users[SELLER], clock.now(), rights=["CN112345679B"])
        buyer, seller = (session.get_one(User, users[each]) for each in (BUYER, SELLER))
        enquire(session, buyer, Enquiry(post_id=other.public_id, name="孙工", phone="13900139002"), clock.now())
        for deal in session.scalars(select(Deal)).all():
            answer_enquiry(
                session, seller, deal.number, Answer(agrees=True, name="钱经理", phone="13800138001"),
                clock.now(),
            )  # fmt: skip
        numbers = sorted(session.scalars(select(Deal.number)))
    forget_subject(resources)

    asked = pusher.say(client, BUYER, "转让60万")

    assert "哪一单的价" in asked and all(quote(f"出价转让60万元 {each}") in asked for each in numbers)
    assert bids(resources) == []
    assert f"{numbers[1]} 出价了:转让,60万元" in pusher.say(client, BUYER, f"出价转让60万元 {numbers[1]}")


def test_a_sum_that_answers_something_else_is_no_bid_though_a_deal_waits_for_one(
    client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    for person in (SELLER, BUYER):
        pusher.say(client, person, "你好")
    number = ask(client, pusher, resources, clock)
    pusher.say(client, SELLER, f"同意洽谈 {number}")
    pusher.say(client, SELLER, "钱经理 13800138001")
    forget_subject(resources)

    pusher.say(client, BUYER, "我想用专利贷款")
    assert "出价" not in pusher.say(client, BUYER, "300万")


def bids(resources: Resources) -> list[int]:
    with resources.database.reading() as session:
        return list(session.scalars(select(DealOffer.amount).order_by(DealOffer.id)))
