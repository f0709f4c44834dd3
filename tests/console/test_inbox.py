"""The inbox and a conversation as staff use them."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models import Allowance, Author, Case, CaseStatus, Conversation, Delivery, Message, Role, Staff, StaffNotification
from services.cases import accept_case
from tests.support.people import make_conversation, make_identity, make_message
from tests.support.staff import make_case, make_staff

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"


@pytest.fixture
def waiting(database, clock, people) -> Case:
    """Offered to the agent."""
    with database.unit_of_work() as session:
        case = make_case(session, clock.now())
        session.add(
            Allowance(
                identity_id=case.conversation.identity_id,
                kind="message",
                left_count=3,
                until_at=clock.now() + timedelta(hours=11, minutes=40),
            )
        )
        return session.get(Case, case.id)


def address(case: Case, step: str = "") -> str:
    return f"/console/conversations/{case.conversation.public_id}" + (f"/{step}" if step else "")


def text_of(response) -> str:
    return response.get_data(as_text=True)


def test_the_queue_shows_who_waits_and_what_was_promised(signed_in, waiting, clock):
    clock.advance(timedelta(minutes=50))
    page = text_of(signed_in("agent").get("/console/"))

    assert "微信用户" in page
    assert "专利质押贷款要什么材料" in page
    assert "还有10分钟" in page
    assert "tag-soon" in page
    assert "已等50分钟" in page
    assert "没有人在等" in text_of(signed_in("stranger").get("/console/"))


def test_a_waiting_row_says_what_the_owner_asked_not_what_the_bot_answered(database, clock, signed_in, waiting):
    def row() -> str:
        return re.search(r'class="row-line">([^<]*)', text_of(signed_in("agent").get("/console/")))[1]

    with database.unit_of_work() as session:
        conversation = session.get(Conversation, waiting.conversation_id)
        make_message(session, conversation, clock.now(), text="转人工", author=Author.USER)
        make_message(session, conversation, clock.now(), text="已请专员接手。")
    assert row() == "专利质押贷款要什么材料"
    with database.unit_of_work() as session:
        conversation = session.get(Conversation, waiting.conversation_id)
        make_message(session, conversation, clock.now(), text="还想问利息多少", author=Author.USER)
        make_message(session, conversation, clock.now(), text="各行不同。")
        make_message(session, conversation, clock.now(), text="好的谢谢", author=Author.USER).kind = "text"
    assert row() == "专利质押贷款要什么材料"
    with database.unit_of_work() as session:
        conversation = session.get(Conversation, waiting.conversation_id)
        make_message(session, conversation, clock.now(), text="利息多少", author=Author.USER)
        make_message(session, conversation, clock.now(), text="各行不同。")
    assert row() == "利息多少"


def test_an_answered_row_says_what_was_said_last(database, clock, signed_in, waiting):
    browser = signed_in("agent")
    browser.get(address(waiting))
    browser.post(address(waiting, "reply"), {"text": "材料清单发您", "form_key": "one"})
    assert 'class="row-line">材料清单发您<' in text_of(browser.get("/console/?tab=mine"))


def test_what_somebody_did_is_a_quiet_line_and_no_bubble(database, clock, signed_in, waiting):
    did = [
        ("", {"event": "subscribe"}, "关注了公众号"),
        ("", {"event": "scan"}, "扫码来到公众号"),
        ("", {"event": "user_enter_tempsession"}, "进入了小程序客服"),
        ("专利年费怎么缴", {"event": "click"}, "点了菜单:专利年费怎么缴"),
        ("", {}, "来到公众号"),
    ]
    with database.unit_of_work() as session:
        conversation = session.get(Conversation, waiting.conversation_id)
        for text, details, _ in did:
            message = make_message(session, conversation, clock.now(), text=text, author=Author.USER)
            message.kind, message.details = "event", details
    page = text_of(signed_in("agent").get(address(waiting)))

    shown = re.findall(r'<li class="message is-event"[^>]*>\s*<span>([^<]+)</span>', page)
    assert shown == [line for *_, line in did]
    assert "[操作]" not in page


def test_accept_reply_note_close(database, signed_in, waiting):
    browser = signed_in("agent")
    browser.get(address(waiting))
    assert browser.post(address(waiting, "accept")).location.startswith(address(waiting))
    page = text_of(browser.get(address(waiting)))
    form_key = re.search(r'name="form_key" id="form-key" value="([^"]+)"', page)[1]
    state = {"after": "0", "version": "", "can_reply": "yes"}
    sent = browser.post(address(waiting, "reply"), {"text": "材料清单发您", "form_key": form_key, **state}, htmx=True)
    assert 'hx-swap-oob="beforeend:#messages"' in text_of(sent)
    assert "等待发送" in text_of(sent)
    assert form_key not in text_of(sent)
    browser.post(address(waiting, "note"), {"text": "要核对身份"})
    page = text_of(browser.get(address(waiting)))
    assert "is-internal" in page and "要核对身份" in page
    assert "还能发3条,到今天21:40" in page
    assert browser.post(address(waiting, "close")).status_code == 302

    with database.reading() as session:
        case = session.get(Case, waiting.id)
        texts = session.scalars(select(Delivery.payload).order_by(Delivery.id)).all()
    assert case.status == CaseStatus.CLOSED
    assert [payload["text"] for payload in texts] == ["材料清单发您", f"单号 {case.number} 已办结。再有问题直接说。"]


def test_a_double_click_sends_one_reply(database, signed_in, waiting):
    browser = signed_in("agent")
    browser.get(address(waiting))
    for _ in range(2):
        browser.post(address(waiting, "reply"), {"text": "在的", "form_key": "same"})
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 1


def test_of_two_supervisors_accepting_at_once_one_wins_and_the_other_reads_who(app, database, clock, browse, waiting):
    browsers = []
    for number in range(2):
        with database.unit_of_work() as session:
            person = make_staff(session, clock.now(), role=Role.SUPERVISOR, display_name=f"主管{number}号")
        browser = browse()
        browser.log_in(person)
        browsers.append(browser)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda browser: browser.post(address(waiting, "accept")), browsers))

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    loser = next(answer for answer in answers if answer.status_code == 409)
    assert re.search(r"主管\d号已经接单了", text_of(loser))


def test_what_a_user_writes_is_shown_never_run(database, clock, signed_in, people):
    with database.unit_of_work() as session:
        conversation = make_conversation(session, make_identity(session, clock.now()), clock.now())
        conversation.user.display_name = ATTACK[:40]
        make_message(session, conversation, clock.now(), text=ATTACK, author=Author.USER)
        answer = make_message(session, conversation, clock.now(), text="见下")
        answer.details = {"skill": "policy", "citations": [{"document": ATTACK, "label": ATTACK, "passage": ATTACK}]}
        case = make_case(session, clock.now(), conversation=conversation, question=ATTACK)
    browser = signed_in("agent")
    for path in ("/console/", "/console/?q=script", "/console/?q=" + ATTACK, address(case), "/console/notifications"):
        page = text_of(browser.get(path))
        assert "<script>" not in page, path
        assert "<img" not in page, path
        assert "&lt;script&gt;" in page, path


def test_search_finds_text_number_and_name_only_in_what_one_may_read(database, clock, signed_in, waiting):
    with database.unit_of_work() as session:
        session.get(Conversation, waiting.conversation_id).user.display_name = "刘建国"
    agent, stranger = signed_in("agent"), signed_in("stranger")
    for words in ("质押贷款", waiting.number, waiting.number[-4:], "建国"):
        assert "刘建国" in text_of(agent.get("/console/?q=" + words)), words
        assert "没有找到" in text_of(stranger.get("/console/?q=" + words)), words
    assert "<mark>质押贷款</mark>" in text_of(agent.get("/console/?q=质押贷款"))
    assert "没有找到" in text_of(agent.get("/console/?q=%25"))


def test_each_delivery_shows_its_true_state(database, clock, signed_in, waiting):
    cases = [
        ("customer_service", "sent", None, "已送达"),
        ("customer_service", "queued", None, "等待发送"),
        ("inbox", "queued", None, "在站内信"),
        ("customer_service", "failed", "45015", "没送到:超过48小时"),
        ("customer_service", "failed", "unknown", "没送到:微信没说结果"),
        ("customer_service", "failed", "-1", "没送到:微信返回 -1"),
    ]
    with database.unit_of_work() as session:
        conversation = session.get(Conversation, waiting.conversation_id)
        for channel, state, code, _ in cases:
            message = make_message(session, conversation, clock.now(), text="回复")
            session.add(
                Delivery(
                    key=f"m-{message.id}", identity_id=conversation.identity_id, message_id=message.id,
                    channel=channel, reason="reply", payload={}, state=state, error_code=code, created_at=clock.now(),
                )
            )  # fmt: skip
    page = text_of(signed_in("agent").get(address(waiting)))
    for *_, words in cases:
        assert words in page, words


def test_updates_bring_only_what_is_new(database, clock, signed_in, waiting):
    browser = signed_in("agent")
    page = text_of(browser.get(address(waiting)))
    state = dict(re.findall(r'<input name="(after|version|can_reply)" value="([^"]*)"', page))
    quiet = text_of(browser.get(address(waiting, "updates"), query_string=state))
    with database.unit_of_work() as session:
        conversation = session.get(Conversation, waiting.conversation_id)
        make_message(session, conversation, clock.now(), text="还有一个问题", author=Author.USER)
    news = text_of(browser.get(address(waiting, "updates"), query_string=state))

    assert "<li" not in quiet and 'id="head"' not in quiet and 'id="composer"' not in quiet
    assert "还有一个问题" in news
    assert "专利质押贷款要什么材料" not in news


def test_a_day_that_begins_while_the_page_is_open_is_named_once(database, clock, signed_in, waiting):
    clock.advance(timedelta(hours=13, minutes=58))
    browser = signed_in("agent")
    state = dict(
        re.findall(r'<input name="(after|version|can_reply)" value="([^"]*)"', text_of(browser.get(address(waiting))))
    )

    def say(text: str) -> tuple[str, list[str]]:
        with database.unit_of_work() as session:
            conversation = session.get(Conversation, waiting.conversation_id)
            message = make_message(session, conversation, clock.now(), text=text, author=Author.USER)
        news = text_of(browser.get(address(waiting, "updates"), query_string=state))
        state["after"] = str(message.id)
        return news, re.findall(r'<li class="day" data-day="([^"]*)" data-full="([^"]*)"><span>([^<]*)', news)

    before, same_day = say("睡前再问一句")
    clock.advance(timedelta(minutes=4))
    after, new_day = say("睡不着")
    later, still_the_day = say("还在吗")

    assert "睡前再问一句" in before and "睡不着" in after and "还在吗" in later
    assert same_day == still_the_day == []
    assert new_day == [("2026-11-24", "11月24日 周二", "今天")]


def test_no_line_ends_inside_a_case_number(database, clock, signed_in, waiting):
    with database.unit_of_work() as session:
        conversation = session.get(Conversation, waiting.conversation_id)
        make_message(session, conversation, clock.now(), text=f"<b>单号 {waiting.number},10:30前回复您。")
    whole = f'<span class="nowrap">{waiting.number}</span>'

    conversation_page = text_of(signed_in("agent").get(address(waiting)))
    notices = text_of(signed_in("agent").get("/console/notifications"))

    assert f"&lt;b&gt;单号 {whole},10:30前回复您。" in conversation_page
    assert re.findall(rf'(?<!nowrap">){waiting.number}(?!</span>)', conversation_page + notices) == []
    assert whole in notices


def test_opening_a_conversation_reads_its_notifications(database, signed_in, waiting, people):
    browser = signed_in("agent")
    assert 'data-unread="1"' in text_of(browser.get("/console/notifications"))
    browser.get(address(waiting))
    assert 'data-unread="0"' in text_of(browser.get("/console/notifications"))
    with database.reading() as session:
        rows = session.scalars(select(StaffNotification).where(StaffNotification.staff_id == people["agent"].id)).all()
    assert rows and all(row.read_at for row in rows)


def test_after_a_transfer_the_giver_is_back_at_the_list(database, clock, signed_in, waiting, people):
    with database.unit_of_work() as session:
        agent = session.get(Staff, people["agent"].id)
        accept_case(session, staff=agent, case_id=waiting.id, now=clock.now())
    browser = signed_in("agent")
    answer = browser.post(address(waiting, "transfer"), {"to": people["stranger"].id, "note": "问的是权属"})
    assert answer.location == "/console/?tab=mine"
    assert "问的是权属" in text_of(signed_in("stranger").get(address(waiting)))


def test_the_availability_switch(database, signed_in, people):
    browser = signed_in("agent")
    assert "未接单" in text_of(browser.post("/console/availability", {"is_available": "no"}, htmx=True))
    with database.reading() as session:
        assert not session.get(Staff, people["agent"].id).is_available


def test_an_administrator_makes_changes_and_resets_an_account(database, signed_in, browse):
    browser = signed_in("administrator")
    data = {
        "username": "sunli",
        "display_name": "孙丽",
        "role": "agent",
        "skills": ["patent"],
        "regions": "广东省佛山市、海南省",
    }
    page = text_of(browser.post("/console/staff", data))
    password = re.search(r"<code>([^<]+)</code>", page)[1]
    with database.reading() as session:
        person = session.scalars(select(Staff).where(Staff.username == "sunli")).one()
    assert person.regions == ["广东省佛山市", "海南省"]
    again = browser.post("/console/staff", data)
    assert again.status_code == 409
    assert "已经有人用了" in text_of(again)
    assert browse().log_in(person, password).status_code == 302
    reset = text_of(browser.post(f"/console/staff/{person.id}/password"))
    assert browse().log_in(person, password).status_code == 401
    assert browse().log_in(person, re.search(r"<code>([^<]+)</code>", reset)[1]).status_code == 302
    assert browser.post(f"/console/staff/{person.id}", {**data, "is_active": ""}).status_code == 303
    with database.reading() as session:
        assert not session.get(Staff, person.id).is_active


def test_quick_replies_are_edited_by_supervisors_and_offered_to_agents(signed_in, waiting):
    supervisor, agent = signed_in("supervisor"), signed_in("agent")
    data = {"title": "要材料", "text": "请发营业执照", "topic": "financing"}
    assert supervisor.post("/console/quick-replies", data).status_code == 303
    assert supervisor.post("/console/quick-replies", data).status_code == 409
    assert 'data-insert="请发营业执照"' in text_of(agent.get(address(waiting)))
    assert agent.post("/console/quick-replies", data).status_code == 403
    assert supervisor.post("/console/quick-replies/1/delete").status_code == 303
    assert "data-insert" not in text_of(agent.get(address(waiting)))


def test_an_error_for_htmx_is_a_notice_and_the_text_stays(signed_in, waiting):
    answer = signed_in("agent").post(address(waiting, "reply"), {"text": "  "}, htmx=True)
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#toasts"
    assert "还没写内容" in text_of(answer)


def test_an_unexpected_error_is_a_page_without_detail(app, signed_in, monkeypatch):
    browser = signed_in("agent")
    monkeypatch.setattr("console.views.inbox.list_queue", lambda *_: 1 / 0)
    answer = browser.get("/console/")
    assert answer.status_code == 500
    assert "已经记下来了" in text_of(answer)
    assert "ZeroDivision" not in text_of(answer)


def test_a_long_conversation_pages_backwards(database, clock, signed_in, waiting):
    with database.unit_of_work() as session:
        conversation = session.get(Conversation, waiting.conversation_id)
        for number in range(70):
            make_message(session, conversation, clock.now(), text=f"第{number}句", author=Author.USER)
        first = session.scalar(select(func.min(Message.id)))
    browser = signed_in("agent")
    latest = text_of(browser.get(address(waiting)))
    assert "第69句" in latest and "第5句" not in latest and "看更早的消息" in latest
    earlier = text_of(browser.get(address(waiting) + f"?before={first + 11}"))
    assert "第5句" in earlier and "回到最新" in earlier
