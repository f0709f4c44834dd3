"""Where a list goes on: opaque and signed, so that a client can neither read nor forge it."""

from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from core.errors import BadRequest


class BadCursor(BadRequest):
    code = "bad_cursor"
    default_message = "翻页位置无效,请从第一页重新查。"


class Cursors:
    """Makes and reads cursors. A cursor belongs to one list: its name, its filters and, where rows are private, its
    owner, all in `scope`; in any other list it is refused."""

    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key

    def make(self, scope: str, position: dict[str, Any]) -> str:
        return str(self._signer(scope).dumps(position))

    def read(self, scope: str, cursor: str) -> dict[str, Any]:
        """The position. Raises BadCursor."""
        try:
            position = self._signer(scope).loads(cursor)
        except BadData:
            raise BadCursor from None
        if not isinstance(position, dict):
            raise BadCursor
        return position

    def _signer(self, scope: str) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret_key, salt=f"cursor:{scope}")
