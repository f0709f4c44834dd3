"""A WeChat that answers nothing but failure."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from adapters.wechat.errors import Outcome, WeChatError
from adapters.wechat.session import CodeSession
from adapters.wechat.templates import WeChatTemplate
from core.moderation import TextVerdict
from models import TemplateKind


class FailingWeChat:
    """Every call raises WeChatError with this outcome and errcode."""

    def __init__(self, outcome: Outcome = "unknown", code: int | None = None) -> None:
        self._outcome: Outcome = outcome
        self._code = code

    def _fail(self) -> NoReturn:
        raise WeChatError(self._code, "fails on purpose", outcome=self._outcome)

    def send(self, openid: str, payload: Mapping[str, Any]) -> None:
        self._fail()

    def send_subscription(self, openid: str, template_id: str, data: Mapping[str, str], page: str = "") -> str:
        self._fail()

    def send_template(self, openid: str, template_id: str, data: Mapping[str, str], client_msg_id: str) -> str:
        self._fail()

    def list_templates(self, kind: TemplateKind) -> list[WeChatTemplate]:
        self._fail()

    def typing(self, openid: str) -> None:
        self._fail()

    def create_menu(self, menu: Mapping[str, Any]) -> None:
        self._fail()

    def get_menu(self) -> dict[str, Any] | None:
        self._fail()

    def get_users(self, openids: Sequence[str]) -> list[dict[str, Any]]:
        self._fail()

    def code_to_session(self, code: str) -> CodeSession:
        self._fail()

    def phone_number(self, code: str, openid: str) -> str:
        self._fail()

    def check_text(self, openid: str, text: str, scene: int) -> TextVerdict:
        self._fail()

    def download_media(self, media_id: str) -> bytes:
        self._fail()

    def upload_image(self, content: bytes) -> str:
        self._fail()

    def read_print(self, content: bytes) -> str:
        self._fail()

    def quota(self, path: str) -> dict[str, int]:
        self._fail()
