"""The real WeChat: wechatpy's client under our own token, retry and error rules (wechat-contract §7.2)."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import redis
import requests
from wechatpy import WeChatClient as WechatpyClient
from wechatpy.exceptions import WeChatClientException

from adapters.wechat.calls import (
    business_error,
    call_without_token,
    check_answer,
    cut_answer,
    http_error,
    measured_call,
    network_error,
)
from adapters.wechat.errors import WeChatError
from adapters.wechat.http import API_BASE_URL, new_session
from adapters.wechat.media import check_image, read_media
from adapters.wechat.passive import PayloadRefused, to_customer_service
from adapters.wechat.print_text import PATH as PRINT
from adapters.wechat.print_text import as_form, read_lines
from adapters.wechat.session import CodeSession
from adapters.wechat.templates import (
    LIST,
    SEND_SUBSCRIPTION,
    SEND_TEMPLATE,
    WeChatTemplate,
    read_templates,
    subscription_body,
    template_body,
)
from adapters.wechat.tokens import TokenProvider, stable_token_source
from core.clock import Clock, SystemClock
from core.moderation import Suggestion, TextVerdict
from models import Platform, TemplateKind

SEND = "/cgi-bin/message/custom/send"
TYPING = {
    Platform.OFFICIAL_ACCOUNT: "/cgi-bin/message/custom/typing",
    # Only typing has a business path: custom/send under it answers 40101 (wechat-contract §2.2).
    Platform.MINI_PROGRAM: "/cgi-bin/message/custom/business/typing",
}
UPLOAD = "/cgi-bin/media/upload"
USERS = "/cgi-bin/user/info/batchget"
NO_MENU = 46003
PHONE_NUMBER = re.compile(r"\+?[0-9][0-9 -]{4,18}")
CHECK_LENGTH = 2500
VERDICTS = tuple(Suggestion)  # from good to bad

Result = TypeVar("Result")


class _Wechatpy(WechatpyClient):  # type: ignore[misc]
    """wechatpy without its own token keeping, whose defects 1 to 7 of the contract then cannot bite."""

    def __init__(self, app_id: str, tokens: TokenProvider, session: requests.Session, timeouts: tuple[float, float]):
        super().__init__(app_id, "", timeout=timeouts, auto_retry=False)
        self._tokens = tokens
        self._http = session

    @property
    def access_token(self) -> str:
        return self._tokens.get()

    def fetch_access_token(self) -> None:
        raise NotImplementedError("The token provider fetches tokens.")


class WeChatClient:
    """Calls one app's API. Every method raises WeChatError; a call is repeated once, and only after WeChat refused
    the access token. Threads may share a client."""

    def __init__(
        self,
        app_id: str,
        secret: str,
        redis: redis.Redis,
        base_url: str = API_BASE_URL,
        platform: Platform = Platform.OFFICIAL_ACCOUNT,
        timeouts: tuple[float, float] = (3, 8),
        clock: Clock | None = None,
        tokens: TokenProvider | None = None,
    ) -> None:
        self._app_id = app_id
        self._secret = secret
        self._platform = platform
        self._timeouts = timeouts
        self._session = new_session(base_url)
        self._tokens = tokens or TokenProvider(
            redis, app_id, stable_token_source(self._session, app_id, secret, timeouts), clock or SystemClock()
        )
        self._wechatpy = _Wechatpy(app_id, self._tokens, self._session, timeouts)

    def close(self) -> None:
        """Let go of the connections to WeChat."""
        self._session.close()

    def send(self, openid: str, payload: Mapping[str, Any]) -> None:
        """Send one customer-service message (a channel-neutral payload)."""
        try:
            message = to_customer_service(payload, self._platform)
        except PayloadRefused as refusal:
            raise WeChatError(refusal.errcode, str(refusal), outcome="refused") from None
        self._post(SEND, {"touser": openid, **message}, private=(openid,))

    def send_subscription(self, openid: str, template_id: str, data: Mapping[str, str], page: str = "") -> str:
        """Send one message that the person granted; WeChat's number of it, "" where it gives none."""
        body = subscription_body(self._platform, openid, template_id, data, page)
        answer = self._post(SEND_SUBSCRIPTION[self._platform], body, private=(openid, *data.values()))
        return str(answer.get("msgid") or "")

    def send_template(self, openid: str, template_id: str, data: Mapping[str, str], client_msg_id: str) -> str:
        """Send one template message to a follower; WeChat's number of it. Repeated within ten minutes under the same
        `client_msg_id` it is one."""
        body = template_body(openid, template_id, data, client_msg_id)
        answer = self._post(SEND_TEMPLATE, body, private=(openid, *data.values()))
        return str(answer.get("msgid") or "")

    def list_templates(self, kind: TemplateKind) -> list[WeChatTemplate]:
        """The templates of this account."""
        found = read_templates(kind, self._get(LIST[kind]))
        if found is None:
            raise cut_answer()
        return found

    def typing(self, openid: str) -> None:
        """Show the user that an answer is being written, for 15 s or until it is sent."""
        self._post(TYPING[self._platform], {"touser": openid, "command": "Typing"}, private=(openid,))

    def create_menu(self, menu: Mapping[str, Any]) -> None:
        """Replace the custom menu."""
        self._post("/cgi-bin/menu/create", dict(menu))

    def get_menu(self) -> dict[str, Any] | None:
        """The custom menu, None where there is none."""
        try:
            return self._get("/cgi-bin/menu/get")
        except WeChatError as error:
            if error.errcode == NO_MENU:
                return None
            raise

    def get_users(self, openids: Sequence[str]) -> list[dict[str, Any]]:
        """What WeChat tells of one to a hundred followers; `subscribe` 0 and nothing else of one who left."""
        body = {"user_list": [{"openid": openid, "lang": "zh_CN"} for openid in openids]}
        users = self._post(USERS, body, private=tuple(openids)).get("user_info_list")
        if not isinstance(users, list) or not all(isinstance(user, dict) for user in users):
            raise cut_answer()
        return users

    def code_to_session(self, code: str) -> CodeSession:
        """Who a mini-program's login code stands for. A code works once."""
        path = "/sns/jscode2session"
        params = {
            "appid": self._app_id, "secret": self._secret, "js_code": code, "grant_type": "authorization_code",
        }  # fmt: skip
        answer = call_without_token(
            path,
            lambda: self._session.get(
                API_BASE_URL + path, params=params, timeout=self._timeouts, allow_redirects=False
            ),
            private=(code, self._secret),
        )
        openid = answer.get("openid")
        if not isinstance(openid, str) or not openid:
            raise cut_answer()
        return CodeSession(openid, answer.get("unionid") or None, str(answer.get("session_key") or ""))

    def phone_number(self, code: str, openid: str) -> str:
        """The number that this person agreed to share. The phone button's code is no login code; it works once, for
        five minutes, and each success is paid for (wechat-contract §5.3)."""
        body = {"code": code, "openid": openid}
        answer = self._post("/wxa/business/getuserphonenumber", body, private=(code, openid))
        info = answer.get("phone_info")
        if not isinstance(info, dict):
            raise cut_answer()
        # Ours without the country's code, others with it.
        is_chinese = str(info.get("countryCode")) == "86"
        number = str(info.get("purePhoneNumber" if is_chinese else "phoneNumber") or "")
        if not PHONE_NUMBER.fullmatch(number):
            raise cut_answer()
        return number

    def check_text(self, openid: str, text: str, scene: int) -> TextVerdict:
        """WeChat's verdict on a user's text; of a long text that of its worst part.

        Only for the mini-program's own openids seen within two hours (wechat-contract §5.5).
        """
        worst = TextVerdict(Suggestion.PASS)
        for start in range(0, len(text), CHECK_LENGTH):
            body = {"version": 2, "openid": openid, "scene": scene, "content": text[start : start + CHECK_LENGTH]}
            answer = self._post("/wxa/msg_sec_check", body, private=(openid,))
            found = _text_verdict(answer.get("result"))
            worst = max(worst, found, key=lambda each: VERDICTS.index(each.suggestion))
        return worst

    def download_media(self, media_id: str) -> bytes:
        """A temporary medium's bytes, a video's too. They are kept for three days."""
        return self._with_token(
            "/cgi-bin/media/get",
            lambda token: read_media(self._session, token, media_id, self._timeouts),
            private=(media_id,),
        )

    def upload_image(self, content: bytes) -> str:
        """Keep a PNG of at most 2 MB for three days; the media_id under which it can be sent."""
        check_image(content)
        answer = self._upload(UPLOAD, {"type": "image"}, {"media": ("image.png", content, "image/png")})
        media_id = answer.get("media_id")
        if not isinstance(media_id, str) or not media_id:
            raise cut_answer()
        return media_id

    def read_print(self, content: bytes) -> str:
        """The printed words of a picture of at most 2 MB, a line each."""
        check_image(content)
        return read_lines(self._upload(PRINT, {}, as_form(content)))

    def quota(self, path: str) -> dict[str, int]:
        """How often a path may be called today: daily_limit, used, remain."""
        quota = self._post("/cgi-bin/openapi/quota/get", {"cgi_path": path}).get("quota")
        if not isinstance(quota, dict):
            raise cut_answer()
        return {name: int(quota.get(name, 0)) for name in ("daily_limit", "used", "remain")}

    def _post(self, path: str, body: dict[str, Any], private: tuple[str, ...] = ()) -> dict[str, Any]:
        return self._with_token(path, lambda token: self._answer("post", path, token, {"data": body}), private)

    def _get(self, path: str) -> dict[str, Any]:
        return self._with_token(path, lambda token: self._answer("get", path, token, {}), private=())

    def _upload(self, path: str, params: dict[str, str], files: dict[str, tuple[str, bytes, str]]) -> dict[str, Any]:
        arguments = {"params": params, "files": files}
        return self._with_token(path, lambda token: self._answer("post", path, token, dict(arguments)), private=())

    def _answer(self, method: str, path: str, token: str, arguments: dict[str, Any]) -> Any:
        params = {**arguments.pop("params", {}), "access_token": token}
        call = getattr(self._wechatpy, method)
        return call(API_BASE_URL + path, params=params, allow_redirects=False, **arguments)

    def _with_token(self, path: str, call: Callable[[str], Result], private: tuple[str, ...]) -> Result:
        """Call with the present token; once more with another where WeChat refused it."""
        token = self._token()
        try:
            with measured_call(path):
                return self._judge(lambda: call(token), (token, *private))
        except WeChatError as error:
            if not error.is_credential:
                raise
        renewed = self._token(failing=token)
        with measured_call(path):
            return self._judge(lambda: call(renewed), (renewed, *private))

    def _token(self, failing: str | None = None) -> str:
        """Without a token the call itself never goes out: whatever went wrong, it may be tried again later."""
        try:
            return self._tokens.get() if failing is None else self._tokens.renew(failing)
        except WeChatError as error:
            if error.outcome == "unknown":
                raise WeChatError(error.errcode, error.detail, rid=error.rid, outcome="busy") from None
            raise

    @staticmethod
    def _judge(call: Callable[[], Result], private: tuple[str, ...]) -> Result:
        """The answer, every failure as WeChatError. Exceptions are not chained: theirs hold tokens."""
        try:
            answer = call()
        except WeChatClientException as error:
            if error.errcode is None:  # wechatpy's way of saying that HTTP itself failed
                raise http_error(error.response.status_code) from None
            raise business_error(error.errcode, str(error.errmsg), private) from None
        except requests.RequestException as error:
            raise network_error(error) from None
        except (ValueError, TypeError):  # wechatpy meets an errcode that is no number
            raise cut_answer() from None
        if not isinstance(answer, bytes):
            check_answer(answer, private)
        return answer


def _text_verdict(result: Any) -> TextVerdict:
    if not isinstance(result, dict) or result.get("suggest") not in VERDICTS:
        raise cut_answer()
    label = result.get("label")
    return TextVerdict(Suggestion(result["suggest"]), label if isinstance(label, int) else 0)
