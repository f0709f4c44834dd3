"""The delivery ledger: rows first, then the send, and a state that is only ever what WeChat told us."""

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapters.wechat.errors import Outcome, WeChatError
from adapters.wechat.failing import FailingWeChat
from adapters.wechat.local import LocalWeChat
from core.clock import FixedClock
from core.db import Database
from core.outbox import OutboxRow
from models import (
    AllowanceKind,
    Delivery,
    DeliveryChannel,
    DeliveryReason,
    DeliveryState,
    WeChatIdentity,
)
from services.allowances import MESSAGE_GRANT, close_allowances, open_allowance, view_allowance
from services.app_inbox import count_inbox, list_inbox, send_kept_replies
from services.deliveries import (
    MAX_ATTEMPTS,
    UNKNOWN_OUTCOME,
    cancel_for_unsubscribed,
    mark_sent,
    queue_deliveries,
    send_passive_later,
    send_waiting,
)
from services.delivery_sweeps import rescue_stuck_deliveries
from services.passive_answers import PassiveAnswers
from services.ports import WeChat
from tests.support.people import make_conversation, make_identity, make_message

OPENID = "oUser0000000000000000000001"


class Ledger:
    """One user's line: write, send, look."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        self.wechat = LocalWeChat(clock=clock)
        with database.unit_of_work() as session:
            identity = make_identity(session, clock.now(), openid=OPENID)
            self.identity_id = identity.id
            self.conversation_id = make_conversation(session, identity, clock.now()).id
            self._open(session)

    def _open(self, session: Any) -> None:
        kind = AllowanceKind.MESSAGE
        open_allowance(
            session, identity_id=self.identity_id, kind=kind, grant=MESSAGE_GRANT, now=self.clock.now()
        )  # fmt: skip

    def user_writes(self) -> None:
        with self.database.unit_of_work() as session:
            self._open(session)

    def write(
        self,
        *texts: str,
        reason: DeliveryReason = DeliveryReason.REPLY,
        first_channel: DeliveryChannel = DeliveryChannel.CUSTOMER_SERVICE,
    ) -> list[int]:
        """One message in as many pieces as there are texts; answers the ids of the rows."""
        with self.database.unit_of_work() as session:
            from models import Conversation

            conversation = session.get_one(Conversation, self.conversation_id)
            message = make_message(session, conversation, self.clock.now(), text="\n".join(texts))
            queued = queue_deliveries(
                session,
                identity_id=self.identity_id,
                message_id=message.id,
                payloads=[{"kind": "text", "text": text} for text in texts],
                reason=reason,
                now=self.clock.now(),
                first_channel=first_channel,
            )
        return [row.delivery_id for row in queued]

    def send(self, wechat: WeChat | None = None) -> int:
        return send_waiting(self.database, wechat or self.wechat, self.clock, identity_id=self.identity_id)

    def row(self, delivery_id: int) -> Delivery:
        with self.database.reading() as session:
            return session.get_one(Delivery, delivery_id)

    def state(self, delivery_id: int) -> tuple[str, str, str | None]:
        row = self.row(delivery_id)
        return row.channel, row.state, row.error_code

    def left(self) -> int:
        with self.database.reading() as session:
            return view_allowance(session, identity_id=self.identity_id, now=self.clock.now()).left_count

    def seen(self) -> list[str]:
        return self.wechat.texts_to(OPENID)

    def unread(self) -> list[str]:
        """What waits in the app; the count that is offered must agree with the list that is shown."""
        with self.database.reading() as session:
            texts = [row.payload["text"] for row in list_inbox(session, identity_id=self.identity_id)]
            assert count_inbox(session, identity_id=self.identity_id) == len(texts)
        return texts

    def rescue(self) -> int:
        with self.database.unit_of_work() as session:
            return rescue_stuck_deliveries(session, now=self.clock.now())

    def jobs(self) -> list[OutboxRow]:
        with self.database.reading() as session:
            return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


SENT = (DeliveryChannel.CUSTOMER_SERVICE, DeliveryState.SENT, None)
IN_APP = (DeliveryChannel.INBOX, DeliveryState.QUEUED, None)
UNKNOWN = (DeliveryChannel.CUSTOMER_SERVICE, DeliveryState.FAILED, UNKNOWN_OUTCOME)


@pytest.fixture
def ledger(database: Database, clock: FixedClock) -> Ledger:
    return Ledger(database, clock)


def test_what_waits_is_sent_in_the_order_it_was_written_each_from_one_allowance(ledger: Ledger) -> None:
    rows = [*ledger.write("一", "二"), *ledger.write("三")]

    assert ledger.send() == 3
    assert ledger.seen() == ["一", "二", "三"]
    assert [ledger.state(row) for row in rows] == [SENT] * 3
    assert [ledger.row(row).allowance_kind for row in rows] == ["message"] * 3
    assert ledger.left() == 2


def test_a_text_over_the_limit_is_several_rows_of_one_message_and_nothing_is_cut_off(ledger: Ledger) -> None:
    text = "知识产权" * 300

    rows = ledger.write(text)
    ledger.send()

    assert [ledger.row(row).part for row in rows] == [1, 2]
    assert all(len(piece.encode()) <= 2048 for piece in ledger.seen())
    assert "".join(ledger.seen()) == text


def test_only_the_first_piece_goes_passively_and_the_rest_waits_a_moment_for_it(ledger: Ledger) -> None:
    rows = ledger.write("一", "二", first_channel=DeliveryChannel.PASSIVE)

    assert [ledger.row(row).channel for row in rows] == [DeliveryChannel.PASSIVE, DeliveryChannel.CUSTOMER_SERVICE]
    (job,) = ledger.jobs()
    assert job.run_after > ledger.clock.now()
    PassiveAnswers(ledger.database).confirm(rows[0], ledger.row(rows[0]).payload, ledger.clock.now())
    ledger.send()
    assert ledger.seen() == ["二"]
    assert {ledger.row(row).state for row in rows} == {DeliveryState.SENT}
    assert ledger.left() == 4


def test_checklist_24_the_sixth_message_waits_in_the_app_and_is_not_lost(ledger: Ledger) -> None:
    rows = [ledger.write(str(number))[0] for number in range(1, 7)]

    ledger.send()

    assert ledger.seen() == ["1", "2", "3", "4", "5"]
    assert ledger.state(rows[-1]) == IN_APP
    assert ledger.unread() == ["6"]


def test_checklist_25_after_48_hours_a_message_waits_in_the_app(ledger: Ledger) -> None:
    ledger.clock.advance(timedelta(hours=48, seconds=1))

    (row,) = ledger.write("您的单子有进展")
    ledger.send()

    assert (ledger.seen(), ledger.state(row)) == ([], IN_APP)


def test_checklist_35_a_notice_leaves_the_last_message_to_people(ledger: Ledger) -> None:
    notices = [ledger.write(f"通知{number}", reason=DeliveryReason.NOTICE)[0] for number in range(5)]
    ledger.send()

    (reply,) = ledger.write("我是陈敏,材料收到了。", reason=DeliveryReason.STAFF_REPLY)
    ledger.send()

    assert [ledger.row(row).channel for row in notices].count(DeliveryChannel.INBOX) == 1
    assert ledger.state(reply) == SENT
    assert ledger.left() == 0


def test_an_unread_message_shown_in_an_answer_is_sent_with_it(ledger: Ledger) -> None:
    with ledger.database.unit_of_work() as session:
        close_allowances(session, identity_id=ledger.identity_id)
    (old,) = ledger.write("旧消息")
    ledger.send()
    ledger.user_writes()

    (listing,) = ledger.write("列表")
    with ledger.database.unit_of_work() as session:
        row = session.get_one(Delivery, listing)
        row.payload = {**row.payload, "carries": [old]}
    assert ledger.state(old) == IN_APP
    ledger.send()

    assert ledger.row(old).state == ledger.row(listing).state == DeliveryState.SENT
    assert ledger.unread() == []


def test_a_passive_answer_that_carries_marks_what_it_carried_once_it_is_written(ledger: Ledger) -> None:
    with ledger.database.unit_of_work() as session:
        close_allowances(session, identity_id=ledger.identity_id)
    (old,) = ledger.write("旧消息")
    ledger.send()
    (listing,) = ledger.write("列表", first_channel=DeliveryChannel.PASSIVE)
    payload = {"kind": "text", "text": "列表", "carries": [old]}
    with ledger.database.unit_of_work() as session:
        session.get_one(Delivery, listing).payload = payload

    for _ in range(2):
        PassiveAnswers(ledger.database).confirm(listing, payload, ledger.clock.now())

    assert ledger.row(old).state == ledger.row(listing).state == DeliveryState.SENT


def test_checklist_31_minus_one_is_never_sent_again_by_itself(ledger: Ledger) -> None:
    """WeChat says -1 after it delivered as well as before: what cannot be known is offered, not doubled."""
    from adapters.wechat.calls import business_error

    (row,) = ledger.write("好的")
    ledger.wechat.failures.append(business_error(-1, "system error"))

    ledger.send()
    ledger.send()

    assert (ledger.seen(), ledger.state(row)) == ([], UNKNOWN)
    assert ledger.unread() == ["好的"]


def test_a_busy_wechat_gets_the_message_later_and_the_allowance_is_given_back(ledger: Ledger) -> None:
    first, second = ledger.write("一")[0], ledger.write("二")[0]
    ledger.wechat.failures.append(WeChatError(45011, "minute limit", outcome="busy"))

    assert ledger.send() == 0
    assert ledger.seen() == []
    assert [ledger.row(row).state for row in (first, second)] == [DeliveryState.QUEUED] * 2
    assert ledger.left() == 5
    retry = ledger.jobs()[-1]
    assert retry.run_after >= ledger.clock.now() + timedelta(seconds=20)

    assert ledger.send() == 2
    assert ledger.seen() == ["一", "二"]
    assert ledger.left() == 3


def test_a_wechat_that_stays_busy_leaves_the_message_in_the_app(ledger: Ledger) -> None:
    (row,) = ledger.write("您好")
    busy = FailingWeChat("busy")

    for _ in range(MAX_ATTEMPTS):
        assert ledger.send(busy) == 0

    assert ledger.state(row)[:2] == IN_APP[:2]
    assert ledger.unread() == ["您好"]
    assert ledger.left() == 5


@pytest.mark.parametrize("errcode", [45009, 40001, 40164, 48001, 48004, 50002])
def test_a_refusal_that_is_not_about_the_message_or_the_person_leaves_it_in_the_app(
    ledger: Ledger, errcode: int
) -> None:
    (row,) = ledger.write("您好")

    ledger.send(FailingWeChat("refused", errcode))

    assert ledger.state(row) == (DeliveryChannel.INBOX, DeliveryState.QUEUED, str(errcode))
    assert ledger.unread() == ["您好"]


@pytest.mark.parametrize("errcode", [45015, 45047])
def test_a_closed_window_moves_the_message_to_the_app_and_nothing_more_is_tried(ledger: Ledger, errcode: int) -> None:
    rows = [ledger.write(str(number))[0] for number in range(3)]
    ledger.wechat.failures.append(WeChatError(errcode, "no", outcome="refused"))

    ledger.send()

    assert (ledger.seen(), ledger.left()) == ([], 0)
    assert [ledger.state(row) for row in rows] == [IN_APP] * 3
    ledger.user_writes()
    assert ledger.send() == 0, "what moved to the app is shown there, not sent behind the user's back"


@pytest.mark.parametrize(("outcome", "code"), [("refused", 45002), ("refused", 43019), ("unknown", None)])
def test_a_message_that_failed_does_not_stop_the_next_one(ledger: Ledger, outcome: Outcome, code: int | None) -> None:
    (failed,) = ledger.write("一")
    ledger.wechat.failures.append(WeChatError(code, "no", outcome=outcome))
    (next_one,) = ledger.write("二")

    ledger.send()

    assert ledger.row(failed).state == DeliveryState.FAILED
    assert ledger.row(failed).error_code == (UNKNOWN_OUTCOME if outcome == "unknown" else str(code))
    # 43019: this person has blocked us, so nothing more is sent to them.
    assert ledger.state(next_one) == (IN_APP if code == 43019 else SENT)


def test_a_sender_that_died_leaves_an_unknown_outcome_which_is_offered_and_not_sent_again(ledger: Ledger) -> None:
    (row,) = ledger.write("您好")

    class Dying(LocalWeChat):
        def send(self, openid: str, payload: Mapping[str, Any]) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ledger.send(Dying())
    assert ledger.send() == 0, "somebody may still be sending it"
    ledger.clock.advance(timedelta(seconds=31))
    assert ledger.rescue() == 1
    assert ledger.send() == 0

    assert (ledger.seen(), ledger.state(row)) == ([], UNKNOWN)
    assert ledger.unread() == ["您好"]


def test_checklist_34_two_workers_never_send_one_message_twice_nor_two_from_one_allowance(ledger: Ledger) -> None:
    with ledger.database.unit_of_work() as session:
        identity_id = ledger.identity_id
        close_allowances(session, identity_id=identity_id)
    ledger.user_writes()
    for number in range(8):
        ledger.write(str(number))
    start = threading.Barrier(4)
    counts: list[int] = []

    def work() -> None:
        start.wait()
        counts.append(ledger.send())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger.send()

    assert ledger.seen() == ["0", "1", "2", "3", "4"]
    assert ledger.unread() == ["5", "6", "7"]


def test_what_a_person_wrote_goes_out_when_the_user_writes_to_the_person_again(ledger: Ledger) -> None:
    ledger.clock.advance(timedelta(hours=49))
    (reply,) = ledger.write("我是陈敏,材料收到了。", reason=DeliveryReason.STAFF_REPLY)
    (notice,) = ledger.write("明天有培训", reason=DeliveryReason.NOTICE)
    ledger.send()
    assert [ledger.state(row) for row in (reply, notice)] == [IN_APP] * 2

    ledger.user_writes()
    for _ in range(2):
        with ledger.database.unit_of_work() as session:
            send_kept_replies(session, identity_id=ledger.identity_id, message_id=7, now=ledger.clock.now())
    ledger.send()

    assert ledger.seen() == ["我是陈敏,材料收到了。"]
    assert [ledger.state(row) for row in (reply, notice)] == [SENT, IN_APP]


@pytest.mark.parametrize(
    "error",
    [
        None,
        WeChatError(45015, "no", outcome="refused"),
        WeChatError(45002, "no", outcome="refused"),
        WeChatError(-1, "no", outcome="busy"),
        WeChatError(None, "no", outcome="unknown"),
    ],
)
def test_what_was_read_in_the_app_while_it_was_being_sent_stays_delivered(
    ledger: Ledger, error: WeChatError | None
) -> None:
    (row,) = ledger.write("材料收到了")
    read_at = ledger.clock.now()

    class Slow(LocalWeChat):
        """Somebody opens the mini-program while WeChat is thinking."""

        def send(self, openid: str, payload: Mapping[str, Any]) -> None:
            with ledger.database.unit_of_work() as session:
                mark_sent(session, session.get_one(Delivery, row), read_at)
            ledger.clock.advance(timedelta(seconds=3))
            if error is not None:
                raise error

    ledger.send(Slow())

    assert ledger.state(row) == SENT
    assert ledger.row(row).sent_at == read_at
    assert ledger.unread() == []


def test_an_expired_message_is_not_sent_and_says_so(ledger: Ledger) -> None:
    (row,) = ledger.write("今天有培训", reason=DeliveryReason.NOTICE)
    with ledger.database.unit_of_work() as session:
        session.get_one(Delivery, row).expires_at = ledger.clock.now() + timedelta(hours=1)
    ledger.clock.advance(timedelta(hours=2))

    ledger.send()

    assert (ledger.seen(), ledger.row(row).state, ledger.left()) == ([], DeliveryState.EXPIRED, 5)


def test_checklist_28_nothing_is_sent_to_who_left_and_it_stays_readable(ledger: Ledger) -> None:
    rows = [ledger.write("一")[0], ledger.write("二", first_channel=DeliveryChannel.PASSIVE)[0]]
    with ledger.database.unit_of_work() as session:
        identity = session.get_one(WeChatIdentity, ledger.identity_id)
        identity.is_subscribed = False
        cancel_for_unsubscribed(session, identity, ledger.clock.now())

    later = ledger.write("三")[0]
    ledger.send()

    assert ledger.seen() == []
    assert [ledger.state(row) for row in (*rows, later)] == [IN_APP] * 3


def test_a_passive_answer_that_nobody_confirmed_is_offered_and_never_sent_a_second_time(ledger: Ledger) -> None:
    """The process died around writing it: the user may have it, so sending it again could double it."""
    (row,) = ledger.write("一", first_channel=DeliveryChannel.PASSIVE)
    ledger.clock.advance(timedelta(seconds=19))
    ledger.rescue()
    assert ledger.row(row).state == DeliveryState.QUEUED, "WeChat may still ask for it again"
    ledger.clock.advance(timedelta(seconds=2))

    ledger.rescue()
    ledger.send()

    assert ledger.seen() == []
    assert ledger.state(row) == (DeliveryChannel.PASSIVE, DeliveryState.FAILED, UNKNOWN_OUTCOME)
    assert ledger.unread() == ["一"]


def test_a_passive_answer_that_came_too_late_for_its_request_goes_through_the_api_once(ledger: Ledger) -> None:
    (row,) = ledger.write("一", first_channel=DeliveryChannel.PASSIVE)

    for _ in range(2):
        send_passive_later(ledger.database, row, ledger.clock.now())
    ledger.send()

    assert (ledger.seen(), ledger.state(row)) == (["一"], SENT)
    assert len(ledger.jobs()) == 1


def test_a_passive_answer_that_was_written_is_not_sent_later(ledger: Ledger) -> None:
    (row,) = ledger.write("一", first_channel=DeliveryChannel.PASSIVE)
    PassiveAnswers(ledger.database).confirm(row, ledger.row(row).payload, ledger.clock.now())

    send_passive_later(ledger.database, row, ledger.clock.now())
    ledger.send()

    assert (ledger.seen(), ledger.row(row).channel) == ([], DeliveryChannel.PASSIVE)


def test_recording_a_success_twice_keeps_the_first_time(ledger: Ledger) -> None:
    (row,) = ledger.write("一")
    ledger.send()
    first = ledger.row(row).sent_at
    ledger.clock.advance(timedelta(minutes=1))

    with ledger.database.unit_of_work() as session:
        listing = Delivery(payload={"carries": [row]}, channel=DeliveryChannel.PASSIVE)
        mark_sent(session, listing, ledger.clock.now())

    assert ledger.row(row).sent_at == first


def test_while_the_queue_is_away_a_waiting_message_asks_for_one_job_not_for_one_each_sweep(ledger: Ledger) -> None:
    ledger.write("一")
    for _ in range(20):
        ledger.clock.advance(timedelta(seconds=16))
        ledger.rescue()

    assert len(ledger.jobs()) <= 2
