"""Everything the sandbox remembers, as one document that survives a restart."""

import base64
import hashlib
import time
from typing import Any, Literal

from pydantic import BaseModel, Field

from sandbox.clock import iso
from sandbox.windows import AppKind, Window

APP_KINDS: tuple[AppKind, ...] = ("official", "miniprogram")
CHAT_LIMIT = 2000
Sender = Literal["user", "account", "system"]


def stable_id(prefix: str, *parts: str) -> str:
    """27 characters that look like WeChat's own after the prefix, always the same for the same parts."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return prefix + base64.urlsafe_b64encode(digest).decode()[:27]


class Bubble(BaseModel):
    """One line of a chat as the person sees it; `detail` carries what a card, menu or picture needs."""

    id: int
    sender: Sender
    kind: str
    text: str
    at: float
    via: str
    detail: dict[str, Any] = Field(default_factory=dict)

    def seen(self) -> dict[str, Any]:
        """The form that the API and the page show."""
        return {
            "id": self.id,
            "from": self.sender,
            "kind": self.kind,
            "text": self.text,
            "at": iso(self.at),
            "via": self.via,
            **({"detail": self.detail} if self.detail else {}),
        }


class Relation(BaseModel):
    """One person in one app."""

    openid: str
    subscribed: bool = False
    subscribed_at: float = 0.0
    subscribe_scene: str = "ADD_SCENE_SEARCH"
    scene: str = ""
    entered_at: float = 0.0
    acted_at: float = 0.0
    typing_until: float = 0.0
    window: Window = Field(default_factory=Window)
    grants: dict[str, int] = Field(default_factory=dict)
    session_key: str = ""
    chat: list[Bubble] = Field(default_factory=list)


class Person(BaseModel):
    """Someone with a phone: a relation to each app, one unionid."""

    name: str
    unionid: str
    phone: str
    official: Relation
    miniprogram: Relation

    def relation(self, app: AppKind) -> Relation:
        return self.official if app == "official" else self.miniprogram


class Token(BaseModel):
    """An access token; `replaced` ones die earlier than they promised."""

    app: AppKind
    kind: Literal["basic", "stable"]
    issued_at: float
    expires_at: float
    dies_at: float


class Code(BaseModel):
    """A login or phone code of the mini-program: five minutes, once."""

    purpose: Literal["login", "phone"]
    person: str
    issued_at: float


class Media(BaseModel):
    """A temporary file; its bytes lie in the media folder under its id."""

    app: AppKind
    kind: str
    content_type: str
    filename: str
    created_at: float


class AppState(BaseModel):
    """What can be switched and counted for one app."""

    mode: Literal["plaintext", "compatible", "safe"] = "safe"
    data_format: Literal["xml", "json"] = "xml"
    menu: dict[str, Any] | None = None
    scenes: dict[str, str] = Field(default_factory=dict)
    day_counts: dict[str, int] = Field(default_factory=dict)
    minute_counts: dict[str, int] = Field(default_factory=dict)
    day: str = ""
    minute: int = 0
    daily_limits: dict[str, int] = Field(default_factory=dict)
    minute_limits: dict[str, int] = Field(default_factory=dict)
    clears_left: int = 10
    clears_month: str = ""
    forced_refreshes: list[float] = Field(default_factory=list)
    client_msg_ids: dict[str, float] = Field(default_factory=dict)


class State(BaseModel):
    """The whole document."""

    offset_seconds: float = 0.0
    serial: int = 0
    last_msg_id: int = 0
    people: dict[str, Person] = Field(default_factory=dict)
    apps: dict[AppKind, AppState] = Field(default_factory=lambda: {kind: AppState() for kind in APP_KINDS})
    tokens: dict[str, Token] = Field(default_factory=dict)
    codes: dict[str, Code] = Field(default_factory=dict)
    media: dict[str, Media] = Field(default_factory=dict)

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial

    def next_msg_id(self) -> int:
        """64 bits, never given twice even after a reset: the product remembers the ids it has seen."""
        self.last_msg_id = max(self.last_msg_id + 1, 7_000_000_000_000_000_000 + int(time.time() * 1_000_000))
        return self.last_msg_id

    def show(
        self, relation: Relation, sender: Sender, kind: str, text: str, *, at: float, via: str, **detail: Any
    ) -> Bubble:
        """Put one more line into a person's chat."""
        bubble = Bubble(id=self.next_serial(), sender=sender, kind=kind, text=text, at=at, via=via, detail=detail)
        relation.chat.append(bubble)
        del relation.chat[:-CHAT_LIMIT]
        return bubble
