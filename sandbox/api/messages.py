"""Customer-service messages and the typing sign."""

from typing import Any

from sandbox.api.registry import Answer, Call, ok, route, text_field
from sandbox.content import TEXT_BYTES, TITLES, check_media, summary
from sandbox.errors import WeChatError
from sandbox.state import Relation
from sandbox.windows import AppKind

TYPING_SECONDS = 15
INTERACTION_SECONDS = 30
SHOWN_MENU_ITEMS = 10
KINDS: dict[AppKind, set[str]] = {
    "official": {
        "text", "image", "voice", "video", "music", "news", "mpnews", "mpnewsarticle", "msgmenu", "wxcard",
        "miniprogrampage",
    },
    "miniprogram": {"text", "image", "link", "miniprogrampage"},
}  # fmt: skip
REQUIRED = {
    "mpnewsarticle": ("article_id",),
    "wxcard": ("card_id",),
    "link": ("title", "url"),
    "miniprogrampage": ("title", "pagepath"),
    "music": ("musicurl", "hqmusicurl", "thumb_media_id"),
}
MEDIA_FIELDS = {
    "image": ("media_id",),
    "voice": ("media_id",),
    "video": ("media_id", "thumb_media_id"),
    "music": ("thumb_media_id",),
    "miniprogrampage": ("thumb_media_id",),
}


@route("/cgi-bin/message/custom/send", per_day=500_000)
def send(call: Call) -> dict[str, Any]:
    """Checks the message, then the window, then shows it to the person."""
    data = call.json(literal_escapes=True)
    openid = text_field(data, "touser", 41009, "missing openid")
    _, relation = call.world.recipient(call.app, openid)
    kind = data.get("msgtype")
    if kind not in KINDS[call.app.kind]:
        raise WeChatError(40008, "invalid message type")
    payload = data.get(kind)
    if not isinstance(payload, dict):
        raise WeChatError(47001, "data format error")
    detail = _checked(call, kind, payload)
    _use_window(call, relation)
    relation.typing_until = 0.0
    extra = {"aimsgcontext": data["aimsgcontext"]} if "aimsgcontext" in data else {}
    call.world.state.show(
        relation,
        "account",
        kind,
        summary(kind, detail),
        at=call.world.clock.now(),
        via="customer_service",
        **detail,
        **extra,
    )
    return ok()


def _use_window(call: Call, relation: Relation) -> None:
    now = call.world.clock.now()
    out_of_time = "response out of time limit or subscription is canceled"
    if call.app.kind == "official" and not relation.subscribed:
        raise WeChatError(45015, out_of_time)
    if not relation.window.is_open(now):
        raise WeChatError(45015, out_of_time)
    if relation.window.left <= 0:
        raise WeChatError(45047, "out of response count limit")
    relation.window.left -= 1


def _checked(call: Call, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload as it will be shown; WeChatError where WeChat would refuse it."""
    if kind == "text":
        return {"content": _text(payload)}
    if kind == "news":
        return {"articles": _articles(payload)}
    if kind == "msgmenu":
        return _menu(payload)
    for name in MEDIA_FIELDS.get(kind, ()):
        check_media(call.world, call.app, payload.get(name), "thumb" if name.startswith("thumb") else kind)
    for name in REQUIRED.get(kind, ()):
        text_field(payload, name, 40007 if name.endswith("_id") else 47001, f"invalid {name}")
    if kind == "miniprogrampage" and call.app.kind == "official":
        text_field(payload, "appid", 40013, "invalid appid")
    return dict(payload)


def _text(payload: dict[str, Any]) -> str:
    content = payload.get("content")
    if not isinstance(content, str) or not content:
        raise WeChatError(44004, "empty content")
    if len(content.encode()) > TEXT_BYTES:
        raise WeChatError(45002, "content size out of limit")
    return content


def _articles(payload: dict[str, Any]) -> list[dict[str, Any]]:
    articles = payload.get("articles")
    if not isinstance(articles, list) or not articles or not all(isinstance(item, dict) for item in articles):
        raise WeChatError(44003, "empty news data")
    if len(articles) > 1:
        raise WeChatError(45008, "article size out of limit")
    return [{name: str(item.get(name) or "") for name in TITLES} for item in articles]


def _menu(payload: dict[str, Any]) -> dict[str, Any]:
    items = payload.get("list")
    if not isinstance(items, list) or not items or len(items) > SHOWN_MENU_ITEMS:
        raise WeChatError(47001, "data format error")
    shown = []
    for item in items:
        if not isinstance(item, dict) or not item.get("content") or item.get("id") in (None, ""):
            raise WeChatError(47001, "data format error")
        shown.append({"id": str(item["id"]), "content": str(item["content"])})
    return {
        "head_content": str(payload.get("head_content") or ""),
        "list": shown,
        "tail_content": str(payload.get("tail_content") or ""),
    }


@route("/cgi-bin/message/custom/typing", per_day=500_000)
def typing(call: Call) -> dict[str, Any]:
    """Shows or hides the typing sign: only within 30 s of an action, not twice within 15 s."""
    data = call.json()
    _, relation = call.world.recipient(call.app, text_field(data, "touser", 41009, "missing openid"))
    now = call.world.clock.now()
    command = data.get("command")
    if command not in ("Typing", "CancelTyping"):
        raise WeChatError(45072, "invalid command")
    if now - relation.acted_at > INTERACTION_SECONDS:
        raise WeChatError(45080, "command not allowed: no interaction in 30 seconds")
    if command == "CancelTyping":
        relation.typing_until = 0.0
        return ok()
    if now < relation.typing_until:
        raise WeChatError(45081, "typing already, do not repeat")
    relation.typing_until = now + TYPING_SECONDS
    return ok()


@route("/cgi-bin/message/custom/business/typing", per_day=500_000)
def business_typing(call: Call) -> Answer:
    """The mini-program's own path; an official account has no business here."""
    if call.app.kind != "miniprogram":
        raise WeChatError(40101, "missing parameter")
    return typing(call)


@route("/cgi-bin/message/custom/business/send", per_day=500_000)
def business_send(call: Call) -> dict[str, Any]:
    """Real WeChat refuses this path whatever is sent; the plain path is the one that works."""
    raise WeChatError(40101, "missing parameter")
