"""A small real HTTP server with the calls that the client makes; every answer can be scripted to go wrong."""

import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from adapters.picture_text_embedded import words_of
from core.picture_text import PictureUnreadable
from tests.support.http_server import LocalServer

SEND = "/cgi-bin/message/custom/send"
STABLE = "/cgi-bin/stable_token"
RID = "6617a1b2-0a1b2c3d-4e5f6a7b"


@dataclass(frozen=True)
class Fault:
    """One answer that goes wrong: an errcode, an HTTP status, a cut, a reset, a delay, or several of them."""

    errcode: int | None = None
    status: int = 200
    body: bytes | None = None
    delay_seconds: float = 0
    reset: bool = False


@dataclass(frozen=True)
class Call:
    path: str
    query: dict[str, str]
    raw: bytes
    body: Any = None


@dataclass
class ApiState:
    app_id: str = "wxsim0000000000a1"
    secret: str = "sim-secret"
    calls: list[Call] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    always: dict[str, Fault] = field(default_factory=dict)
    valid_tokens: set[str] = field(default_factory=set)
    token_serial: int = 0
    stable: str = ""
    expires_in: int = 7200
    menu: dict[str, Any] | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    phones: dict[str, dict[str, Any]] = field(default_factory=dict)
    templates: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    grants: dict[tuple[str, str], int] = field(default_factory=dict)
    suggestions: deque[str] = field(default_factory=deque)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def calls_of(self, path: str) -> list[Call]:
        with self.lock:
            return [call for call in self.calls if call.path == path]

    def new_token(self) -> str:
        self.token_serial += 1
        self.stable = f"TOKEN-{self.token_serial}-" + "x" * 500
        self.valid_tokens.add(self.stable)
        return self.stable

    def expire_tokens(self) -> None:
        """All tokens die, and stable_token knows it."""
        with self.lock:
            self.valid_tokens.clear()
            self.stable = ""


def failure(errcode: int, sentence: str = "refused") -> dict[str, Any]:
    return {"errcode": errcode, "errmsg": f"{sentence} rid: {RID}"}


OK = {"errcode": 0, "errmsg": "ok"}
Answer = dict[str, Any] | tuple[str, bytes]


def answer_of(state: ApiState, call: Call) -> Answer:
    if call.path == STABLE:
        return stable_token(state, call.body)
    if call.path == "/sns/jscode2session":
        if call.query.get("secret") != state.secret:
            return failure(40125)
        return dict(state.codes.pop(call.query.get("js_code", ""), failure(40029, "invalid code")))
    token = call.query.get("access_token", "")
    if not token:
        return failure(41001, "access_token missing")
    if token not in state.valid_tokens:
        return failure(40001, f"invalid credential, access_token {token}")
    return with_token(state, call)


def stable_token(state: ApiState, body: dict[str, Any]) -> Answer:
    if body["appid"] != state.app_id:
        return failure(40013)
    if body["secret"] != state.secret:
        return failure(40125, f"invalid appsecret {body['secret']}")
    if body["force_refresh"]:
        state.valid_tokens.clear()
    if body["force_refresh"] or not state.stable:
        state.new_token()
    return {"access_token": state.stable, "expires_in": state.expires_in}


def with_token(state: ApiState, call: Call) -> Answer:
    if call.path in CALLS:
        return CALLS[call.path](state, call)
    if call.path == "/cgi-bin/menu/create":
        state.menu = call.body
    if call.path == "/cgi-bin/menu/get":
        return {"menu": state.menu} if state.menu is not None else failure(46003, "menu no exist")
    if call.path == "/cgi-bin/user/info/batchget":
        return users(state, call.body)
    if call.path == "/wxa/business/getuserphonenumber":
        info = state.phones.pop(call.body["code"], None)
        return {**OK, "phone_info": info} if info is not None else failure(40029, "invalid code")
    if call.path == "/wxa/msg_sec_check":
        suggest = state.suggestions.popleft() if state.suggestions else "pass"
        return {**OK, "trace_id": "t", "result": {"suggest": suggest, "label": 100}}
    if call.path == "/cgi-bin/media/upload":
        return upload(state, call)
    if call.path == "/cgi-bin/media/get":
        return state.media.get(call.query["media_id"]) or failure(40007, "invalid media_id")
    if call.path == "/cgi-bin/openapi/quota/get":
        return {**OK, "quota": {"daily_limit": 500000, "used": 12, "remain": 499988}}
    known = {SEND, "/cgi-bin/menu/create", "/cgi-bin/message/custom/typing", "/cgi-bin/message/custom/business/typing"}
    return OK if call.path in known else failure(40066, "invalid url")


def template_list(state: ApiState, call: Call) -> Answer:
    """Both answer without errcode here: nothing of ours may ask for it."""
    name = "data" if call.path.startswith("/wxaapi") else "template_list"
    return {name: state.templates.get(call.path, [])}


def subscription(state: ApiState, call: Call) -> Answer:
    """One acceptance, one send."""
    key = (call.body["touser"], call.body["template_id"])
    if state.grants.get(key, 0) <= 0:
        return failure(43101, "user refuse to accept the msg")
    state.grants[key] -= 1
    return {**OK, "msgid": 300_000_000 + len(state.calls)}


def template_message(state: ApiState, call: Call) -> Answer:
    return {**OK, "msgid": 200_000_000 + len(state.calls)}


def printed(state: ApiState, call: Call) -> Answer:
    """The words that a demonstration picture carries, each line with its place."""
    head, _, rest = call.raw.partition(b"\r\n\r\n")
    if b'name="img"; filename="image.' not in head:
        return failure(101000, "invalid image url")
    try:
        words = words_of(rest.rpartition(b"\r\n--")[0])
    except PictureUnreadable:
        return failure(101002, "invalid image data")
    places = {corner: {"x": 1, "y": 1} for corner in ("left_top", "right_top", "right_bottom", "left_bottom")}
    items = [{"text": line, "pos": places} for line in words.splitlines()]
    return {**OK, "items": items, "img_size": {"w": 4, "h": 4}}


CALLS: dict[str, Callable[[ApiState, Call], Answer]] = {
    "/wxaapi/newtmpl/gettemplate": template_list,
    "/cgi-bin/template/get_all_private_template": template_list,
    "/cgi-bin/message/subscribe/bizsend": subscription,
    "/cgi-bin/message/subscribe/send": subscription,
    "/cgi-bin/message/template/send": template_message,
    "/cv/ocr/comm": printed,
}


def users(state: ApiState, body: dict[str, Any]) -> Answer:
    openids = [each["openid"] for each in body["user_list"]]
    if not 0 < len(openids) <= 100:
        return failure(40032, "invalid openid list size")
    return {"user_info_list": [state.users.get(openid) or {"subscribe": 0, "openid": openid} for openid in openids]}


def upload(state: ApiState, call: Call) -> Answer:
    """What WeChat makes of a multipart form: the file of its field `media`."""
    if call.query.get("type") != "image":
        return failure(40004, "invalid media type")
    head, _, rest = call.raw.partition(b"\r\n\r\n")
    if b'name="media"; filename="image.png"' not in head or b"Content-Type: image/png" not in head:
        return failure(41005, "media data missing")
    media_id = f"m-{len(state.media) + 1}"
    state.media[media_id] = ("image/png", rest.rpartition(b"\r\n--")[0])
    return {"type": "image", "media_id": media_id, "created_at": 1_763_900_000}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _answer(self, raw: bytes) -> None:
        state = cast("ApiServer", self.server).state
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        is_json = raw and not raw.startswith(b"--")
        call = Call(parts.path, query, raw, json.loads(raw) if is_json else None)
        with state.lock:
            state.calls.append(call)
            faults = state.faults[call.path]
            fault = faults.popleft() if faults else state.always.get(call.path)
            answer = failure(fault.errcode) if fault and fault.errcode else answer_of(state, call)
        if fault and fault.delay_seconds:
            time.sleep(fault.delay_seconds)
        if fault and fault.reset:
            self.close_connection = True
            self.connection.close()
            return
        kind, body = answer if isinstance(answer, tuple) else ("application/json", json.dumps(answer).encode())
        self._write(fault.status if fault else 200, kind, fault.body if fault and fault.body is not None else body)

    def _write(self, status: int, kind: str, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the client gave up waiting

    def log_message(self, *_: Any) -> None:
        pass


class ApiServer(LocalServer):
    """Runs in threads of its own between `start` and `stop`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.state = ApiState()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a reset on purpose

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join(timeout=5)
