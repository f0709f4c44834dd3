"""Which function answers which path, and what it is given."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import FileStorage

from sandbox.errors import WeChatError
from sandbox.world import App, World

_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u(?=[0-9a-fA-F]{4})")


@dataclass(frozen=True)
class RawAnswer:
    """An answer that is not JSON: the bytes of a file."""

    body: bytes
    content_type: str
    filename: str


Answer = dict[str, Any] | RawAnswer


@dataclass
class Call:
    """One API request. `app` is whose token it carries; handlers without a token find the app themselves.
    What `afterwards` collects runs once the lock is free: pushes that the call brings about."""

    world: World
    query: Mapping[str, str]
    body: bytes
    files: Mapping[str, FileStorage]
    token_app: App | None = None
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    @property
    def app(self) -> App:
        if self.token_app is None:
            raise WeChatError(41001, "access_token missing")
        return self.token_app

    def text(self) -> str:
        try:
            return self.body.decode()
        except UnicodeDecodeError:
            raise WeChatError(47001, "data format error") from None

    def json(self, *, literal_escapes: bool = False) -> dict[str, Any]:
        """The body as an object. WeChat does not undo \\uXXXX: with `literal_escapes` it stays as six characters."""
        text = self.text()
        if not text.strip():
            raise WeChatError(44002, "empty post data")
        if literal_escapes:
            text = _ESCAPE.sub(r"\1\\\\u", text)
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            raise WeChatError(47001, "data format error") from None
        if not isinstance(value, dict):
            raise WeChatError(47001, "data format error")
        return value

    def has_escapes(self) -> bool:
        """Whether the body holds \\uXXXX, which some calls refuse."""
        return _ESCAPE.search(self.text()) is not None


@dataclass(frozen=True)
class Route:
    handler: Callable[[Call], Answer]
    method: str
    needs_token: bool
    per_day: int
    per_minute: int
    method_error: int


routes: dict[str, Route] = {}


def route(
    path: str,
    *,
    method: str = "POST",
    needs_token: bool = True,
    per_day: int = 100_000,
    per_minute: int = 0,
    method_error: int = 43002,
) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
    """Register the function that answers `path`. Limits are defaults; 0 is none. `method` ANY takes GET and POST."""

    def register(handler: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        routes[path] = Route(handler, method, needs_token, per_day, per_minute, method_error)
        return handler

    return register


def ok(**more: Any) -> dict[str, Any]:
    return {"errcode": 0, "errmsg": "ok", **more}


def text_field(data: Mapping[str, Any], name: str, errcode: int = 47001, errmsg: str = "data format error") -> str:
    """A string that must be there and not be empty."""
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise WeChatError(errcode, errmsg)
    return value
