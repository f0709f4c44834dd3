"""The photo of a certificate in chat: read, asked back, kept when its owner says so; what goes wrong is said."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from adapters.picture_text_embedded import FailingPictureText, with_words
from adapters.wechat.local import LocalWeChat
from bot import webhook
from core.clock import FixedClock
from models import Conversation, CustodyPaper, CustodyRight, Message, Platform
from services.custody import photos
from services.resources import Resources
from tests.support.jobs import run_outbox
from tests.support.pushes import NOW, Pusher, text_fields
from tests.support.rights import make_right

OPENID = "oOwner000000000000000000001"
NUMBER, TITLE = "CN202110123456.7", "一种石墨烯散热膜"
SECOND = "CN201910123456.X"
CERTIFICATE = f"发明专利证书\n发明名称:{TITLE}\n专 利 号:ZL 2021 1 0123456.7\n授权公告号:CN 112345678 B"
WRONG = CERTIFICATE.replace("0123456.7", "0123465.7")

Say = Callable[..., str]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "ANSWER_WITHIN_SECONDS", 60.0)


@pytest.fixture
def account(resources: Resources, clock: FixedClock) -> LocalWeChat:
    """The service account's WeChat, and the record of the patent whose certificate is sent."""
    with resources.database.unit_of_work() as session:
        make_right(session, clock.now(), number=NUMBER)
    wechat = resources.wechat[Platform.OFFICIAL_ACCOUNT]
    assert isinstance(wechat, LocalWeChat)
    return wechat


@pytest.fixture
def say(client: FlaskClient, pusher: Pusher, resources: Resources, account: LocalWeChat) -> Say:
    """What is answered to words or to a photo with these words on it, at once or by a job."""

    def sent(text: str = "", *, photo: str | bytes | None = None) -> str:
        fields: dict[str, Any] = text_fields(OPENID, text, CreateTime=NOW + len(account.media))
        if photo is not None:
            content = with_words(Image.new("RGB", (8, 8)), photo) if isinstance(photo, str) else photo
            medium = account.upload_image(content)
            del fields["Content"]
            fields |= {"MsgType": "image", "PicUrl": "http://p", "MediaId": medium}
        before = len(account.texts_to(OPENID))
        with pusher.push(client, fields) as response:
            answer = response.get_data(as_text=True)
        if answer != "success":
            return str(pusher.opened(answer)["Content"])
        run_outbox(resources)
        return "\n".join(account.texts_to(OPENID)[before:])

    return sent


def kept(resources: Resources) -> list[str]:
    with resources.database.reading() as session:
        return list(session.scalars(select(CustodyRight.number)))


def test_a_photo_is_read_asked_back_and_kept_when_the_owner_says_so(say: Say, resources: Resources) -> None:
    say("我托管的专利")

    asked = say(photo=CERTIFICATE)

    assert f"读到 {NUMBER} {TITLE}(演示数据)" in asked and "是这件吗" in asked
    assert kept(resources) == []
    assert "托管了" in say("好")
    assert kept(resources) == [NUMBER]


def test_neither_the_picture_nor_its_words_are_kept(say: Say, resources: Resources) -> None:
    say("我托管的专利")
    say(photo=CERTIFICATE)

    with resources.database.reading() as session:
        memory = str(session.scalars(select(Conversation)).one().memory)
        messages = " ".join(str((each.text, each.details)) for each in session.scalars(select(Message)))
    assert "发明专利证书" not in memory + messages and "112345678" not in memory + messages


def test_a_photo_out_of_the_blue_is_read_once_its_sender_says_so(say: Say, resources: Resources) -> None:
    assert "是专利证书的话" in say(photo=CERTIFICATE)
    assert "是这件吗" in say("好")
    assert "没托管" in say("不是")
    assert kept(resources) == []
    assert "托管了" in say(NUMBER)


def test_a_check_digit_that_does_not_fit_is_never_taken_and_what_was_meant_is_proposed(
    say: Say, resources: Resources
) -> None:
    say("我托管的专利")

    answer = say(photo=WRONG)

    assert "校验位对不上" in answer and NUMBER in answer and TITLE in answer
    assert kept(resources) == []
    assert "托管了" in say(f"托管 {NUMBER}")


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        ("营业执照\n某某公司", "没认出专利号"),
        (b"\x89PNG\r\n\x1a\nbroken", "打不开"),
        ("ZL 2019 1 0123456.1", "末位应是"),
    ],
)
def test_a_photo_that_says_nothing_leads_to_the_number_itself(
    say: Say, resources: Resources, photo: str | bytes, words: str
) -> None:
    say("我托管的专利")

    assert words in say(photo=photo)
    assert "托管了" in say(NUMBER)


def test_a_reader_that_is_away_and_a_photo_that_is_gone_are_said(
    say: Say, resources: Resources, account: LocalWeChat
) -> None:
    say(photo=CERTIFICATE)
    account.media.clear()
    assert "取不到了" in say("好")

    resources.__dict__["picture_text"] = FailingPictureText()
    assert "照片现在认不了" in say(photo=CERTIFICATE)
    assert kept(resources) == []


def test_several_numbers_are_kept_together(say: Say, resources: Resources, clock: FixedClock) -> None:
    with resources.database.unit_of_work() as session:
        make_right(session, clock.now(), number=SECOND, title="一种封装结构")
    say("我托管的专利")

    asked = say(photo="专利证书\n专利号:ZL202110123456.7\n专利号:ZL201910123456X")

    assert f"1. {NUMBER}" in asked and f"2. {SECOND}" in asked
    say("好")
    assert set(kept(resources)) == {NUMBER, SECOND}


def test_after_the_photos_of_a_day_the_number_is_asked_for_and_the_next_day_photos_are_read_again(
    say: Say, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos.count_photo, "__kwdefaults__", {"most": 2})
    say("我托管的专利")
    for _ in range(2):
        assert "是这件吗" in say(photo=CERTIFICATE)

    answer = say(photo=CERTIFICATE)
    assert "明天可以接着发" in answer and "把证书上的专利号打给我" in answer
    assert "托管了" in say(NUMBER)

    clock.advance(timedelta(days=1))
    assert "是专利证书的话" in say(photo=CERTIFICATE)
    assert "是这件吗" in say("好")


RECEIPT = (
    "国家知识产权局专利收费收据\n专利号:2021101234567\n发明专利第7年年费\n金额合计:2000.00\n缴费日期:2026年10月8日"
)


def paid_year(resources: Resources) -> tuple[int | None, bool]:
    with resources.database.reading() as session:
        right = session.scalars(select(CustodyRight)).one()
        return right.paid_year, right.paid_said_on is not None


def test_the_photo_of_a_receipt_is_read_asked_back_and_written_down_on_a_yes(say: Say, resources: Resources) -> None:
    say(f"托管 {NUMBER}")
    assert "缴的是哪年、哪天、多少" in say("补一份缴费记录")

    asked = say(photo=RECEIPT)

    assert "第7年年费 · 2,000元 · 2026年10月8日缴" in asked and paid_year(resources) == (6, False)
    assert "按您说的记,以国家局登记簿为准" in say("好")
    assert paid_year(resources) == (7, True)


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        ("营业执照\n某某公司", "没认出缴的是哪年"),
        (b"\x89PNG\r\n\x1a\nbroken", "打不开"),
        (RECEIPT.replace("2021101234567", "201910123456X"), "不在您的托管里"),
    ],
)
def test_a_receipt_that_says_nothing_of_the_right_leads_to_a_sentence(
    say: Say, resources: Resources, photo: str | bytes, words: str
) -> None:
    say(f"托管 {NUMBER}")
    say(f"补缴费记录 {NUMBER}")

    answer = say(photo=photo)

    assert words in answer and "第8年年费3月8日缴了2000" in answer
    assert "记下了" in say("第6年 2026年3月8日 1200元")
    assert paid_year(resources) == (6, True)


def papers(resources: Resources) -> list[tuple[str, str, int]]:
    """Of which right, of what kind, how large, for each paper whose bytes are there."""
    with resources.database.reading() as session:
        return [
            (each.right.number, each.media_type, len(b"".join(resources.files.read(each.storage_key))))
            for each in session.scalars(select(CustodyPaper).order_by(CustodyPaper.id))
        ]


def test_a_photo_after_the_proof_was_asked_for_is_a_paper_of_that_right(say: Say, resources: Resources) -> None:
    say(f"托管 {NUMBER}")
    assert "材料可以先拍照发来" in say(f"提交权属 {NUMBER}")

    added = say(photo=CERTIFICATE)

    assert f"加上了:{NUMBER}(演示数据) 的权属材料,共1份" in added and "提交权属" in added
    assert [(number, kind) for number, kind, size in papers(resources) if size] == [(NUMBER, "image/png")]
    assert "材料拍照发来就加上" in say(f"提交权属 {NUMBER} 凭证书")
    assert "共2份" in say(photo="登记簿副本")
    assert "现在有1份材料" in say("删掉刚才那份")
    assert len(papers(resources)) == 1


def test_it_is_asked_which_right_a_photo_proves_where_that_is_not_clear(
    say: Say, resources: Resources, clock: FixedClock
) -> None:
    with resources.database.unit_of_work() as session:
        make_right(session, clock.now(), number=SECOND, title="一种封装结构")
    say(f"托管 {NUMBER} {SECOND}")
    assert "作权属材料" in say(photo="登记簿副本")

    asked = say("作权属材料")

    assert "哪一件的权属材料" in asked and NUMBER in asked and papers(resources) == []
    assert f"加上了:{SECOND}" in say(f"权属材料 {SECOND}")
    assert [number for number, _, _ in papers(resources)] == [SECOND]


def test_a_paper_is_a_photo_of_the_day_too_and_what_is_no_picture_is_refused(
    say: Say, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos.count_photo, "__kwdefaults__", {"most": 2})
    say(f"托管 {NUMBER}")
    assert "拍照发来" in say("补权属材料")

    assert "只收" in say(photo=b"no picture at all")
    assert "共1份" in say(photo=CERTIFICATE)
    assert "明天可以接着发" in say(photo="登记簿副本")
    assert len(papers(resources)) == 1
