"""Daily and minute quotas, and the calls that show and clear them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sandbox.api.registry import Call, Route, ok, route, routes, text_field
from sandbox.errors import WeChatError
from sandbox.state import AppState
from sandbox.world import App, World

CHINA_TIME = timezone(timedelta(hours=8))


def count_call(world: World, app: App, path: str, route: Route) -> None:
    """Count one call; 45009 over the day's quota, 45011 over the minute's."""
    state = world.app_state(app)
    _roll(state, world.clock.now())
    per_day = state.daily_limits.get(path, route.per_day)
    per_minute = state.minute_limits.get(path, route.per_minute)
    if per_minute and state.minute_counts.get(path, 0) >= per_minute:
        raise WeChatError(45011, "api minute-quota reach limit, must slower, retry next minute")
    if per_day and state.day_counts.get(path, 0) >= per_day:
        raise WeChatError(45009, "reach max api daily quota limit")
    state.day_counts[path] = state.day_counts.get(path, 0) + 1
    state.minute_counts[path] = state.minute_counts.get(path, 0) + 1


def _roll(state: AppState, now: float) -> None:
    day = datetime.fromtimestamp(now, UTC).astimezone(CHINA_TIME).strftime("%Y-%m-%d")
    if day != state.day:
        state.day, state.day_counts = day, {}
    minute = int(now // 60)
    if minute != state.minute:
        state.minute, state.minute_counts = minute, {}
    if day[:7] != state.clears_month:
        state.clears_month, state.clears_left = day[:7], 10


@route("/cgi-bin/clear_quota", per_day=0)
def clear_quota(call: Call) -> dict[str, Any]:
    if call.json().get("appid") != call.app.app_id:
        raise WeChatError(40013, "invalid appid")
    state = call.world.app_state(call.app)
    if state.clears_left <= 0:
        raise WeChatError(48006, "forbid to clear quota because of reaching the limit")
    state.clears_left -= 1
    state.day_counts, state.minute_counts = {}, {}
    return ok()


@route("/cgi-bin/openapi/quota/get", per_day=0)
def get_quota(call: Call) -> dict[str, Any]:
    path = text_field(call.json(), "cgi_path", 76021, "cgi_path not found, please check")
    found = routes.get(path)
    if found is None:
        raise WeChatError(76021, "cgi_path not found, please check")
    state = call.world.app_state(call.app)
    limit = state.daily_limits.get(path, found.per_day)
    used = state.day_counts.get(path, 0)
    return ok(quota={"daily_limit": limit, "used": used, "remain": max(0, limit - used)})


@route("/cgi-bin/openapi/rid/get", per_day=0)
def get_rid(call: Call) -> dict[str, Any]:
    entry = call.world.journal.find_rid(text_field(call.json(), "rid", 76001, "rid not found"))
    if entry is None:
        raise WeChatError(76001, "rid not found")
    return ok(
        request={
            "invoke_time": int(entry.at),
            "cost_in_ms": int(entry.duration_ms),
            "request_url": f"{entry.path}?{entry.query}",
            "request_body": entry.request,
            "response_body": entry.response,
            "client_ip": "127.0.0.1",
        }
    )
