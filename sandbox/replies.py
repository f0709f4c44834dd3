"""What a person sees of the answer to a push: a bubble, nothing, or the fault notice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.content import TEXT_BYTES, find_media, summary
from sandbox.state import Relation
from sandbox.wire import BadReply, read_reply
from sandbox.world import App, World

FAULT_NOTICE = "该服务号提供的服务出现故障，请稍后再试"
NEWS_TO_MESSAGE, NEWS_TO_EVENT = 1, 8
USER_MESSAGES = {"text", "image", "voice", "video", "shortvideo", "location", "link"}
# Nothing is shown for these, whatever is answered.
SILENT_EVENTS = {
    "unsubscribe", "view", "view_miniprogram", "templatesendjobfinish", "subscribe_msg_popup_event",
    "subscribe_msg_change_event", "subscribe_msg_sent_event", "masssendjobfinish", "publishjobfinish",
    "user_info_modified", "user_authorization_revoke", "user_authorization_cancellation", "debug_demo",
    "wxa_media_check",
}  # fmt: skip

Kind = Literal["nothing", "reply", "dropped", "transfer", "fault"]


@dataclass(frozen=True)
class Seen:
    """How an answer was understood. `dropped` ones were well formed but WeChat shows nothing of them."""

    kind: Kind
    reason: str = ""
    message: str = ""
    text: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


def understand(world: World, app: App, relation: Relation, pushed: Mapping[str, Any], body: bytes) -> Seen:
    """What the body means; the caller holds the lock."""
    if body in (b"", b"success"):
        return Seen("nothing")
    try:
        fields = read_reply(app, world.app_state(app), body)
        _check_envelope(app, relation, fields)
        kind = str(fields.get("MsgType"))
        if kind == "transfer_customer_service":
            is_message = str(pushed.get("MsgType")) in USER_MESSAGES
            return Seen("transfer") if is_message else Seen("dropped", "事件不能转客服")
        if app.kind == "miniprogram":
            return Seen("dropped", "小程序没有被动回复")
        if str(pushed.get("Event", "")).lower() in SILENT_EVENTS:
            return Seen("dropped", "这类事件的回复不显示")
        return _content(world, app, pushed, kind, fields)
    except BadReply as error:
        return Seen("fault", str(error))


def shows_faults(app: App, pushed: Mapping[str, Any]) -> bool:
    """Whether the person learns of a failure: only in the service account, and only of what they did there."""
    return app.kind == "official" and str(pushed.get("Event", "")).lower() not in {*SILENT_EVENTS, "location"}


def _check_envelope(app: App, relation: Relation, fields: Mapping[str, Any]) -> None:
    if fields.get("ToUserName") != relation.openid:
        raise BadReply("ToUserName 不是发消息的人")
    if fields.get("FromUserName") != app.original_id:
        raise BadReply("FromUserName 不是本账号")
    if not str(fields.get("CreateTime", "")).isdigit():
        raise BadReply("CreateTime 不是整数")


def _content(world: World, app: App, pushed: Mapping[str, Any], kind: str, fields: Mapping[str, Any]) -> Seen:
    if kind == "text":
        return _text(fields)
    if kind == "news":
        return _news(pushed, fields)
    if kind in ("image", "voice", "video"):
        part = fields.get(kind.capitalize())
        media_id = part.get("MediaId") if isinstance(part, Mapping) else None
        if find_media(world, app, media_id) is None:
            raise BadReply("MediaId 无效")
        detail = {"media_id": media_id}
        return Seen("reply", message=kind, text=summary(kind, detail), detail=detail)
    if kind == "music":
        part = fields.get("Music")
        if not isinstance(part, Mapping) or find_media(world, app, part.get("ThumbMediaId")) is None:
            raise BadReply("音乐缺少有效的 ThumbMediaId")
        return Seen("reply", message=kind, text="[音乐]", detail={"title": str(part.get("Title") or "")})
    raise BadReply(f"不认识的 MsgType {kind}")


def _text(fields: Mapping[str, Any]) -> Seen:
    content = fields.get("Content")
    if not isinstance(content, str) or not content:
        raise BadReply("文字回复没有 Content")
    size = len(content.encode())
    if size > TEXT_BYTES:
        return Seen("dropped", f"文字有 {size} 字节，超过 2048，不显示")
    return Seen("reply", message="text", text=content, detail={"content": content})


def _news(pushed: Mapping[str, Any], fields: Mapping[str, Any]) -> Seen:
    items = fields.get("Articles")
    if not isinstance(items, list) or str(fields.get("ArticleCount")) != str(len(items)):
        raise BadReply("图文的 ArticleCount 与 Articles 不符")
    if not all(isinstance(item, Mapping) for item in items):
        raise BadReply("图文的 item 是空的")
    most = NEWS_TO_MESSAGE if str(pushed.get("MsgType")) in USER_MESSAGES else NEWS_TO_EVENT
    if len(items) > most:
        return Seen("dropped", f"这里最多 {most} 条图文，回复了 {len(items)} 条，不显示")
    articles = [
        {
            "title": str(item.get("Title") or ""),
            "description": str(item.get("Description") or ""),
            "url": str(item.get("Url") or ""),
            "picurl": str(item.get("PicUrl") or ""),
        }
        for item in items
    ]
    detail = {"articles": articles}
    return Seen("reply", message="news", text=summary("news", detail), detail=detail)
