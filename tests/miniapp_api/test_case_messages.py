"""Owner and handler write to each other about a case, from the mini-program and from the console."""

from collections.abc import Callable

from sqlalchemy import select

from core.clock import FixedClock
from models import Case, Delivery, DeliveryState, MemberRole, Message, Staff, StaffNotification
from services.casework.messages import Entry, say_to_owner
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.miniapp_api.test_cases import file_case, make_colleagues, take


def answer(resources: Resources, clock: FixedClock, staff_id: int, text: str, key: str = "") -> int:
    with resources.database.unit_of_work() as session:
        case = session.scalars(select(Case)).one()
        staff = session.get_one(Staff, staff_id)
        return say_to_owner(session, Entry(staff, case.id, text, form_key=key), clock.now()).id


def texts(phone: Phone, number: str) -> list[tuple[str, str, bool]]:
    items = phone.get(f"/cases/{number}/messages").get_json()["items"]
    return [(each["author"], each["text"], each["is_mine"]) for each in items]


def test_what_the_owner_writes_reaches_the_handler(phone: Phone, resources: Resources, clock: FixedClock) -> None:
    number = file_case(phone)
    staff_id = take(resources, clock, number)

    written = phone.post(f"/cases/{number}/messages", {"text": "营业执照要重交吗"})

    assert written.status_code == 201
    assert written.get_json()["is_mine"] is True
    with resources.database.reading() as session:
        note = session.scalars(select(StaffNotification).where(StaffNotification.kind == "user_message")).one()
        assert note.staff_id == staff_id
        assert number in note.text and "营业执照要重交吗" in note.text


def test_a_message_repeated_under_one_key_is_one_message(phone: Phone, resources: Resources) -> None:
    number = file_case(phone)
    first = phone.post(f"/cases/{number}/messages", {"text": "在吗"}, key="say-00001")

    again = phone.post(f"/cases/{number}/messages", {"text": "在吗"}, key="say-00001")

    assert again.get_json() == first.get_json()
    assert [each[1] for each in texts(phone, number)].count("在吗") == 1


def test_what_the_handler_writes_is_read_and_delivered(phone: Phone, resources: Resources, clock: FixedClock) -> None:
    number = file_case(phone)
    staff_id = take(resources, clock, number)
    message_id = answer(resources, clock, staff_id, "不用重交。", key="form-1")
    assert answer(resources, clock, staff_id, "不用重交。", key="form-1") == message_id

    page = phone.get(f"/cases/{number}/messages")
    page.close()

    newest = page.get_json()["items"][0]
    assert (newest["author"], newest["text"], newest["is_mine"]) == ("staff", "不用重交。", False)
    assert newest["staff"]
    with resources.database.reading() as session:
        delivery = session.scalars(select(Delivery).where(Delivery.message_id == message_id)).one()
        assert delivery.state == DeliveryState.SENT
        assert session.scalars(select(Case)).one().first_reply_at is not None


def test_a_colleague_reads_along_but_takes_delivery_of_nothing(
    log_in: Callable[..., Phone], resources: Resources, clock: FixedClock
) -> None:
    mine, colleague = log_in("oMini1"), log_in("oMini2")
    number = file_case(mine)
    make_colleagues(resources, clock, MemberRole.MEMBER, MemberRole.MEMBER)
    message_id = answer(resources, clock, take(resources, clock, number), "请补材料。")
    colleague.post(f"/cases/{number}/messages", {"text": "我来补"})

    page = colleague.get(f"/cases/{number}/messages")
    page.close()

    assert page.get_json()["items"][1]["text"] == "请补材料。"
    assert texts(mine, number)[0] == ("user", "我来补", False)
    with resources.database.reading() as session:
        said = session.scalars(select(Message).where(Message.text == "我来补")).one()
        case = session.scalars(select(Case)).one()
        # It stands in the colleague's own conversation, and goes with it.
        assert said.conversation_id != case.conversation_id
        delivery = session.scalars(select(Delivery).where(Delivery.message_id == message_id)).one()
        assert delivery.state == DeliveryState.QUEUED
        notes = session.scalars(select(StaffNotification.text).where(StaffNotification.kind == "user_message"))
        assert "我来补" not in "".join(notes)


def test_messages_turn_pages(phone: Phone) -> None:
    number = file_case(phone)
    for text in ("一", "二", "三"):
        phone.post(f"/cases/{number}/messages", {"text": text})

    first = phone.get(f"/cases/{number}/messages", limit=2).get_json()
    second = phone.get(f"/cases/{number}/messages", limit=2, cursor=first["next_cursor"]).get_json()

    assert [each["text"] for each in first["items"] + second["items"]][:3] == ["三", "二", "一"]
    assert second["next_cursor"] is None


def test_an_ended_case_takes_no_more_messages(phone: Phone) -> None:
    number = file_case(phone)
    version = phone.get(f"/cases/{number}").get_json()["version"]
    phone.post(f"/cases/{number}/moves", {"to": "withdrawn", "version": version})

    refused = phone.post(f"/cases/{number}/messages", {"text": "还在吗"})

    assert (refused.status_code, refused.get_json()["error"]["code"]) == (409, "conflict")


def test_an_empty_message_says_what_is_wanted(phone: Phone) -> None:
    number = file_case(phone)

    for text in ("", "  ", "x" * 2001):
        assert phone.post(f"/cases/{number}/messages", {"text": text}).status_code == 422
