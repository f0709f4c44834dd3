"""Logging in to the mini-program: WeChat's code becomes a person, a person gets opaque tokens."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from core.errors import InvalidInput, RateLimited, Unauthorized, UpstreamUnavailable
from core.ids import new_public_id, new_token
from core.logs import get_logger
from models import ApiSession, Platform, WeChatIdentity
from services.identities import find_or_create_identity, learn_unionid
from services.ports import CodeSession, WeChat, WeChatError

log = get_logger(__name__)

ACCESS_LASTS = timedelta(hours=2)
REFRESH_LASTS = timedelta(days=30)
LOGIN_ENDED = "登录已失效,请重新登录。"
# wechat-contract §5.1: what WeChat says of a code, and what the person can do about it.
CODE_REFUSED = {
    40029: "登录码无效或已经用过,请重新进入小程序。",
    40163: "登录码无效或已经用过,请重新进入小程序。",
    41008: "登录码无效或已经用过,请重新进入小程序。",
    40226: "微信限制了这个账号登录小程序,可以在公众号里继续用。",
}
PHONE_CODE_REFUSED = {40029, 40163, 41008}
PHONE_AGAIN = "手机号授权已过期或用过了,请再点一次授权。"
TOO_OFTEN = 45011


@dataclass(frozen=True)
class Tokens:
    """What the client keeps. Only their hashes are stored."""

    access_token: str
    refresh_token: str
    expires_in: int


def identify(wechat: WeChat, code: str) -> CodeSession:
    """Whom a login code stands for.

    Raises Unauthorized for a bad or used code, RateLimited, or UpstreamUnavailable where WeChat did not answer or does
    not accept our own credentials.
    """
    try:
        return wechat.code_to_session(code)
    except WeChatError as error:
        if error.errcode in CODE_REFUSED:
            raise Unauthorized(CODE_REFUSED[error.errcode]) from None
        if error.errcode == TOO_OFTEN:
            raise RateLimited("登录太频繁,请1分钟后再试。") from None
        raise UpstreamUnavailable("微信暂时没有回应,请稍后再登录。") from None


def learn_phone(wechat: WeChat, code: str, openid: str) -> str:
    """The number behind the phone button's code.

    Raises InvalidInput for a bad, used or foreign code, RateLimited, or UpstreamUnavailable.
    """
    try:
        return wechat.phone_number(code, openid)
    except WeChatError as error:
        if error.errcode in PHONE_CODE_REFUSED:
            raise InvalidInput(PHONE_AGAIN, fields={"code": PHONE_AGAIN}) from None
        if error.errcode == TOO_OFTEN:
            raise RateLimited("取手机号太频繁,请1分钟后再试。") from None
        raise UpstreamUnavailable("微信暂时没有给出手机号,请稍后再试,或者直接填写。") from None


def log_in(session: Session, *, who: CodeSession, app_id: str, now: datetime) -> Tokens:
    """Tokens for a person, known or new; WeChat's session_key stays with us."""
    identity = find_or_create_identity(
        session, app_id=app_id, openid=who.openid, platform=Platform.MINI_PROGRAM, now=now, unionid=who.unionid
    )
    if who.unionid:
        learn_unionid(session, identity, who.unionid, now)
    identity.session_key = who.session_key
    return _issue(session, identity, family=new_public_id(), now=now)


def refresh(session: Session, *, refresh_token: str, now: datetime) -> Tokens | None:
    """New tokens for a refresh token never used before. Calls under way with the old access token still end well.

    None where the token is unknown, expired, revoked or used. A used one ends its whole family, which the caller must
    commit: that is why this does not raise.
    """
    row = session.scalar(select(ApiSession).where(ApiSession.refresh_hash == _hash(refresh_token)).with_for_update())
    if row is None or row.revoked_at is not None or row.refresh_expires_at <= now:
        return None
    if row.used_at is not None:
        log.warning("refresh_token_reused", user_id=row.user_id)
        _revoke_family(session, row.family, now)
        return None
    row.used_at = now
    return _issue(session, row.identity, family=row.family, now=now)


def log_out(session: Session, *, session_id: int, now: datetime) -> None:
    """End a login: its tokens and all that were made from them by refreshing."""
    row = session.get_one(ApiSession, session_id)
    _revoke_family(session, row.family, now)


def log_out_everywhere(session: Session, *, user_id: int, now: datetime) -> None:
    """End every login of a person, on all their devices."""
    session.execute(
        update(ApiSession).where(ApiSession.user_id == user_id, ApiSession.revoked_at.is_(None)).values(revoked_at=now)
    )


def get_session_of(session: Session, *, access_token: str, now: datetime, even_if_revoked: bool = False) -> ApiSession:
    """The login behind an access token, its user and identity loaded. Raises Unauthorized."""
    row = session.scalar(
        select(ApiSession)
        .where(ApiSession.access_hash == _hash(access_token))
        .options(joinedload(ApiSession.user), joinedload(ApiSession.identity))
    )
    if row is None or row.access_expires_at <= now or (row.revoked_at is not None and not even_if_revoked):
        raise Unauthorized(LOGIN_ENDED)
    return row


def delete_ended_sessions(session: Session, *, now: datetime) -> int:
    """Forget logins that can never be used again; answers how many."""
    ended = session.scalars(select(ApiSession).where(ApiSession.refresh_expires_at <= now)).all()
    for row in ended:
        session.delete(row)
    return len(ended)


def _issue(session: Session, identity: WeChatIdentity, *, family: str, now: datetime) -> Tokens:
    tokens = Tokens(new_token(32), new_token(32), int(ACCESS_LASTS.total_seconds()))
    session.add(
        ApiSession(
            user_id=identity.user_id,
            identity_id=identity.id,
            family=family,
            access_hash=_hash(tokens.access_token),
            refresh_hash=_hash(tokens.refresh_token),
            access_expires_at=now + ACCESS_LASTS,
            refresh_expires_at=now + REFRESH_LASTS,
            created_at=now,
        )
    )
    session.flush()
    return tokens


def _revoke_family(session: Session, family: str, now: datetime) -> None:
    session.execute(
        update(ApiSession).where(ApiSession.family == family, ApiSession.revoked_at.is_(None)).values(revoked_at=now)
    )


def _hash(token: str) -> str:
    # The tokens are 256 random bits: nothing to guess, so a plain fast hash is enough.
    return hashlib.sha256(token.encode()).hexdigest()
