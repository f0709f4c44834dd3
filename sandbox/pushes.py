"""Pushes to the product as WeChat makes them: five seconds, three tries, the same body, late answers dropped."""

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from sandbox.errors import ActionRefused
from sandbox.faults import PUSH_KINDS, Fault
from sandbox.journal import Entry
from sandbox.replies import FAULT_NOTICE, Seen, shows_faults, understand
from sandbox.state import Person, Relation
from sandbox.wire import push_query, write_push
from sandbox.world import App, World

TRIES = 3
HELD_LOOK_SECONDS = 0.05
MAX_READ = 1024 * 1024


@dataclass(frozen=True)
class Attempt:
    """One HTTP request of a push."""

    status: int
    body: bytes
    error: str
    seconds: float

    @property
    def is_answered(self) -> bool:
        return not self.error and self.status == 200


@dataclass
class PushResult:
    """How a push ended: nothing, reply, dropped, transfer, fault."""

    outcome: str
    reason: str = ""
    attempts: list[dict[str, Any]] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list)

    def seen(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "reason": self.reason,
            "attempts": self.attempts,
            "replies": self.replies,
        }


@dataclass
class Push:
    """One message on its way: the same bytes in every attempt."""

    world: World
    app: App
    relation: Relation
    fields: Mapping[str, Any]
    body: bytes
    encrypted: str
    rules: list[Fault]

    def rule(self, kind: str) -> Fault | None:
        return next((rule for rule in self.rules if rule.kind == kind), None)

    def send(self) -> Attempt:
        """One attempt with a fresh signature and a hard end after the time-out."""
        shift = self.rule("stale_timestamp")
        timestamp = self.world.clock.seconds() - (int(shift.value) or 3600 if shift else 0)
        openid = str(self.fields["FromUserName"])
        query = push_query(self.app, openid, self.encrypted, timestamp)
        if self.rule("bad_signature"):
            query |= {name: "0" * 40 for name in ("signature", "msg_signature") if name in query}
        is_json = self.world.app_state(self.app).data_format == "json"
        path = f"{self.app.push_path}?{urlencode(query)}"
        headers = {
            "User-Agent": "Mozilla/4.0",
            "Accept": "*/*",
            "Content-Type": "application/json" if is_json else "text/xml",
            "Pragma": "no-cache",
        }
        timeout = self.world.settings.push_timeout_seconds
        return request_within(self.world.settings.target, "POST", path, self.body, headers, timeout)


def request_within(
    target: str, method: str, path: str, body: bytes | None, headers: Mapping[str, str], seconds: float
) -> Attempt:
    """One request that ends after `seconds` whatever the other side does: a per-read time-out would not."""
    where = urlsplit(target)
    started = time.monotonic()
    connection = http.client.HTTPConnection(where.hostname or "127.0.0.1", where.port or 80, timeout=seconds)
    is_late = threading.Event()
    status, answer, error = 0, b"", ""
    timer: threading.Timer | None = None
    try:
        connection.connect()
        timer = threading.Timer(seconds, _cut, (connection.sock, is_late))
        timer.daemon = True
        timer.start()
        connection.request(method, where.path + path, body=body, headers=dict(headers))
        response = connection.getresponse()
        answer, status = response.read(MAX_READ), response.status
        error = "IncompleteRead" if response.length else ""
    except (OSError, http.client.HTTPException) as problem:
        error = "timeout" if isinstance(problem, TimeoutError) else type(problem).__name__
    finally:
        if timer is not None:
            timer.cancel()
        connection.close()
    elapsed = time.monotonic() - started
    return Attempt(status, answer, "timeout" if is_late.is_set() else error, elapsed)


def _cut(connection: socket.socket, is_late: threading.Event) -> None:
    is_late.set()
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def push(world: World, app: App, person: Person, content: Mapping[str, Any]) -> PushResult:
    """Send one message or event and show the person what comes back. `content` may override FromUserName."""
    relation = person.relation(app.kind)
    fields = {
        "ToUserName": app.original_id,
        "FromUserName": relation.openid,
        "CreateTime": world.clock.seconds(),
        **content,
    }
    with world.lock:
        body, encrypted = write_push(app, world.app_state(app), fields)
    rules = world.faults.take(app.push_path, PUSH_KINDS)
    started, at = time.perf_counter(), world.clock.now()
    message = Push(world, app, relation, fields, body, encrypted, rules)
    result = _deliver(message)
    world.journal.add(
        Entry(
            kind="push",
            path=app.push_path,
            outcome=f"{result.outcome}: {result.reason}" if result.reason else result.outcome,
            at=at,
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
            request=json.dumps(fields, ensure_ascii=False),
            response="\n".join(reply["text"] for reply in result.replies),
            detail={"attempts": result.attempts, "faults": [rule.kind for rule in rules]},
        )
    )
    return result


def _deliver(message: Push) -> PushResult:
    """Up to three tries; the first answer in time decides."""
    delay = message.rule("delay")
    if delay:
        time.sleep(delay.value)
    result = PushResult("fault")
    unheard = 1 if message.rule("drop_response") else 0
    for number in range(TRIES):
        started = time.monotonic()
        attempts = _send_copies(message)
        result.attempts += [_describe(attempt) for attempt in attempts]
        answered = next((attempt for attempt in attempts if attempt.is_answered), None)
        if answered is not None and not unheard:
            if message.rule("retry_anyway"):
                result.attempts.append(_describe(message.send()))
            return _settle(message, answered, result)
        unheard = max(0, unheard - 1)
        if number < TRIES - 1:
            # A refused connection fails at once, but WeChat still comes back on the same beat.
            time.sleep(max(0.0, message.world.settings.push_timeout_seconds - (time.monotonic() - started)))
            held = message.rule("hold_retries")
            while held is not None and message.world.faults.holds(held):
                time.sleep(HELD_LOOK_SECONDS)
    result.reason = f"{TRIES} 次都没有得到回应"
    _show_fault(message)
    return result


def _send_copies(message: Push) -> list[Attempt]:
    copies = message.rule("duplicate")
    if copies is None:
        return [message.send()]
    count = max(2, int(copies.value))
    with ThreadPoolExecutor(max_workers=count) as pool:
        return list(pool.map(lambda _: message.send(), range(count)))


def _describe(attempt: Attempt) -> dict[str, Any]:
    answer = "success" if attempt.body == b"success" else f"{len(attempt.body)} bytes"
    return {
        "status": attempt.status,
        "error": attempt.error,
        "seconds": round(attempt.seconds, 3),
        "answer": answer if attempt.is_answered else "",
    }


def _settle(message: Push, attempt: Attempt, result: PushResult) -> PushResult:
    world = message.world
    with world.lock:
        seen: Seen = understand(world, message.app, message.relation, message.fields, attempt.body)
        if seen.kind == "reply" and message.app.kind == "official" and not message.relation.subscribed:
            seen = Seen("dropped", "已取消关注")
        if seen.kind == "reply":
            bubble = world.state.show(
                message.relation,
                "account",
                seen.message,
                seen.text,
                at=world.clock.now(),
                via="passive",
                **seen.detail,
            )
            message.relation.typing_until = 0.0
            result.replies.append(bubble.seen())
            world.store.changed()
    result.outcome, result.reason = seen.kind, seen.reason
    if seen.kind == "fault":
        _show_fault(message)
    return result


def _show_fault(message: Push) -> None:
    world = message.world
    if not shows_faults(message.app, message.fields):
        return
    with world.lock:
        world.state.show(message.relation, "system", "fault", FAULT_NOTICE, at=world.clock.now(), via="fault")
        world.store.changed()


def push_event_later(world: World, app: App, person: Person, event: Mapping[str, Any]) -> None:
    """Push an event from a thread of its own, as WeChat reports results some time after the call."""
    content = {"MsgType": "event", **event}
    threading.Thread(target=push, args=(world, app, person, content), daemon=True).start()


def verify_url(world: World, app: App) -> dict[str, Any]:
    """The GET that WeChat makes when the address is entered in its console, right and with a wrong signature."""
    if not app.token:
        raise ActionRefused("没有配置 Token。")
    echo = f"{world.state.next_serial()}-&+<\u56de>-{world.clock.seconds()}"
    query = push_query(app, "", "", world.clock.seconds())
    del query["openid"]
    right = _get(world, app, query | {"echostr": echo})
    wrong = _get(world, app, query | {"echostr": echo, "signature": "0" * 40})
    is_echoed = right.is_answered and right.body == echo.encode()
    is_refused = wrong.status == 403
    return {
        "ok": is_echoed and is_refused,
        "echoed": is_echoed,
        "wrong_signature_refused": is_refused,
        "status": right.status,
        "error": right.error,
    }


def _get(world: World, app: App, query: Mapping[str, str]) -> Attempt:
    path = f"{app.push_path}?{urlencode(query)}"
    headers = {"User-Agent": "Mozilla/4.0", "Accept": "*/*"}
    return request_within(world.settings.target, "GET", path, None, headers, world.settings.push_timeout_seconds)
