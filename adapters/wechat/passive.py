"""Channel-neutral payloads in WeChat's two outbound forms: the XML of a passive reply, the JSON of custom/send."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from adapters.wechat.text import TEXT_LIMIT_BYTES, cdata, sanitise
from models import Platform

Payload = Mapping[str, Any]
# WeChat's own numbers for what we refuse before it would.
TEXT_TOO_LONG, TEXT_EMPTY, UNKNOWN_KIND = 45002, 44004, 40008


class PayloadRefused(ValueError):
    """A payload that WeChat would not take; `errcode` is what it would say."""

    def __init__(self, errcode: int, reason: str) -> None:
        super().__init__(reason)
        self.errcode = errcode


def render_passive(payload: dict[str, Any], *, to_openid: str, from_id: str, created_at: int) -> str:
    """The XML that answers a push of an official account; PayloadRefused where WeChat would drop it.

    Texts must have been cut before (`split_text`): a passive reply is one message.
    """
    kind = payload.get("kind")
    if kind == "card":
        body = _news(payload)
    elif kind == "image":
        body = f"{_message_type('image')}<Image><MediaId>{cdata(_get(payload, 'media_id'))}</MediaId></Image>"
    elif kind == "transfer":
        body = _message_type("transfer_customer_service") + _transfer_to(payload.get("kf_account"))
    else:
        body = f"{_message_type('text')}<Content>{cdata(_text_of(payload))}</Content>"
    return (
        f"<xml><ToUserName>{cdata(to_openid)}</ToUserName><FromUserName>{cdata(from_id)}</FromUserName>"
        f"<CreateTime>{created_at}</CreateTime>{body}</xml>"
    )


def to_customer_service(payload: Payload, platform: Platform = Platform.OFFICIAL_ACCOUNT) -> dict[str, Any]:
    """The body of custom/send without `touser`; PayloadRefused where the platform has nothing like it.

    A mini-program has neither news nor menus: a card becomes a link, a menu numbered lines.
    """
    kind = str(payload.get("kind"))
    forms = MINI_PROGRAM_FORMS if platform is Platform.MINI_PROGRAM else OFFICIAL_FORMS
    if kind not in forms:
        raise PayloadRefused(UNKNOWN_KIND, f"{kind} cannot be sent as a customer-service message")
    return forms[kind](payload)


def _message_type(name: str) -> str:
    return f"<MsgType>{cdata(name)}</MsgType>"


def _transfer_to(account: Any) -> str:
    return f"<TransInfo><KfAccount>{cdata(str(account))}</KfAccount></TransInfo>" if account else ""


def _news(payload: Payload) -> str:
    # One article: WeChat shows nothing at all for more in answer to a message (wechat-contract §1.6).
    return (
        f"{_message_type('news')}<ArticleCount>1</ArticleCount><Articles><item>"
        f"<Title>{cdata(_get(payload, 'title'))}</Title>"
        f"<Description>{cdata(_get(payload, 'description'))}</Description>"
        f"<PicUrl>{cdata(_get(payload, 'picture_url'))}</PicUrl><Url>{cdata(_get(payload, 'url'))}</Url>"
        "</item></Articles>"
    )


def _text_of(payload: Payload) -> str:
    """The payload as one text, for channels that have no other form for it."""
    kind = payload.get("kind")
    if kind == "text":
        return _checked(_get(payload, "text"))
    if kind == "menu":
        # The links triple the length: without room for them the lines are plain, and a number can be typed.
        linked = _menu_text(payload, _menu_link)
        if len(linked.encode()) <= TEXT_LIMIT_BYTES:
            return _checked(linked)
        return _checked(_menu_text(payload, lambda item: _get(item, "title")))
    if kind == "page":
        app_id, path = _attribute(payload, "app_id"), _attribute(payload, "path")
        link = f'<a data-miniprogram-appid="{app_id}" data-miniprogram-path="{path}">{_label(payload)}</a>'
        return _checked(link)
    raise PayloadRefused(UNKNOWN_KIND, f"{kind} cannot be sent as a text")


def _checked(text: str) -> str:
    if not text.strip():
        raise PayloadRefused(TEXT_EMPTY, "the text is empty")
    if len(text.encode()) > TEXT_LIMIT_BYTES:
        raise PayloadRefused(TEXT_TOO_LONG, f"the text is longer than {TEXT_LIMIT_BYTES} bytes")
    return text


def _menu_text(payload: Payload, line: Callable[[Payload], str]) -> str:
    lines = [f"{place}. {line(item)}" for place, item in enumerate(payload.get("items", ()), start=1)]
    return "\n".join(part for part in (_get(payload, "head"), *lines, _get(payload, "tail")) if part)


def _menu_link(item: Payload) -> str:
    """A link that sends the item's title back, with its id, when it is tapped."""
    content, item_id = quote(_get(item, "title"), safe=""), quote(_get(item, "id"), safe="")
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={content}&msgmenuid={item_id}">{_label(item)}</a>'


def _label(item: Payload) -> str:
    return _get(item, "title").translate({ord("<"): "\u3008", ord(">"): "\u3009"})


def _attribute(payload: Payload, name: str) -> str:
    return _get(payload, name).translate({ord('"'): "%22", ord("<"): "%3C", ord(">"): "%3E"})


def _get(payload: Payload, name: str) -> str:
    return sanitise(str(payload.get(name) or ""))


def _text_message(payload: Payload) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": _text_of(payload)}}


def _plain_menu_message(payload: Payload) -> dict[str, Any]:
    content = _checked(_menu_text(payload, lambda item: _get(item, "title")))
    return {"msgtype": "text", "text": {"content": content}}


def _menu_message(payload: Payload) -> dict[str, Any]:
    items = [{"id": _get(item, "id"), "content": _get(item, "title")} for item in payload.get("items", ())]
    menu = {"head_content": _get(payload, "head"), "list": items, "tail_content": _get(payload, "tail")}
    return {"msgtype": "msgmenu", "msgmenu": menu}


def _news_message(payload: Payload) -> dict[str, Any]:
    names = {"title": "title", "description": "description", "url": "url", "picurl": "picture_url"}
    article = {theirs: _get(payload, ours) for theirs, ours in names.items()}
    return {"msgtype": "news", "news": {"articles": [article]}}


def _link_message(payload: Payload) -> dict[str, Any]:
    names = {"title": "title", "description": "description", "url": "url", "thumb_url": "picture_url"}
    return {"msgtype": "link", "link": {theirs: _get(payload, ours) for theirs, ours in names.items()}}


def _image_message(payload: Payload) -> dict[str, Any]:
    return {"msgtype": "image", "image": {"media_id": _get(payload, "media_id")}}


def _page_message(payload: Payload) -> dict[str, Any]:
    names = {"title": "title", "appid": "app_id", "pagepath": "path", "thumb_media_id": "thumb_media_id"}
    return {"msgtype": "miniprogrampage", "miniprogrampage": {key: _get(payload, name) for key, name in names.items()}}


def _own_page_message(payload: Payload) -> dict[str, Any]:
    """Inside the mini-program itself the page names no app."""
    page = _page_message(payload)
    del page["miniprogrampage"]["appid"]
    return page


Form = Callable[[Payload], dict[str, Any]]
OFFICIAL_FORMS: dict[str, Form] = {
    "text": _text_message,
    "menu": _menu_message,
    "card": _news_message,
    "image": _image_message,
    "page": _page_message,
}
MINI_PROGRAM_FORMS: dict[str, Form] = {
    "text": _text_message,
    "menu": _plain_menu_message,
    "card": _link_message,
    "image": _image_message,
    "page": _own_page_message,
}
