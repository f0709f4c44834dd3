"""A follower's unionid is asked of WeChat in the background, and joins the mini-program account of the same person."""

import itertools
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from adapters.wechat.failing import FailingWeChat
from adapters.wechat.local import LocalWeChat
from adapters.wechat.push import Push
from core.clock import FixedClock
from core.outbox import OutboxRow, OutboxState
from jobs.identities import AT_ONCE
from models import IdentityMerge, Platform, User, WeChatIdentity
from services.identities import TOGETHER, find_or_create_identity
from services.intake import receive_push
from services.job_names import JobName
from services.ports import WeChatError
from services.resources import Resources
from tests.support.jobs import run_outbox

UNIONID = "oUnion1"
_numbers = itertools.count(1)

pytestmark = pytest.mark.usefixtures("app")


def push(resources: Resources, platform: Platform = Platform.OFFICIAL_ACCOUNT, openid: str = "oFan") -> None:
    said = Push(to_user="gh_1", openid=openid, created_at=1, kind="text", msg_id=str(next(_numbers)), text="您好")
    app_id = resources.app_id(platform)
    with resources.database.unit_of_work() as session:
        receive_push(session, said, app_id=app_id, platform=platform, text=said.text, now=resources.clock.now())


def tell(resources: Resources, openid: str = "oFan", **facts: object) -> None:
    """WeChat knows this of the follower."""
    wechat = resources.wechat[Platform.OFFICIAL_ACCOUNT]
    assert isinstance(wechat, LocalWeChat)
    wechat.users[openid] = {"subscribe": 1, "openid": openid, **facts}


class CountingWeChat(LocalWeChat):
    """Keeps how many were asked for in each call, and tells nothing of a list with a `stranger` in it."""

    def __init__(self, stranger: str = "") -> None:
        super().__init__()
        self.asked: list[int] = []
        self.stranger = stranger

    def get_users(self, openids: Sequence[str]) -> list[dict[str, Any]]:
        self.asked.append(len(openids))
        if self.stranger in openids:
            raise WeChatError(40003, "invalid openid", outcome="refused")
        return super().get_users(openids)


def run_when_due(resources: Resources, clock: FixedClock) -> None:
    clock.advance(2 * TOGETHER)  # the period is over, and whoever came at its very end is there
    run_outbox(resources)


def asked(resources: Resources) -> list[str]:
    with resources.database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.job_name == JobName.LEARN_UNIONIDS))
        return [row.state for row in rows]


def unionids(resources: Resources) -> list[str | None]:
    with resources.database.reading() as session:
        return list(session.scalars(select(User.unionid).order_by(User.id)))


def test_a_new_followers_unionid_is_learnt_once(resources: Resources, clock: FixedClock) -> None:
    wechat = resources.wechat[Platform.OFFICIAL_ACCOUNT] = CountingWeChat()
    tell(resources, unionid=UNIONID)
    for _ in range(3):
        push(resources)

    run_when_due(resources, clock)
    push(resources)
    run_when_due(resources, clock)

    assert unionids(resources) == [UNIONID]
    assert asked(resources) == [OutboxState.DONE]
    assert wechat.asked == [1]


def test_all_who_come_within_some_seconds_are_asked_for_by_one_job(resources: Resources, clock: FixedClock) -> None:
    wechat = resources.wechat[Platform.OFFICIAL_ACCOUNT] = CountingWeChat()
    openids = [f"oFan{number}" for number in range(AT_ONCE + 30)]
    for openid in openids:
        tell(resources, openid, unionid=f"union of {openid}")
        push(resources, openid=openid)

    run_when_due(resources, clock)

    assert unionids(resources) == [f"union of {openid}" for openid in openids]
    assert asked(resources) == [OutboxState.DONE]
    assert wechat.asked == [AT_ONCE, 30]


def test_one_whom_wechat_does_not_know_keeps_nobody_else_from_being_known(
    resources: Resources, clock: FixedClock
) -> None:
    resources.wechat[Platform.OFFICIAL_ACCOUNT] = CountingWeChat(stranger="oFan5")
    for number in range(9):
        tell(resources, f"oFan{number}", unionid=f"union {number}")
        push(resources, openid=f"oFan{number}")

    run_when_due(resources, clock)

    assert unionids(resources) == [f"union {number}" if number != 5 else None for number in range(9)]
    assert asked(resources) == [OutboxState.DONE]


def test_who_comes_after_the_job_of_their_time_has_run_is_asked_for_by_the_next_one(
    resources: Resources, clock: FixedClock
) -> None:
    """A transaction that took long, say: its job is done before it is there."""
    for openid in ("oFan", "oLate"):
        tell(resources, openid, unionid=f"union of {openid}")
    began = clock.now()
    push(resources)
    run_when_due(resources, clock)
    clock.set(began)
    push(resources, openid="oLate")
    run_when_due(resources, clock)
    assert unionids(resources) == ["union of oFan", None]

    clock.advance(TOGETHER)
    push(resources, openid="oNext")
    run_when_due(resources, clock)

    assert unionids(resources) == ["union of oFan", "union of oLate", None]


def test_who_follows_again_is_asked_for_again(resources: Resources, clock: FixedClock) -> None:
    """The account may have been bound to the mini-program's open-platform account meanwhile."""
    tell(resources)
    push(resources)
    run_when_due(resources, clock)
    with resources.database.unit_of_work() as session:
        session.scalars(select(WeChatIdentity)).one().is_subscribed = False
    tell(resources, unionid=UNIONID)

    push(resources)
    run_when_due(resources, clock)

    assert unionids(resources) == [UNIONID]


def test_it_joins_the_account_that_the_mini_program_brought(resources: Resources, clock: FixedClock) -> None:
    with resources.database.unit_of_work() as session:
        mini = find_or_create_identity(
            session, app_id=resources.app_id(Platform.MINI_PROGRAM), openid="oMini", platform=Platform.MINI_PROGRAM,
            now=clock.now(), unionid=UNIONID,
        )  # fmt: skip
        user_id = mini.user_id
    tell(resources, unionid=UNIONID)
    push(resources)

    run_when_due(resources, clock)

    with resources.database.reading() as session:
        assert set(session.scalars(select(WeChatIdentity.user_id))) == {user_id}
        assert session.scalar(select(func.count()).select_from(IdentityMerge)) == 1


def test_an_account_without_unionids_stays_as_it_is(resources: Resources, clock: FixedClock) -> None:
    tell(resources)
    push(resources)

    run_when_due(resources, clock)

    assert unionids(resources) == [None]
    assert asked(resources) == [OutboxState.DONE]


def test_a_refusal_of_the_whole_account_ends_the_job_and_the_next_newcomers_job_asks_for_all(
    resources: Resources, clock: FixedClock
) -> None:
    """The day's quota is used, or the app's secret was changed: that says nothing about anybody."""
    wechat = resources.wechat[Platform.OFFICIAL_ACCOUNT]
    for openid in ("oFan", "oNext"):
        tell(resources, openid, unionid=f"union of {openid}")
    resources.wechat[Platform.OFFICIAL_ACCOUNT] = FailingWeChat("refused", 45009)
    push(resources)
    run_when_due(resources, clock)
    assert asked(resources) == [OutboxState.DONE]
    assert unionids(resources) == [None]

    resources.wechat[Platform.OFFICIAL_ACCOUNT] = wechat
    push(resources, openid="oNext")
    run_when_due(resources, clock)

    assert unionids(resources) == ["union of oFan", "union of oNext"]


def test_one_who_cannot_be_written_down_keeps_nobody_else_from_being_known(
    resources: Resources, clock: FixedClock
) -> None:
    """Half of a surrogate pair can be stored nowhere. The job tries that one again, and that one alone."""
    wechat = resources.wechat[Platform.OFFICIAL_ACCOUNT] = CountingWeChat()
    for number in range(3):
        tell(resources, f"oFan{number}", unionid=f"union {number}" if number else "\ud800")
        push(resources, openid=f"oFan{number}")

    run_when_due(resources, clock)

    assert unionids(resources) == [None, "union 1", "union 2"]
    assert asked(resources) != [OutboxState.DONE]
    clock.advance(timedelta(hours=1))
    run_outbox(resources, rounds=1)
    assert wechat.asked[0] == 3 and set(wechat.asked[1:]) == {1}


def test_wechats_silence_is_waited_out(resources: Resources, clock: FixedClock) -> None:
    wechat = resources.wechat[Platform.OFFICIAL_ACCOUNT]
    resources.wechat[Platform.OFFICIAL_ACCOUNT] = FailingWeChat("unknown")
    push(resources)
    run_when_due(resources, clock)
    assert asked(resources) != [OutboxState.DONE]

    resources.wechat[Platform.OFFICIAL_ACCOUNT] = wechat
    tell(resources, unionid=UNIONID)
    clock.advance(timedelta(hours=1))
    run_outbox(resources)

    assert unionids(resources) == [UNIONID]


def test_the_mini_program_tells_its_unionid_at_login_and_is_not_asked(resources: Resources) -> None:
    push(resources, Platform.MINI_PROGRAM)

    assert asked(resources) == []
