"""Notices in the mini-program: what was told, how one wants to be told, and one acceptance counted once."""

from sqlalchemy import select

from models import MessageTemplate, Platform, TemplateKind, Topic, WeChatIdentity
from services.notices.grants import note_popup
from services.notices.telling import tell
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.notices import KEYWORDS

TEMPLATE = "mini-TPL-DEADLINE"


def test_wishes_are_kept_one_by_one_and_a_senseless_one_is_refused(phone: Phone) -> None:
    before = phone.get("/notice-preferences").get_json()
    assert before == {
        "paces": {
            "opportunity": "daily", "deadline": "at_once", "case": "at_once", "course": "daily", "watch": "daily",
        },
        "hours": "08:00-21:00", "most_a_day": 3, "is_personal": False,
    }  # fmt: skip
    after = phone.put("/notice-preferences", {"course": "off", "is_personal": True, "hours": "20:00-02:00"}).get_json()
    assert (after["paces"]["course"], after["is_personal"], after["hours"]) == ("off", True, "20:00-02:00")
    assert after["paces"]["opportunity"] == "daily"
    for wrong in ({"course": "often"}, {"hours": "8-21"}, {"hours": "08:00-08:00"}, {"most_a_day": 0}):
        assert phone.put("/notice-preferences", wrong).status_code == 422


def test_what_was_told_is_listed_until_it_is_dismissed(phone: Phone, resources: Resources) -> None:
    phone.get("/notices")
    with resources.database.unit_of_work() as session:
        user_id = session.scalars(select(WeChatIdentity.user_id)).one()
        tell(
            session, user_id=user_id, topic=Topic.OPPORTUNITY, key="match-1", title="有一条需求对得上",
            is_personal=True, text="某环保企业求购高盐废水处理技术。", now=resources.clock.now(),
        )  # fmt: skip
    (item,) = phone.get("/notices").get_json()["items"]
    assert (item["topic"], item["is_told"]) == ("opportunity", False)
    for _ in range(2):
        assert phone.put(f"/notices/{item['id']}/dismissal").status_code == 204
    assert phone.get("/notices").get_json()["items"] == []


def test_one_acceptance_told_by_wechat_and_by_the_phone_is_one_grant(phone: Phone, resources: Resources) -> None:
    now = resources.clock.now()
    with resources.database.unit_of_work() as session:
        session.add(
            MessageTemplate(
                platform=Platform.MINI_PROGRAM, kind=TemplateKind.SUBSCRIPTION, template_id=TEMPLATE,
                title="期限到期提醒", keywords=KEYWORDS, example="", topic=Topic.DEADLINE,
                fills={"thing1": "title", "date2": "day"},
                seen_at=now,
            )
        )  # fmt: skip

    def left() -> int:
        (item,) = phone.get("/subscription-templates").get_json()["items"]
        return int(item["left"])

    def report(key: str) -> None:
        answer = phone.post("/subscription-reports", {"accepted": [TEMPLATE, "unknown"]}, key=key)
        assert (answer.status_code, answer.get_json()) == (201, {"counted": 1})

    assert left() == 0
    report("popup-0001")
    report("popup-0001")
    assert left() == 1
    with resources.database.unit_of_work() as session:
        identity_id = session.scalars(select(WeChatIdentity.id)).one()
        answers = [{"template_id": TEMPLATE, "status": "accept"}]
        note_popup(session, identity_id=identity_id, answers=answers, key="push-1", now=now)
    assert left() == 1
    report("popup-0002")
    assert left() == 2
