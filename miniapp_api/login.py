"""Login: WeChat's code in, our tokens out."""

from typing import Any

from apiflask import APIBlueprint
from sqlalchemy.exc import IntegrityError

from core.errors import Unauthorized, UpstreamUnavailable
from miniapp_api.context import current_api, current_caller
from miniapp_api.schemas.login import LoginIn, PhoneIn, PhoneOut, RefreshIn, TokensOut
from models import Platform, User, WeChatIdentity
from services import sessions
from services.ports import CodeSession, WeChat
from services.training.callers import take_over_bookings


def add_routes(api: APIBlueprint) -> None:
    api.post("/login")(api.input(LoginIn)(api.output(TokensOut)(log_in)))
    api.post("/login/phone")(api.input(PhoneIn)(api.output(PhoneOut)(add_phone)))
    api.post("/login/refresh")(api.input(RefreshIn)(api.output(TokensOut)(refresh_login)))
    api.post("/logout")(api.output({}, 204)(log_out))


def log_in(json_data: LoginIn) -> TokensOut:
    """登录

    用 wx.login 的 code 换令牌。第一次登录会建立账号;公众号里的同一个人按 unionid 合并。
    """
    who = sessions.identify(_mini_program(), json_data.code)
    try:
        tokens = _log_in(who)
    except IntegrityError:
        # Another call created the same person at this moment: now they are there.
        tokens = _log_in(who)
    return TokensOut.model_validate(tokens)


def _log_in(who: CodeSession) -> sessions.Tokens:
    api = current_api()
    with api.database.unit_of_work() as session:
        app_id = api.resources.app_id(Platform.MINI_PROGRAM)
        return sessions.log_in(session, who=who, app_id=app_id, now=api.clock.now())


def _mini_program() -> WeChat:
    wechat = current_api().resources.wechat.get(Platform.MINI_PROGRAM)
    if wechat is None:
        raise UpstreamUnavailable("小程序还没有配置好,请先在公众号里使用。")
    return wechat


def add_phone(json_data: PhoneIn) -> PhoneOut:
    """记下手机号

    先登录,再用手机号按钮的 code 来换。以后填表不用再写,专员打这个电话;用这个号在电话里报的培训归到这个账号。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        openid = session.get_one(WeChatIdentity, caller.identity_id).openid
    phone = sessions.learn_phone(_mini_program(), json_data.code, openid)
    with api.database.unit_of_work() as session:
        identity = session.get_one(WeChatIdentity, caller.identity_id)
        take_over_bookings(session, identity, phone, api.clock.now())
        user = session.get_one(User, caller.user_id, with_for_update=True)
        user.phone, user.phone_verified_at = phone, api.clock.now()
    return PhoneOut(phone=_masked(phone))


def refresh_login(json_data: RefreshIn) -> TokensOut:
    """换新令牌

    refresh_token 只能用一次。用过的再来,说明可能泄露,这次登录的所有令牌都会作废。
    """
    api = current_api()
    with api.database.unit_of_work() as session:
        tokens = sessions.refresh(session, refresh_token=json_data.refresh_token, now=api.clock.now())
    if tokens is None:
        raise Unauthorized(sessions.LOGIN_ENDED)
    return TokensOut.model_validate(tokens)


def log_out() -> tuple[dict[str, Any], int]:
    """退出登录

    这次登录的所有令牌立即作废。
    """
    api = current_api()
    with api.database.unit_of_work() as session:
        sessions.log_out(session, session_id=current_caller().session_id, now=api.clock.now())
    return {}, 204


def _masked(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) > 10 else f"****{phone[-2:]}"
