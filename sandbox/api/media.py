"""Temporary media: three days, then 40007."""

import json
from typing import Any

from sandbox.api.registry import Call, RawAnswer, route
from sandbox.content import MEDIA_LIFE_SECONDS, find_media
from sandbox.errors import WeChatError
from sandbox.state import Media, stable_id
from sandbox.world import App, World

KILOBYTE = 1024
# largest size, code for too large, extensions
RULES: dict[str, tuple[int, int, tuple[str, ...]]] = {
    "image": (2048 * KILOBYTE, 40009, (".png", ".jpg", ".jpeg", ".gif")),
    "voice": (2048 * KILOBYTE, 40010, (".amr", ".mp3")),
    "video": (10240 * KILOBYTE, 40011, (".mp4",)),
    "thumb": (64 * KILOBYTE, 45001, (".jpg", ".jpeg")),
}


def keep_media(world: World, app: App, kind: str, content: bytes, filename: str, content_type: str) -> str:
    """Store a file for three days; its media_id. The caller holds the lock."""
    now = world.clock.now()
    for old_id in [key for key, item in world.state.media.items() if now - item.created_at > MEDIA_LIFE_SECONDS]:
        del world.state.media[old_id]
        (world.store.media_folder / old_id).unlink(missing_ok=True)
    media_id = stable_id("", app.app_id, kind, str(world.state.next_serial()), str(now)) + stable_id("m", str(now))
    (world.store.media_folder / media_id).write_bytes(content)
    world.state.media[media_id] = Media(
        app=app.kind, kind=kind, content_type=content_type, filename=filename, created_at=now
    )
    return media_id


@route("/cgi-bin/media/upload")
def upload(call: Call) -> dict[str, Any]:
    kind = call.query.get("type", "")
    if kind not in RULES:
        raise WeChatError(40004, "invalid media type")
    file = call.files.get("media")
    if file is None or not file.filename:
        raise WeChatError(41005, "media data missing")
    largest, too_large, extensions = RULES[kind]
    content = file.stream.read(largest + 1)
    if not content:
        raise WeChatError(44001, "empty media data")
    if len(content) > largest:
        raise WeChatError(too_large, "invalid file size")
    if not file.filename.lower().endswith(extensions):
        raise WeChatError(40005, "invalid file type")
    content_type = file.mimetype or "application/octet-stream"
    media_id = keep_media(call.world, call.app, kind, content, file.filename, content_type)
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: media_id, "created_at": int(call.world.clock.now())}


@route("/cgi-bin/media/get", method="GET", per_day=200_000)
def download(call: Call) -> RawAnswer:
    """The bytes; a video comes as JSON with an address."""
    media_id = call.query.get("media_id", "")
    media = find_media(call.world, call.app, media_id)
    if media is None:
        raise WeChatError(40007, "invalid media_id")
    if media.kind == "video":
        address = f"{call.world.base_url}/sandbox/api/media/{media_id}"
        return RawAnswer(json.dumps({"video_url": address}).encode(), "application/json", "video.json")
    content = (call.world.store.media_folder / media_id).read_bytes()
    extension = media.filename.rpartition(".")[2] or "bin"
    return RawAnswer(content, media.content_type, f"{media_id}.{extension}")
