"""The register of templates and messages to many, as staff use them."""

import re
from datetime import timedelta

import pytest

from adapters.wechat.templates import Keyword, WeChatTemplate
from core.errors import InvalidInput
from models import (
    ChannelPause,
    Delivery,
    DeliveryChannel,
    DeliveryReason,
    MessageTemplate,
    Platform,
    Role,
    TemplateKind,
)
from services.notices.templates import LISTS, fetch_templates, note_templates, set_template, usable_templates
from services.ports import WeChatError
from tests.support.people import make_conversation, make_identity, make_message
from tests.support.staff import make_staff

SUBSCRIPTION = WeChatTemplate(
    TemplateKind.SUBSCRIPTION, "T-SUB", "期限到期提醒", (Keyword("thing1", "事项"), Keyword("date2", "到期日期"))
)
OLD = WeChatTemplate(TemplateKind.TEMPLATE, "T-OLD", "办理进度", (Keyword("phrase1", "进度"),))


@pytest.fixture
def supervisor(database, clock):
    with database.unit_of_work() as session:
        return make_staff(session, clock.now(), role=Role.SUPERVISOR)


@pytest.fixture
def registered(database, clock, supervisor):
    """Both templates, as WeChat lists them, by their ids; `fetched(...)` brings another list."""

    def fetched(*templates: WeChatTemplate) -> dict[str, MessageTemplate]:
        found = {
            (platform, kind): [
                each for each in templates if each.kind == kind and platform is Platform.OFFICIAL_ACCOUNT
            ]
            for platform, kinds in LISTS.items() for kind in kinds
        }  # fmt: skip
        with database.unit_of_work() as session:
            note_templates(session, supervisor, found, clock.now())
        with database.reading() as session:
            return {row.template_id: row for row in session.query(MessageTemplate)}

    fetched(SUBSCRIPTION, OLD)
    return fetched


def test_a_template_is_used_once_somebody_said_what_fills_it_and_as_long_as_wechat_has_it(
    database, clock, supervisor, registered
) -> None:
    rows = registered(SUBSCRIPTION, OLD)

    def usable() -> list[str]:
        with database.reading() as session:
            return [row.template_id for row in usable_templates(session, "deadline")]

    with database.unit_of_work() as session:
        fills = {"thing1": "title", "date2": "day"}
        set_template(session, supervisor, rows["T-SUB"].id, topic="deadline", fills=fills, version=1, now=clock.now())
    assert usable() == ["T-SUB"]
    assert registered(OLD)["T-SUB"].gone_at is not None and usable() == []
    registered(SUBSCRIPTION, OLD)
    assert usable() == ["T-SUB"]
    # Its keywords are others now: what was said of it holds no more.
    changed = WeChatTemplate(SUBSCRIPTION.kind, "T-SUB", SUBSCRIPTION.title, (Keyword("thing3", "内容"),))
    assert registered(changed, OLD)["T-SUB"].topic is None and usable() == []


@pytest.mark.parametrize(
    ("template", "topic", "fills", "wrong"),
    [
        ("T-SUB", "deadline", {"thing1": "title"}, "date2"),
        ("T-SUB", "deadline", {"thing1": "title", "date2": "amount"}, "date2"),
        ("T-SUB", "weather", {"thing1": "title", "date2": "day"}, "topic"),
        # The old kind is for what somebody asked to be told of.
        ("T-OLD", "opportunity", {"phrase1": "state"}, "topic"),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused_with_the_place(
    database, clock, supervisor, registered, template, topic, fills, wrong
) -> None:
    row = registered(SUBSCRIPTION, OLD)[template]
    with pytest.raises(InvalidInput) as caught, database.unit_of_work() as session:
        set_template(session, supervisor, row.id, topic=topic, fills=fills, version=1, now=clock.now())
    assert wrong in caught.value.fields


def test_the_register_is_fetched_from_wechat_and_stays_where_wechat_gives_nothing(signed_in, app) -> None:
    resources = app.extensions["resources"]
    wechat = resources.wechat[Platform.OFFICIAL_ACCOUNT]
    wechat.templates = [SUBSCRIPTION, OLD]
    browser = signed_in("supervisor")
    assert "还没有模板" in browser.get("/console/templates").text
    assert browser.post("/console/templates").status_code == 303
    page = browser.get("/console/templates").text
    assert "期限到期提醒" in page and "date2" in page
    number = re.search(r'id="template-(\d+)"', page)[1]
    refused = browser.post(
        f"/console/templates/{number}", {"version": "1", "topic": "deadline", "fill-thing1": "title"}
    )
    assert refused.status_code == 422 and "选一个放得下的内容" in refused.text
    done = {"version": "1", "topic": "deadline", "fill-thing1": "title", "fill-date2": "day"}
    assert browser.post(f"/console/templates/{number}", done).status_code == 303
    assert "样例" in browser.get("/console/templates").text

    def broken(kind: TemplateKind) -> list[WeChatTemplate]:
        raise WeChatError(45009, "quota", outcome="refused")

    wechat.list_templates = broken
    with pytest.raises(WeChatError):
        fetch_templates(resources.wechat)
    answer = browser.post("/console/templates")
    assert answer.status_code == 409 and "期限到期提醒" in answer.text
    assert signed_in("agent").post("/console/templates").status_code == 403


def test_the_ledger_says_how_many_failed_and_why_and_which_channel_rests(signed_in, database, clock) -> None:
    browser = signed_in("supervisor")
    assert "还没有发过消息" in browser.get("/console/deliveries").text
    with database.unit_of_work() as session:
        conversation = make_conversation(session, make_identity(session, clock.now()), clock.now())
        message = make_message(session, conversation, clock.now())
        for number, (state, code) in enumerate((("failed", "43019"), ("failed", "43019"), ("sent", None))):
            session.add(
                Delivery(
                    key=f"d{number}", identity_id=conversation.identity_id, message_id=message.id,
                    channel=DeliveryChannel.TEMPLATE, reason=DeliveryReason.NOTICE, payload={}, state=state,
                    error_code=code, created_at=clock.now(),
                )
            )  # fmt: skip
        until = clock.now() + timedelta(hours=2)
        session.add(
            ChannelPause(
                platform=Platform.OFFICIAL_ACCOUNT, channel=DeliveryChannel.TEMPLATE, errcode=45009, until_at=until
            )
        )
    page = re.sub(r"\s*<[^>]+>\s*", " ", browser.get("/console/deliveries").text)
    assert "模板消息 没发成 用户拉黑(43019) 2" in re.sub(" +", " ", page)
    assert "当天额度用完(45009)" in page


def test_a_message_to_many_is_written_counted_started_and_paused(signed_in, database, clock) -> None:
    with database.unit_of_work() as session:
        for _ in range(3):
            make_identity(session, clock.now())
    browser = signed_in("supervisor")
    assert "还没有群发" in browser.get("/console/mailings").text
    form = {
        "title": "质押实务公开课",
        "text": "下周三有公开课,免费。",
        "topic": "course",
        "group": "all",
        "regions": "",
    }
    refused = browser.post("/console/mailings/new", {**form, "text": ""})
    assert refused.status_code == 422 and "质押实务公开课" in refused.text
    made = browser.post("/console/mailings/new", form)
    assert made.status_code == 303
    page = browser.get(made.location).text
    assert "现在有3人" in page and "开始发" in page
    assert browser.post(f"{made.location}/test", {"phone": "13800000000"}).status_code == 422

    assert browser.post(f"{made.location}/start", {"version": "1"}).status_code == 303
    assert browser.post(f"{made.location}/start", {"version": "1"}).status_code == 409
    version = re.search(r'name="version" value="(\d+)"', browser.get(made.location).text)[1]
    assert browser.post(f"{made.location}/pause", {"version": version}).status_code == 303
    page = browser.get(made.location).text
    assert "已暂停" in page and "继续" in page
    assert browser.post(f"{made.location}/sideways", {"version": "1"}).status_code == 404
    assert signed_in("agent").post(f"{made.location}/cancel", {"version": "9"}).status_code == 403
