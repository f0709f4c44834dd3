"""The mini-program's calls: login, session check, phone number, content security."""

import hashlib
import hmac
import secrets
from base64 import b64encode
from typing import Any, Literal

from sandbox.api.quotas import count_call
from sandbox.api.registry import Call, ok, route, routes, text_field
from sandbox.errors import WeChatError
from sandbox.state import Code, Person
from sandbox.world import App, World

CODE_SECONDS = 300
VISIT_SECONDS = 7200
LOGINS_PER_MINUTE = 100
CONTENT_CHARACTERS = 2500
# Words by which the fake checker gives each verdict.
RISKY_WORDS = {"违法代办": (20006, "risky"), "赌博": (20006, "risky"), "加微信返利": (10001, "review")}


def issue_code(world: World, person: Person, purpose: Literal["login", "phone"]) -> str:
    """What wx.login or the phone button gives the client. Opening the app counts as a visit."""
    code = secrets.token_urlsafe(24)
    with world.lock:
        now = world.clock.now()
        world.state.codes = {key: old for key, old in world.state.codes.items() if now - old.issued_at < 86400}
        world.state.codes[code] = Code(purpose=purpose, person=person.name, issued_at=now)
        person.miniprogram.entered_at = now
        world.store.changed()
    return code


def _use_code(call: Call, value: Any, purpose: str) -> Person:
    code = call.world.state.codes.get(str(value))
    if code is None or code.purpose != purpose:
        raise WeChatError(40029, "invalid code")
    del call.world.state.codes[str(value)]
    if call.world.clock.now() - code.issued_at > CODE_SECONDS:
        raise WeChatError(40029, "invalid code")
    return call.world.person(code.person)


def _mini(call: Call) -> App:
    if call.app.kind != "miniprogram":
        raise WeChatError(48001, "api unauthorized")
    return call.app


@route("/sns/jscode2session", method="GET", needs_token=False, per_day=0)
def code_to_session(call: Call) -> dict[str, Any]:
    """Single use, five minutes, a new session_key each time."""
    query = call.query
    app = call.world.app_by_id(query.get("appid", ""))
    if app.kind != "miniprogram":
        raise WeChatError(40013, "invalid appid")
    if not hmac.compare_digest(query.get("secret", "").encode(), app.secret.encode()):
        raise WeChatError(40125, "invalid appsecret")
    if query.get("grant_type") != "authorization_code":
        raise WeChatError(40002, "invalid grant_type")
    if not query.get("js_code"):
        raise WeChatError(41008, "missing code")
    code = call.world.state.codes.get(query["js_code"])
    if code is not None:
        # Counted a person, under the path and the name: 100 a minute each.
        limited = f"/sns/jscode2session {code.person}"
        path = routes["/sns/jscode2session"]
        call.world.app_state(app).minute_limits.setdefault(limited, LOGINS_PER_MINUTE)
        count_call(call.world, app, limited, path)
    person = _use_code(call, query["js_code"], "login")
    person.miniprogram.session_key = b64encode(secrets.token_bytes(16)).decode()
    person.miniprogram.entered_at = call.world.clock.now()
    return {
        "openid": person.miniprogram.openid,
        "session_key": person.miniprogram.session_key,
        "unionid": person.unionid,
    }


def _check_signature(call: Call) -> Person:
    _mini(call)
    person, relation = call.world.recipient(call.app, call.query.get("openid", ""))
    if call.query.get("sig_method") != "hmac_sha256":
        raise WeChatError(87008, "invalid sig_method")
    expected = hmac.new(relation.session_key.encode(), b"", hashlib.sha256).hexdigest()
    given = call.query.get("signature", "")
    if not relation.session_key or not hmac.compare_digest(given.encode(), expected.encode()):
        raise WeChatError(87009, "invalid signature")
    return person


@route("/wxa/checksession", method="GET")
def check_session(call: Call) -> dict[str, Any]:
    _check_signature(call)
    return ok()


@route("/wxa/resetusersessionkey", method="GET")
def reset_session(call: Call) -> dict[str, Any]:
    person = _check_signature(call)
    person.miniprogram.session_key = b64encode(secrets.token_bytes(16)).decode()
    return ok(openid=person.miniprogram.openid, session_key=person.miniprogram.session_key)


@route("/wxa/business/getuserphonenumber")
def phone_number(call: Call) -> dict[str, Any]:
    app = _mini(call)
    data = call.json()
    code = text_field(data, "code", 40029, "invalid code")
    held = call.world.state.codes.get(code)
    openid = data.get("openid")
    if held is not None and openid and call.world.person(held.person).miniprogram.openid != openid:
        raise WeChatError(40029, "invalid code")
    person = _use_code(call, code, "phone")
    return ok(
        phone_info={
            "phoneNumber": person.phone,
            "purePhoneNumber": person.phone,
            "countryCode": "86",
            "watermark": {"timestamp": call.world.clock.seconds(), "appid": app.app_id},
        }
    )


@route("/wxa/msg_sec_check", per_day=2_000_000, per_minute=4000, method_error=43302)
def check_text(call: Call) -> dict[str, Any]:
    """Version 2 only; the verdict follows a short list of words."""
    app = _mini(call)
    data = call.json()
    content = text_field(data, "content", 44002, "empty content")
    if data.get("version") not in (2, "2"):
        return ok() if not _verdict(content) else {"errcode": 87014, "errmsg": "risky content"}
    if data.get("scene") not in (1, 2, 3, 4):
        raise WeChatError(40129, "invalid scene")
    try:
        _, relation = call.world.recipient(app, str(data.get("openid", "")))
    except WeChatError:
        raise WeChatError(43104, "appid does not match openid") from None
    if call.world.clock.now() - relation.entered_at > VISIT_SECONDS:
        raise WeChatError(61010, "code is expired")
    if len(content) > CONTENT_CHARACTERS:
        raise WeChatError(45002, "content size out of limit")
    label, suggest = _verdict(content) or (100, "pass")
    finding = {"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}
    return ok(
        trace_id=secrets.token_hex(8),
        result={"suggest": suggest, "label": label},
        detail=[finding],
    )


def _verdict(content: str) -> tuple[int, str] | None:
    return next((verdict for word, verdict in RISKY_WORDS.items() if word in content), None)
