"""Access tokens: the old /token, where each call replaces the last, and stable_token."""

import secrets
from typing import Any

from sandbox.api.quotas import count_call
from sandbox.api.registry import Call, route, routes
from sandbox.errors import WeChatError
from sandbox.state import Token
from sandbox.world import App, World

LIFE_SECONDS = 7200
OVERLAP_SECONDS = 300
FORCED_PER_DAY = 20
FORCED_APART_SECONDS = 30
DAY = 86400


def app_of_token(world: World, value: str) -> App:
    """The app that this token speaks for; 41001, 40001 or 42001 otherwise."""
    if not value:
        raise WeChatError(41001, "access_token missing")
    token = world.state.tokens.get(value)
    if token is None:
        raise WeChatError(40001, "invalid credential, access_token is invalid or not latest")
    now = world.clock.now()
    if now >= token.expires_at:
        raise WeChatError(42001, "access_token expired")
    if now >= token.dies_at:
        raise WeChatError(40001, "invalid credential, access_token is invalid or not latest")
    return world.app(token.app)


def _caller(call: Call, path: str, app_id: Any, secret: Any, grant_type: Any) -> App:
    if not app_id:
        raise WeChatError(41002, "appid missing")
    if not secret:
        raise WeChatError(41004, "appsecret missing")
    if grant_type != "client_credential":
        raise WeChatError(40002, "invalid grant_type")
    app = call.world.app_by_id(str(app_id))
    if not secrets.compare_digest(str(secret).encode(), app.secret.encode()):
        raise WeChatError(40125, "invalid appsecret")
    count_call(call.world, app, path, routes[path])
    return app


def _issue(world: World, app: App, kind: str) -> str:
    now = world.clock.now()
    value = f"{secrets.randbelow(90) + 10}_{secrets.token_urlsafe(96)}"
    expires_at = now + LIFE_SECONDS
    token = Token.model_validate(
        {"app": app.kind, "kind": kind, "issued_at": now, "expires_at": expires_at, "dies_at": expires_at}
    )
    # A token long dead answers 40001 like one never issued.
    world.state.tokens = {key: old for key, old in world.state.tokens.items() if old.expires_at > now - DAY}
    world.state.tokens[value] = token
    return value


def _living(world: World, app: App, kind: str) -> list[tuple[str, Token]]:
    now = world.clock.now()
    return [
        (value, token)
        for value, token in world.state.tokens.items()
        if token.app == app.kind and token.kind == kind and now < min(token.dies_at, token.expires_at)
    ]


@route("/cgi-bin/token", method="ANY", needs_token=False, per_day=2000)
def token(call: Call) -> dict[str, Any]:
    """A new token every time; the one before lives five minutes more."""
    query = call.query
    app = _caller(call, "/cgi-bin/token", query.get("appid"), query.get("secret"), query.get("grant_type"))
    now = call.world.clock.now()
    for _, old in _living(call.world, app, "basic"):
        old.dies_at = min(old.dies_at, now + OVERLAP_SECONDS)
    return {"access_token": _issue(call.world, app, "basic"), "expires_in": LIFE_SECONDS}


@route("/cgi-bin/stable_token", needs_token=False, per_day=500_000, per_minute=10_000)
def stable_token(call: Call) -> dict[str, Any]:
    """The same token until five minutes before its end; force_refresh kills it at once."""
    data = call.json()
    path = "/cgi-bin/stable_token"
    app = _caller(call, path, data.get("appid"), data.get("secret"), data.get("grant_type"))
    now = call.world.clock.now()
    living = _living(call.world, app, "stable")
    newest = max(living, key=lambda pair: pair[1].expires_at, default=None)
    if data.get("force_refresh") is True and _may_force(call.world, app, now):
        for _, old in living:
            old.dies_at = now
        newest = None
    if newest is not None and newest[1].expires_at - now >= OVERLAP_SECONDS:
        return {"access_token": newest[0], "expires_in": int(newest[1].expires_at - now)}
    return {"access_token": _issue(call.world, app, "stable"), "expires_in": LIFE_SECONDS}


def _may_force(world: World, app: App, now: float) -> bool:
    """Whether this force_refresh is honoured: too soon is ignored, over 20 a day is 45009."""
    state = world.app_state(app)
    state.forced_refreshes = [at for at in state.forced_refreshes if now - at < DAY]
    if state.forced_refreshes and now - state.forced_refreshes[-1] < FORCED_APART_SECONDS:
        return False
    if len(state.forced_refreshes) >= FORCED_PER_DAY:
        raise WeChatError(45009, "reach max api daily quota limit")
    state.forced_refreshes.append(now)
    return True


@route("/cgi-bin/getcallbackip", method="GET")
def callback_ips(call: Call) -> dict[str, Any]:
    return {"ip_list": ["127.0.0.1"]}


@route("/cgi-bin/get_api_domain_ip", method="GET")
def api_ips(call: Call) -> dict[str, Any]:
    return {"ip_list": ["127.0.0.1"]}
