"""A follower's unionid is asked of WeChat in the background, and joins the mini-program account of the same person."""

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from adapters.wechat.failing import FailingWeChat
from adapters.wechat.local import LocalWeChat
from adapters.wechat.push import Push
from core.clock import FixedClock
from core.outbox import OutboxRow, OutboxState
from models import IdentityMerge, Platform, User, WeChatIdentity
from services.identities import find_or_create_identity
from services.intake import receive_push
from services.job_names import JobName
from services.resources import Resources
from tests.support.jobs import run_outbox

UNIONID = "oUnion1"
_numbers = itertools.count(1)

pytestmark = pytest.mark.usefixtures("app")


def push(resources: Resources, platform: Platform = Platform.OFFICIAL_ACCOUNT) -> None:
    said = Push(to_user="gh_1", openid="oFan", created_at=1, kind="text", msg_id=str(next(_numbers)), text="您好")
    app_id = resources.app_id(platform)
    with resources.database.unit_of_work() as session:
        receive_push(session, said, app_id=app_id, platform=platform, text=said.text, now=resources.clock.now())


def tell(resources: Resources, **facts: object) -> None:
    """WeChat knows this of the follower."""
    wechat = resources.wechat[Platform.OFFICIAL_ACCOUNT]
    assert isinstance(wechat, LocalWeChat)
    wechat.users["oFan"] = {"subscribe": 1, "openid": "oFan", **facts}


def asked(resources: Resources) -> list[str]:
    with resources.database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.job_name == JobName.LEARN_UNIONID))
        return [row.state for row in rows]


def unionids(resources: Resources) -> list[str | None]:
    with resources.database.reading() as session:
        return list(session.scalars(select(User.unionid).order_by(User.id)))


def test_a_new_followers_unionid_is_learnt_once(resources: Resources) -> None:
    tell(resources, unionid=UNIONID)
    for _ in range(3):
        push(resources)

    run_outbox(resources)

    assert unionids(resources) == [UNIONID]
    assert asked(resources) == [OutboxState.DONE]


def test_it_joins_the_account_that_the_mini_program_brought(resources: Resources, clock: FixedClock) -> None:
    with resources.database.unit_of_work() as session:
        mini = find_or_create_identity(
            session, app_id=resources.app_id(Platform.MINI_PROGRAM), openid="oMini", platform=Platform.MINI_PROGRAM,
            now=clock.now(), unionid=UNIONID,
        )  # fmt: skip
        user_id = mini.user_id
    tell(resources, unionid=UNIONID)
    push(resources)

    run_outbox(resources)

    with resources.database.reading() as session:
        assert set(session.scalars(select(WeChatIdentity.user_id))) == {user_id}
        assert session.scalar(select(func.count()).select_from(IdentityMerge)) == 1


def test_an_account_without_unionids_stays_as_it_is(resources: Resources) -> None:
    tell(resources)
    push(resources)

    run_outbox(resources)

    assert unionids(resources) == [None]
    assert asked(resources) == [OutboxState.DONE]


def test_wechats_refusal_ends_the_asking(resources: Resources) -> None:
    resources.wechat[Platform.OFFICIAL_ACCOUNT] = FailingWeChat("refused", 48001)
    push(resources)

    run_outbox(resources)

    assert asked(resources) == [OutboxState.DONE]
    assert unionids(resources) == [None]


def test_wechats_silence_is_waited_out(resources: Resources, clock: FixedClock) -> None:
    wechat = resources.wechat[Platform.OFFICIAL_ACCOUNT]
    resources.wechat[Platform.OFFICIAL_ACCOUNT] = FailingWeChat("unknown")
    push(resources)
    run_outbox(resources)
    assert asked(resources) != [OutboxState.DONE]

    resources.wechat[Platform.OFFICIAL_ACCOUNT] = wechat
    tell(resources, unionid=UNIONID)
    clock.advance(timedelta(hours=1))
    run_outbox(resources)

    assert unionids(resources) == [UNIONID]


def test_the_mini_program_tells_its_unionid_at_login_and_is_not_asked(resources: Resources) -> None:
    push(resources, Platform.MINI_PROGRAM)

    assert asked(resources) == []
