"""What a message looks like in one line, and the rules that passive replies and customer-service messages share."""

from collections.abc import Mapping
from typing import Any

from sandbox.errors import WeChatError
from sandbox.state import Media
from sandbox.world import App, World

TEXT_BYTES = 2048
MEDIA_LIFE_SECONDS = 3 * 86400
TITLES = ("title", "description", "url", "picurl")
MEDIA_KINDS = {"image": {"image"}, "voice": {"voice"}, "video": {"video"}, "thumb": {"thumb", "image"}}


def summary(kind: str, detail: Mapping[str, Any]) -> str:
    """The words of a message that a person would read, as one text."""
    if kind == "text":
        return str(detail["content"])
    if kind == "news":
        return "\n".join(str(article["title"]) for article in detail["articles"])
    if kind == "msgmenu":
        lines = [detail["head_content"], *(item["content"] for item in detail["list"]), detail["tail_content"]]
        return "\n".join(line for line in lines if line)
    fixed = {"image": "[图片]", "voice": "[语音]", "video": "[视频]", "music": "[音乐]", "wxcard": "[卡券]"}
    return fixed.get(kind) or str(detail.get("title") or f"[{kind}]")


def find_media(world: World, app: App, media_id: object) -> Media | None:
    """A temporary file of this app that still lives."""
    media = world.state.media.get(str(media_id))
    if media is None or media.app != app.kind:
        return None
    return media if world.clock.now() - media.created_at <= MEDIA_LIFE_SECONDS else None


def check_media(world: World, app: App, media_id: object, kind: str) -> None:
    """WeChatError 40007 unless this is a living file of this app and kind."""
    media = find_media(world, app, media_id)
    if media is None or media.kind not in MEDIA_KINDS.get(kind, {kind}):
        raise WeChatError(40007, "invalid media_id")
