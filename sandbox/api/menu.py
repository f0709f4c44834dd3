"""The custom menu, with WeChat's limits."""

from typing import Any

from sandbox.api.registry import Call, ok, route
from sandbox.errors import WeChatError

TOP_BUTTONS, SUB_BUTTONS = 3, 5
TOP_NAME_BYTES, SUB_NAME_BYTES, KEY_BYTES, URL_BYTES = 16, 60, 128, 1024
KEY_TYPES = {
    "click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin",
    "location_select",
}  # fmt: skip
MEDIA_TYPES = {"media_id": "media_id", "view_limited": "media_id", "article_id": "article_id",
               "article_view_limited": "article_id"}  # fmt: skip


def _official_only(call: Call) -> None:
    if call.app.kind != "official":
        raise WeChatError(48001, "api unauthorized")


@route("/cgi-bin/menu/create", per_day=1000)
def create(call: Call) -> dict[str, Any]:
    _official_only(call)
    if call.has_escapes():
        raise WeChatError(40033, "invalid charset. please check your request, if include \\uxxxx will create fail!")
    buttons = call.json().get("button")
    if not isinstance(buttons, list):
        raise WeChatError(40015, "invalid menu type")
    if not 1 <= len(buttons) <= TOP_BUTTONS:
        raise WeChatError(40016, "invalid button size")
    call.world.app_state(call.app).menu = {"button": [_top_button(button) for button in buttons]}
    return ok()


def _top_button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise WeChatError(47001, "data format error")
    children = button.get("sub_button") or []
    name = _name(button, TOP_NAME_BYTES, 40018, "invalid button name size")
    if not children:
        return {"name": name, **_action(button, 40017), "sub_button": []}
    if not isinstance(children, list) or len(children) > SUB_BUTTONS:
        raise WeChatError(40023, "invalid sub button size")
    shown = []
    for child in children:
        if not isinstance(child, dict):
            raise WeChatError(47001, "data format error")
        if child.get("sub_button"):
            raise WeChatError(40022, "invalid sub menu level")
        child_name = _name(child, SUB_NAME_BYTES, 40025, "invalid sub button name size")
        shown.append({"name": child_name, **_action(child, 40024), "sub_button": []})
    return {"name": name, "sub_button": shown}


def _name(button: dict[str, Any], limit: int, errcode: int, errmsg: str) -> str:
    name = button.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= limit:
        raise WeChatError(errcode, errmsg)
    return name


def _action(button: dict[str, Any], bad_type: int) -> dict[str, Any]:
    kind = button.get("type")
    if kind in KEY_TYPES:
        too_long = 40019 if bad_type == 40017 else 40026
        return {"type": kind, "key": _value(button, "key", KEY_BYTES, too_long, "invalid button key size")}
    if kind == "view":
        return {"type": kind, "url": _url(button, bad_type)}
    if kind == "miniprogram":
        return {
            "type": kind,
            "url": _url(button, bad_type),
            "appid": _value(button, "appid", 64, 40013, "invalid appid"),
            "pagepath": _value(button, "pagepath", URL_BYTES, 47001, "invalid pagepath"),
        }
    if isinstance(kind, str) and kind in MEDIA_TYPES:
        name = MEDIA_TYPES[kind]
        return {"type": kind, name: _value(button, name, 256, 40007, "invalid media_id")}
    raise WeChatError(bad_type, "invalid button type")


def _url(button: dict[str, Any], bad_type: int) -> str:
    too_long = 40020 if bad_type == 40017 else 40027
    url = _value(button, "url", URL_BYTES, too_long, "invalid button url size")
    if not url.startswith(("http://", "https://")):
        raise WeChatError(40055, "invalid button url domain" if bad_type == 40017 else "invalid sub button url domain")
    return url


def _value(button: dict[str, Any], name: str, limit: int, errcode: int, errmsg: str) -> str:
    value = button.get(name)
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= limit:
        raise WeChatError(errcode, errmsg)
    return value


@route("/cgi-bin/menu/get", method="GET", per_day=10_000)
def get(call: Call) -> dict[str, Any]:
    _official_only(call)
    menu = call.world.app_state(call.app).menu
    if menu is None:
        raise WeChatError(46003, "menu no exist")
    return {"menu": menu}


@route("/cgi-bin/get_current_selfmenu_info", method="GET", per_day=10_000)
def current(call: Call) -> dict[str, Any]:
    _official_only(call)
    menu = call.world.app_state(call.app).menu
    if menu is None:
        return {"is_menu_open": 0}
    shown = [
        {**button, "sub_button": {"list": button["sub_button"]}} if button["sub_button"] else button
        for button in menu["button"]
    ]
    return {"is_menu_open": 1, "selfmenu_info": {"button": shown}}


@route("/cgi-bin/menu/delete", method="GET", per_day=1000)
def delete(call: Call) -> dict[str, Any]:
    _official_only(call)
    call.world.app_state(call.app).menu = None
    return ok()
