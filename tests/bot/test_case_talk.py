"""Owner and handler talk through the chat; an ended case is judged in a word."""

from sqlalchemy import event, select

from core.clock import FixedClock
from models import Case, Conversation, Delivery, Message, Staff, StaffNotification
from services.casework.messages import Entry, say_to_owner
from services.casework.moves import Mover, move_case, reopen_case
from services.casework.satisfaction import INVITATION, VERDICTS
from services.catalogue.model import Party
from services.resources import Resources
from services.taps import without_taps
from tests.services.casework.test_financing import EQUITY, go, report
from tests.support.casework import make_institution, make_service_case
from tests.support.pushes import text_fields
from tests.support.staff import make_staff

OPENID = "oOwner000000000000000000001"


def say(client, pusher, text: str, second: int) -> str:
    with pusher.push(client, text_fields(OPENID, text, CreateTime=1_763_900_000 + second)) as response:
        return str(pusher.opened(response.get_data(as_text=True)).get("Content", ""))


def filed(resources: Resources, clock: FixedClock) -> int:
    """A case of the person who has just written, taken by a handler."""
    with resources.database.unit_of_work() as session:
        conversation = session.scalars(select(Conversation)).one()
        return make_service_case(session, clock.now(), conversation=conversation, is_taken=True).id


def test_what_the_owner_answers_a_person_goes_to_that_person(client, pusher, resources, clock):
    say(client, pusher, "你好", 1)
    case_id = filed(resources, clock)
    with resources.database.unit_of_work() as session:
        case = session.get_one(Case, case_id)
        handler = session.get_one(Staff, case.assignee_id)
        say_to_owner(session, Entry(handler, case_id, "营业执照什么时候能给?"), clock.now())

    answer = say(client, pusher, "明天上午发给您", 2)

    assert answer.startswith("已转给陈敏,质押融资 RZ")
    with resources.database.reading() as session:
        said = session.scalars(select(Message.text).where(Message.case_id == case_id, Message.author == "user")).all()
        assert said == ["明天上午发给您"]
        told = session.scalars(select(StaffNotification).where(StaffNotification.kind == "user_message")).all()
        assert [item.case_id for item in told] == [case_id]


def test_a_question_for_the_bot_is_answered_though_a_person_wrote_last(client, pusher, resources, clock):
    say(client, pusher, "你好", 1)
    case_id = filed(resources, clock)
    with resources.database.unit_of_work() as session:
        case = session.get_one(Case, case_id)
        say_to_owner(session, Entry(session.get_one(Staff, case.assignee_id), case_id, "收到"), clock.now())

    assert "RZ" in say(client, pusher, "办理进度", 2)
    assert "石墨烯" in say(client, pusher, "找石墨烯专利", 3)
    assert say(client, pusher, "回复专员 材料齐了", 4).startswith("已转给陈敏")


def test_staff_end_a_case_the_owner_is_asked_once_and_judges_it_in_a_word(client, pusher, resources, clock):
    say(client, pusher, "你好", 1)
    case_id = filed(resources, clock)

    def decline() -> None:
        with resources.database.unit_of_work() as session:
            case = session.get_one(Case, case_id)
            mover = Mover(staff=session.get_one(Staff, case.assignee_id))
            move_case(session, case_id=case_id, to="declined", mover=mover, answers={"reason": "不在服务范围"},
                      now=clock.now())  # fmt: skip

    decline()
    with resources.database.reading() as session:
        closing = session.scalars(select(Message).where(Message.case_id == case_id).order_by(Message.id.desc())).first()
        assert closing.text.endswith("不在服务范围\n" + INVITATION)
        assert closing.details["choices"] == list(VERDICTS)
        delivery = session.scalars(select(Delivery).where(Delivery.message_id == closing.id)).one()
        assert without_taps(delivery.payload["text"]) == closing.text
    assert say(client, pusher, "不满意", 2).startswith("抱歉没办好")
    with resources.database.unit_of_work() as session:
        assert session.get_one(Case, case_id).satisfaction == 1
        reopen_case(
            session, case_id=case_id, staff=make_staff(session, clock.now(), role="supervisor"), now=clock.now()
        )
    decline()
    with resources.database.reading() as session:
        texts = session.scalars(select(Message.text).where(Message.case_id == case_id)).all()
        assert sum(INVITATION in text for text in texts) == 1


def test_a_message_that_names_no_move_and_answers_nobody_asks_for_no_case(client, pusher, resources):
    """Nearly every message is of that kind, and asking who owns which case took most of its time."""
    say(client, pusher, "你好", 1)
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    event.listen(resources.database.engine, "before_cursor_execute", note)
    try:
        assert "15年" in say(client, pusher, "外观专利保护多少年", 2)
    finally:
        event.remove(resources.database.engine, "before_cursor_execute", note)

    assert asked and [statement for statement in asked if "FROM cases" in statement] == []


def test_a_step_that_asks_for_more_says_where_to_do_it_and_one_that_is_gone_what_holds(
    client, pusher, resources, clock
):
    say(client, pusher, "你好", 1)
    with resources.database.unit_of_work() as session:
        make_institution(session, clock.now(), party=Party.INVESTOR)
        conversation = session.scalars(select(Conversation)).one()
        case = make_service_case(session, clock.now(), kind="equity_financing", values=EQUITY,
                                 conversation=conversation, is_taken=True)  # fmt: skip
        number = case.number
        go(session, case, "matching", clock.now())
        report(session, case, "interest", {"is_interested": True}, clock.now())
        go(session, case, "introduced", clock.now(), {"investor": "演示创投"})

    assert say(client, pusher, "谈完了", 2) == f"“谈完了”还要填:结果。请在小程序里打开 {number} 填写。"
    assert say(client, pusher, "撤回", 3).startswith(f"要撤回股权融资意向 {number} 吗?")
    with resources.database.unit_of_work() as session:
        case = session.scalars(select(Case)).one()
        go(session, case, "ended", clock.now(), {"note": "谈成了"})
    assert say(client, pusher, "确认", 4) == f"{number} 现在是“已结束”。"
