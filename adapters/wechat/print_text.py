"""The answer of WeChat's reading of printed words: items with their text, from top to bottom."""

from collections.abc import Mapping
from typing import Any

from adapters.wechat.calls import cut_answer

PATH = "/cv/ocr/comm"


def as_form(content: bytes) -> dict[str, tuple[str, bytes, str]]:
    """The picture as the file `img` of a form."""
    is_jpeg = content.startswith(b"\xff\xd8\xff")
    return {"img": ("image.jpg", content, "image/jpeg") if is_jpeg else ("image.png", content, "image/png")}


def read_lines(answer: Mapping[str, Any]) -> str:
    """A line for each item. Raises WeChatError for an answer of another shape."""
    items = answer.get("items", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise cut_answer()
    return "\n".join(str(item.get("text") or "") for item in items)
