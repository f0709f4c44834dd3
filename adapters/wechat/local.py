"""WeChat in memory, for tests and dry runs: keeps what it was given, and minds the windows where told to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adapters.picture_text_embedded import words_of
from adapters.wechat.client import VERDICTS
from adapters.wechat.errors import NOT_GRANTED, QUOTA_USED, WINDOW_CLOSED, WeChatError
from adapters.wechat.keywords import is_valid
from adapters.wechat.media import check_image
from adapters.wechat.passive import PayloadRefused, to_customer_service
from adapters.wechat.session import CodeSession
from adapters.wechat.templates import WeChatTemplate
from core.clock import Clock, SystemClock
from core.moderation import Suggestion, TextVerdict
from core.picture_text import PictureUnreadable
from models import Platform, TemplateKind

# WeChat's labels of a text: nothing found, and what has no label of its own.
NORMAL, OTHER = 100, 21000


@dataclass(frozen=True)
class SentMessage:
    """A message as it was handed over, and as WeChat would have got it."""

    openid: str
    payload: dict[str, Any]
    body: dict[str, Any]


@dataclass(frozen=True)
class SentNotice:
    """A subscription or template message."""

    openid: str
    template_id: str
    data: dict[str, str]
    kind: TemplateKind
    page: str = ""


SAME_MESSAGE = timedelta(minutes=10)


@dataclass
class _Window:
    left: int
    until: datetime


class LocalWeChat:
    """Accepts everything. With `minds_windows` it refuses as WeChat does where no `open_window` covers a message."""

    def __init__(
        self,
        platform: Platform = Platform.OFFICIAL_ACCOUNT,
        clock: Clock | None = None,
        *,
        minds_windows: bool = False,
    ) -> None:
        self._platform = platform
        self._clock = clock or SystemClock()
        self._minds_windows = minds_windows
        self._windows: dict[str, _Window] = {}
        self.sent: list[SentMessage] = []
        self.typed: list[str] = []
        self.menu: dict[str, Any] | None = None
        self.users: dict[str, dict[str, Any]] = {}
        # A code works once.
        self.codes: dict[str, CodeSession] = {}
        # The phone button's codes: (openid, number). They work once, too.
        self.phone_codes: dict[str, tuple[str, str]] = {}
        self.media: dict[str, bytes] = {}
        # Texts that are not simply passed: part of a text → verdict.
        self.verdicts: dict[str, str] = {}
        self.templates: list[WeChatTemplate] = []
        # What people granted: (openid, template) → how often.
        self.grants: dict[tuple[str, str], int] = {}
        self.notices: list[SentNotice] = []
        self._client_msg_ids: dict[tuple[str, str], datetime] = {}
        # Errors that the next sends meet, first one first.
        self.failures: list[WeChatError] = []

    def open_window(self, openid: str, count: int = 5, lasting: timedelta = timedelta(hours=48)) -> None:
        """The user did something: so many messages are allowed, for so long."""
        self._windows[openid] = _Window(count, self._clock.now() + lasting)

    def texts_to(self, openid: str) -> list[str]:
        """The texts that one person got, in order."""
        return [
            message.payload["text"]
            for message in self.sent
            if message.openid == openid and message.payload.get("kind") == "text"
        ]

    def send(self, openid: str, payload: Mapping[str, Any]) -> None:
        if self.failures:
            raise self.failures.pop(0)
        try:
            body = to_customer_service(payload, self._platform)
        except PayloadRefused as refusal:
            raise WeChatError(refusal.errcode, str(refusal), outcome="refused") from None
        if self._minds_windows:
            self._use_window(openid)
        self.sent.append(SentMessage(openid, dict(payload), body))

    def send_subscription(self, openid: str, template_id: str, data: Mapping[str, str], page: str = "") -> str:
        self._check(data)
        if self.grants.get((openid, template_id), 0) <= 0:
            raise WeChatError(NOT_GRANTED, "user refuse to accept the msg", outcome="refused")
        self.grants[openid, template_id] -= 1
        return self._note(SentNotice(openid, template_id, dict(data), TemplateKind.SUBSCRIPTION, page))

    def send_template(self, openid: str, template_id: str, data: Mapping[str, str], client_msg_id: str) -> str:
        self._check(data)
        key, now = (openid, client_msg_id), self._clock.now()
        if key in self._client_msg_ids and now - self._client_msg_ids[key] < SAME_MESSAGE:
            return str(len(self.notices))
        self._client_msg_ids[key] = now
        return self._note(SentNotice(openid, template_id, dict(data), TemplateKind.TEMPLATE))

    def list_templates(self, kind: TemplateKind) -> list[WeChatTemplate]:
        return [each for each in self.templates if each.kind == kind]

    def _check(self, data: Mapping[str, str]) -> None:
        if self.failures:
            raise self.failures.pop(0)
        if not data or not all(is_valid(code, value) for code, value in data.items()):
            raise WeChatError(47003, "argument invalid!", outcome="refused")

    def _note(self, notice: SentNotice) -> str:
        self.notices.append(notice)
        return str(len(self.notices))

    def _use_window(self, openid: str) -> None:
        window = self._windows.get(openid)
        if window is None or window.until <= self._clock.now():
            raise WeChatError(WINDOW_CLOSED, "response out of time limit", outcome="refused")
        if window.left <= 0:
            raise WeChatError(QUOTA_USED, "out of response count limit", outcome="refused")
        window.left -= 1

    def typing(self, openid: str) -> None:
        self.typed.append(openid)

    def create_menu(self, menu: Mapping[str, Any]) -> None:
        self.menu = dict(menu)

    def get_menu(self) -> dict[str, Any] | None:
        return None if self.menu is None else {"menu": self.menu}

    def get_users(self, openids: Sequence[str]) -> list[dict[str, Any]]:
        if not 0 < len(openids) <= 100:
            raise WeChatError(40032, "invalid openid list size", outcome="refused")
        return [dict(self.users.get(openid, {"subscribe": 0, "openid": openid})) for openid in openids]

    def code_to_session(self, code: str) -> CodeSession:
        if code not in self.codes:
            raise WeChatError(40029, "invalid code", outcome="refused")
        return self.codes.pop(code)

    def phone_number(self, code: str, openid: str) -> str:
        whose, number = self.phone_codes.get(code, ("", ""))
        if whose != openid:
            raise WeChatError(40029, "invalid code", outcome="refused")
        del self.phone_codes[code]
        return number

    def check_text(self, openid: str, text: str, scene: int) -> TextVerdict:
        found = [Suggestion(verdict) for part, verdict in self.verdicts.items() if part in text]
        worst = max(found, key=VERDICTS.index, default=Suggestion.PASS)
        return TextVerdict(worst, NORMAL if worst is Suggestion.PASS else OTHER)

    def download_media(self, media_id: str) -> bytes:
        if media_id not in self.media:
            raise WeChatError(40007, "invalid media_id", outcome="refused")
        return self.media[media_id]

    def upload_image(self, content: bytes) -> str:
        check_image(content)
        media_id = f"local-{len(self.media) + 1}"
        self.media[media_id] = content
        return media_id

    def read_print(self, content: bytes) -> str:
        check_image(content)
        try:
            return words_of(content)
        except PictureUnreadable:
            raise WeChatError(101002, "invalid image data", outcome="refused") from None

    def quota(self, path: str) -> dict[str, int]:
        used = len(self.sent)
        return {"daily_limit": 500_000, "used": used, "remain": 500_000 - used}
