"""What the services need from outside; adapters satisfy these by shape."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO, Any, Protocol

from adapters.wechat.errors import WeChatError
from adapters.wechat.session import CodeSession
from adapters.wechat.templates import WeChatTemplate
from core.moderation import ContentVerdict, TextVerdict
from core.notary import NotaryFiling, NotaryReceipt
from core.payments import PaymentState, PaymentWords
from core.timestamps import TimeStamp
from models import TemplateKind

__all__ = [
    "CodeSession", "ContentCheck", "FileStore", "Notary", "PaymentReports", "PictureText", "TimestampAuthority",
    "WeChat", "WeChatError", "WeChatTemplate",
]  # fmt: skip


class WeChat(Protocol):
    """One WeChat app's API. Every method raises WeChatError, which tells whether trying again is safe."""

    def send(self, openid: str, payload: Mapping[str, Any]) -> None:
        """Send one customer-service message: {"kind": "text", "text": …}, "menu", "card", "image", "page"."""

    def send_subscription(self, openid: str, template_id: str, data: Mapping[str, str], page: str = "") -> str:
        """Send one subscription message; WeChat's number of it."""

    def send_template(self, openid: str, template_id: str, data: Mapping[str, str], client_msg_id: str) -> str:
        """Send one template message of the service account; under the same `client_msg_id` it is one for 10 minutes."""

    def list_templates(self, kind: TemplateKind) -> list[WeChatTemplate]:
        """The templates that the account has chosen."""

    def typing(self, openid: str) -> None:
        """Show the user that an answer is being written."""

    def create_menu(self, menu: Mapping[str, Any]) -> None:
        """Replace the custom menu."""

    def get_menu(self) -> dict[str, Any] | None:
        """The custom menu as {"menu": …}, None where there is none."""

    def get_users(self, openids: Sequence[str]) -> list[dict[str, Any]]:
        """What WeChat tells of one to a hundred followers; `subscribe` is 0 of one who left."""

    def code_to_session(self, code: str) -> CodeSession:
        """Who a mini-program's login code stands for; a code works once."""

    def phone_number(self, code: str, openid: str) -> str:
        """The number that this person agreed to share; the phone button's code works once. Mini-program only."""

    def check_text(self, openid: str, text: str, scene: int) -> TextVerdict:
        """WeChat's verdict on a user's text. Mini-program openids only."""

    def download_media(self, media_id: str) -> bytes:
        """A temporary medium's bytes."""

    def upload_image(self, content: bytes) -> str:
        """Keep a PNG of at most 2 MB for three days; the media_id under which it can be sent."""

    def read_print(self, content: bytes) -> str:
        """The printed words of a picture of at most 2 MB, a line each."""

    def quota(self, path: str) -> dict[str, int]:
        """How often a path may be called today: daily_limit, used, remain."""


class FileStore(Protocol):
    """Where files lie, by keys of core.files. Every method raises FileStoreError; a method may be repeated."""

    def put(self, key: str, content: IO[bytes], *, size: int, sha256: str) -> None:
        """Keep what `content` holds from its present position: whole, or not at all."""

    def read(self, key: str) -> Iterator[bytes]:
        """The file in pieces. Raises FileMissing at once where there is none."""

    def delete(self, key: str) -> None:
        """Remove the file; one that is not there is removed already."""


class TimestampAuthority(Protocol):
    """An RFC 3161 time-stamp authority."""

    @property
    def roots_pem(self) -> bytes:
        """The certificates that its tokens are checked against; empty where none is configured."""

    def stamp(self, digest: bytes) -> TimeStamp:
        """A checked token for this SHA-256. Raises TimestampError."""

    def check(self, token: bytes, digest: bytes) -> TimeStamp:
        """What a token proves. Raises TimestampInvalid."""


class Notary(Protocol):
    """A notary's office."""

    def submit(self, filing: NotaryFiling) -> NotaryReceipt:
        """File it, or learn how far the filing with this key is: calling again never makes a second one.

        Raises NotaryRefusal where trying again does not help, else NotaryError.
        """


class ContentCheck(Protocol):
    """Whether somebody's words may be shown to everybody."""

    def check(self, text: str, *, openid: str | None) -> ContentVerdict:
        """The verdict; `openid` is the writer's of the mini-program, None without one. Raises ModerationError."""


class PictureText(Protocol):
    """What is printed on a picture."""

    def read(self, picture: bytes) -> str:
        """The words, a line each, "" where there are none. Raises PictureUnreadable where this picture cannot be
        read, PictureTextError where the reader is away."""


class PaymentReports(Protocol):
    """Where it is known how far a payment of a deal is. Every method raises PaymentReportsError; it may be repeated."""

    def state_of(self, words: PaymentWords) -> PaymentState:
        """How far it is: received once whoever is paid, or whoever keeps the account, says so."""

    def say(self, words: PaymentWords, *, is_payee: bool, now: datetime) -> PaymentWords:
        """Take down that one side says it paid, or that it received; what was said before stays as it was."""
