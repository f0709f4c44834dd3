"""Logins of the mini-program: WeChat's answers, tokens, rotation, and joining one person's identities."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from adapters.wechat.errors import WeChatError
from adapters.wechat.local import LocalWeChat
from adapters.wechat.session import CodeSession
from core.clock import FixedClock
from core.db import Database
from core.errors import AppError, Unauthorized
from models import ApiSession, Case, Conversation, Platform, User, WeChatIdentity
from services import sessions
from services.sessions import Tokens
from tests.support.people import make_conversation, make_identity

APP_ID = "wxsim0000000000b2"


def log_in(database: Database, clock: FixedClock, *, openid: str = "oMini1", unionid: str | None = None) -> Tokens:
    with database.unit_of_work() as session:
        who = CodeSession(openid=openid, unionid=unionid, session_key="a2V5")
        return sessions.log_in(session, who=who, app_id=APP_ID, now=clock.now())


def refresh(database: Database, clock: FixedClock, token: str) -> Tokens | None:
    with database.unit_of_work() as session:
        return sessions.refresh(session, refresh_token=token, now=clock.now())


def user_of(database: Database, clock: FixedClock, access_token: str) -> int:
    with database.reading() as session:
        return sessions.get_session_of(session, access_token=access_token, now=clock.now()).user_id


class Refusing(LocalWeChat):
    def __init__(self, errcode: int | None) -> None:
        super().__init__(Platform.MINI_PROGRAM)
        self._errcode = errcode

    def code_to_session(self, code: str) -> CodeSession:
        raise WeChatError(self._errcode, "no", outcome="refused")


@pytest.mark.parametrize(
    ("errcode", "status"),
    [(40029, 401), (40163, 401), (40226, 401), (41008, 401), (45011, 429), (-1, 503), (40125, 503), (None, 503)],
)
def test_item_55_each_refusal_of_a_code_has_its_own_answer(errcode: int | None, status: int) -> None:
    with pytest.raises(AppError) as refusal:
        sessions.identify(Refusing(errcode), "code")

    assert refusal.value.http_status == status
    assert not isinstance(refusal.value, WeChatError)


def test_item_55_a_code_works_once() -> None:
    wechat = LocalWeChat(Platform.MINI_PROGRAM)
    wechat.codes["once"] = CodeSession(openid="oMini1", unionid=None, session_key="a2V5")

    assert sessions.identify(wechat, "once").openid == "oMini1"
    with pytest.raises(Unauthorized):
        sessions.identify(wechat, "once")


def test_only_hashes_of_tokens_are_stored(database: Database, clock: FixedClock) -> None:
    tokens = log_in(database, clock)

    with database.reading() as session:
        row = session.scalars(select(ApiSession)).one()
        assert row.access_hash == hashlib.sha256(tokens.access_token.encode()).hexdigest()
        assert row.refresh_hash == hashlib.sha256(tokens.refresh_token.encode()).hexdigest()


def test_item_56_the_newest_session_key_of_an_openid_is_kept(database: Database, clock: FixedClock) -> None:
    log_in(database, clock)
    with database.unit_of_work() as session:
        who = CodeSession(openid="oMini1", unionid=None, session_key="bmV3")
        sessions.log_in(session, who=who, app_id=APP_ID, now=clock.now())

    with database.reading() as session:
        assert session.scalars(select(WeChatIdentity)).one().session_key == "bmV3"


def test_access_ends_after_two_hours(database: Database, clock: FixedClock) -> None:
    tokens = log_in(database, clock)
    clock.advance(timedelta(hours=2) - timedelta(seconds=1))
    assert user_of(database, clock, tokens.access_token)

    clock.advance(timedelta(seconds=1))
    with pytest.raises(Unauthorized):
        user_of(database, clock, tokens.access_token)


def test_refreshing_gives_new_tokens_until_thirty_days_have_passed(database: Database, clock: FixedClock) -> None:
    first = log_in(database, clock)
    clock.advance(timedelta(days=29))
    second = refresh(database, clock, first.refresh_token)
    assert second is not None and second.refresh_token != first.refresh_token
    assert user_of(database, clock, second.access_token)

    clock.advance(timedelta(days=30))
    assert refresh(database, clock, second.refresh_token) is None


def test_a_used_refresh_token_ends_the_whole_family_and_no_other(database: Database, clock: FixedClock) -> None:
    first, elsewhere = log_in(database, clock), log_in(database, clock)
    second = refresh(database, clock, first.refresh_token)
    assert second is not None

    assert refresh(database, clock, first.refresh_token) is None

    assert refresh(database, clock, second.refresh_token) is None
    with pytest.raises(Unauthorized):
        user_of(database, clock, second.access_token)
    assert user_of(database, clock, elsewhere.access_token)


def test_a_made_up_refresh_token_ends_nothing(database: Database, clock: FixedClock) -> None:
    tokens = log_in(database, clock)

    assert refresh(database, clock, "made-up") is None

    assert user_of(database, clock, tokens.access_token)


def test_logging_out_ends_the_tokens_made_by_refreshing_too(database: Database, clock: FixedClock) -> None:
    first = log_in(database, clock)
    second = refresh(database, clock, first.refresh_token)
    assert second is not None
    with database.unit_of_work() as session:
        row = sessions.get_session_of(session, access_token=first.access_token, now=clock.now())
        sessions.log_out(session, session_id=row.id, now=clock.now())

    for tokens in (first, second):
        with pytest.raises(Unauthorized):
            user_of(database, clock, tokens.access_token)


def test_ended_logins_are_forgotten(database: Database, clock: FixedClock) -> None:
    log_in(database, clock)
    clock.advance(timedelta(days=15))
    log_in(database, clock)
    clock.advance(timedelta(days=15))

    with database.unit_of_work() as session:
        assert sessions.delete_ended_sessions(session, now=clock.now()) == 1
        assert session.scalar(select(func.count()).select_from(ApiSession)) == 1


def test_a_unionid_joins_the_mini_program_to_the_follower(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        follower = make_identity(session, clock.now())
        follower.user.unionid = "oUnion1"
        user_id = follower.user_id

    tokens = log_in(database, clock, unionid="oUnion1")

    assert user_of(database, clock, tokens.access_token) == user_id


def test_a_unionid_told_later_moves_the_identity_with_its_conversation(database: Database, clock: FixedClock) -> None:
    before = log_in(database, clock)
    with database.unit_of_work() as session:
        mini = session.scalars(select(WeChatIdentity)).one()
        conversation = make_conversation(session, mini, clock.now())
        session.add(
            Case(
                number="KF261123-0001",
                user_id=mini.user_id,
                conversation_id=conversation.id,
                reason="requested",
                promised_at=clock.now(),
                created_at=clock.now(),
            )
        )
        follower = make_identity(session, clock.now())
        follower.user.unionid = "oUnion1"
        user_id = follower.user_id

    after = log_in(database, clock, unionid="oUnion1")

    assert user_of(database, clock, before.access_token) == user_of(database, clock, after.access_token) == user_id
    with database.reading() as session:
        assert session.scalars(select(Conversation)).one().user_id == user_id
        assert session.scalars(select(Case)).one().user_id == user_id


def test_a_unionid_told_later_names_a_person_nobody_else_is(database: Database, clock: FixedClock) -> None:
    log_in(database, clock)

    log_in(database, clock, unionid="oUnion1")

    with database.reading() as session:
        assert session.scalars(select(User)).one().unionid == "oUnion1"
