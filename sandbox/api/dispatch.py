"""Every request to the fake API passes here: faults, method, token, quota, the handler, the log."""

import json
import time
from urllib.parse import urlencode

from flask import Request, Response, request
from werkzeug.datastructures import FileStorage

from sandbox.api import (  # noqa: F401
    credentials,
    media,
    menu,
    messages,
    miniprogram,
    pictures,
    quotas,
    template_list,
    templates,
    users,
)
from sandbox.api.credentials import app_of_token
from sandbox.api.quotas import count_call
from sandbox.api.registry import Answer, Call, RawAnswer, Route, routes
from sandbox.connection import reset_connection
from sandbox.errors import WeChatError
from sandbox.faults import API_KINDS, Fault
from sandbox.journal import Entry, new_rid
from sandbox.world import World

MAX_BODY = 12 * 1024 * 1024


def answer(world: World, path: str) -> Response:
    """What api.weixin.qq.com would answer, or what the faults in force make of it."""
    started = time.perf_counter()
    rid = new_rid()
    faults = world.faults.take(path, API_KINDS)
    broken = _spoil([rule for rule in faults if not rule.after_effect], rid)
    call = _read_call(world, request)
    if broken is not None:
        response, outcome = broken
    else:
        response, outcome = _respond(world, call, path, rid)
        late = _spoil([rule for rule in faults if rule.after_effect and rule.kind != "cut_json"], rid)
        if late is not None:
            response, outcome = late
        response = _cut(response, [rule for rule in faults if rule.kind == "cut_json"])
    world.journal.add(
        Entry(
            kind="call",
            path=path,
            method=request.method,
            outcome=outcome if not faults else f"{outcome} [{', '.join(rule.kind for rule in faults)}]",
            at=world.clock.now(),
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
            rid=rid,
            query=urlencode(call.query),
            request=_readable(call.body, bool(call.files)),
            response=_readable(response.get_data(), not response.is_json),
        )
    )
    for step in call.afterwards:
        step()
    if outcome == "reset":
        return Response(reset_connection(request.environ))
    return response


def _read_call(world: World, incoming: Request) -> Call:
    files: dict[str, FileStorage] = dict(incoming.files.items()) if incoming.mimetype == "multipart/form-data" else {}
    body = b"" if files else incoming.get_data()
    return Call(world=world, query=dict(incoming.args.items()), body=body, files=files)


def _respond(world: World, call: Call, path: str, rid: str) -> tuple[Response, str]:
    try:
        with world.lock:
            result = _handle(world, call, path)
            world.store.changed()
    except WeChatError as error:
        payload = {"errcode": error.errcode, "errmsg": f"{error.errmsg} rid: {rid}", **error.extra}
        return _json(payload), str(error.errcode)
    if isinstance(result, RawAnswer):
        response = Response(result.body, content_type=result.content_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{result.filename}"'
        return response, "ok"
    return _json(result), "ok"


def _handle(world: World, call: Call, path: str) -> Answer:
    route = routes.get(path)
    if route is None:
        raise WeChatError(40066, "invalid url")
    _check_method(route)
    if route.needs_token:
        call.token_app = app_of_token(world, call.query.get("access_token", ""))
        count_call(world, call.token_app, path, route)
    return route.handler(call)


def _check_method(route: Route) -> None:
    if route.method == "POST" and request.method != "POST":
        raise WeChatError(route.method_error, "require POST method")
    if route.method == "GET" and request.method != "GET":
        raise WeChatError(43001, "require GET method")


def _json(payload: dict[str, object]) -> Response:
    return Response(json.dumps(payload, ensure_ascii=False), content_type="application/json; encoding=utf-8")


def _spoil(rules: list[Fault], rid: str) -> tuple[Response, str] | None:
    """The answer that faults put in place of the real one; None where they only delay or there are none."""
    for rule in rules:
        if rule.kind == "delay":
            time.sleep(rule.value)
        elif rule.kind == "http_status":
            status = int(rule.value) or 502
            return Response(f"<html>{status}</html>", status=status, content_type="text/html"), f"http {status}"
        elif rule.kind == "errcode":
            code = int(rule.value)
            text = "system error" if code == -1 else "injected by the sandbox"
            return _json({"errcode": code, "errmsg": f"{text} rid: {rid}"}), str(code)
        elif rule.kind == "reset":
            return Response(b""), "reset"
    return None


def _cut(response: Response, rules: list[Fault]) -> Response:
    for rule in rules:
        body = response.get_data()
        response.set_data(body[: int(rule.value) or len(body) // 2])
    return response


def _readable(body: bytes, is_file: bool) -> str:
    return "[file]" if is_file and body else body[:8000].decode(errors="replace")
