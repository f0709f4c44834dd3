"""Followers and scene codes."""

from typing import Any
from urllib.parse import quote

from sandbox.api.registry import Call, route, text_field
from sandbox.errors import WeChatError
from sandbox.state import stable_id

PAGE = 10_000
AT_ONCE = 100
MAX_EXPIRE_SECONDS = 2_592_000


@route("/cgi-bin/user/info", method="GET", per_day=5_000_000)
def info(call: Call) -> dict[str, Any]:
    openid = call.query.get("openid", "")
    if not openid:
        raise WeChatError(41009, "missing openid")
    return _told_of(call, openid)


@route("/cgi-bin/user/info/batchget", per_day=5_000_000)
def infos(call: Call) -> dict[str, Any]:
    """One openid that is unknown fails the whole list."""
    wanted = call.json().get("user_list")
    if not isinstance(wanted, list) or not all(isinstance(each, dict) for each in wanted):
        raise WeChatError(47001, "data format error")
    if not 0 < len(wanted) <= AT_ONCE:
        raise WeChatError(40032, "invalid openid list size")
    openids = [text_field(each, "openid", 40003, "invalid openid") for each in wanted]
    return {"user_info_list": [_told_of(call, openid) for openid in openids]}


def _told_of(call: Call, openid: str) -> dict[str, Any]:
    """No nickname, no picture: WeChat stopped giving them."""
    person, relation = call.world.recipient(call.app, openid)
    if not relation.subscribed:
        return {"subscribe": 0, "openid": openid, "unionid": person.unionid}
    number = int(relation.scene) if relation.scene.isdigit() else 0
    return {
        "subscribe": 1,
        "openid": openid,
        "nickname": "",
        "sex": 0,
        "language": "zh_CN",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": int(relation.subscribed_at),
        "unionid": person.unionid,
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": relation.subscribe_scene,
        "qr_scene": number,
        "qr_scene_str": "" if number else relation.scene,
    }


@route("/cgi-bin/user/get", method="GET", per_day=500)
def followers(call: Call) -> dict[str, Any]:
    relations = [person.relation(call.app.kind) for person in call.world.state.people.values()]
    openids = [relation.openid for relation in relations if relation.subscribed]
    after = call.query.get("next_openid", "")
    if after and after not in openids:
        raise WeChatError(40003, "invalid openid")
    page = openids[openids.index(after) + 1 if after else 0 :][:PAGE]
    answer: dict[str, Any] = {"total": len(openids), "count": len(page), "next_openid": page[-1] if page else ""}
    return {**answer, "data": {"openid": page}} if page else answer


@route("/cgi-bin/qrcode/create")
def create_code(call: Call) -> dict[str, Any]:
    """A ticket for a scene; the phone can then scan it by the scene's name."""
    data = call.json()
    action = data.get("action_name")
    info = data.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        raise WeChatError(47001, "data format error")
    value = _scene(str(action), scene)
    lasts = data.get("expire_seconds", 60)
    if not isinstance(lasts, int) or not 1 <= lasts <= MAX_EXPIRE_SECONDS:
        raise WeChatError(40036, "invalid expire_seconds")
    ticket = "gQ" + stable_id("", call.app.app_id, value, str(call.world.state.next_serial())) * 3 + "=="
    call.world.app_state(call.app).scenes[value] = ticket
    answer = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{quote(value)}"}
    return {**answer, "expire_seconds": lasts} if action in ("QR_SCENE", "QR_STR_SCENE") else answer


def _scene(action: str, scene: dict[str, Any]) -> str:
    if action in ("QR_SCENE", "QR_LIMIT_SCENE"):
        number = scene.get("scene_id")
        highest = 2**31 - 1 if action == "QR_SCENE" else 100_000
        if not isinstance(number, int) or not 1 <= number <= highest:
            raise WeChatError(40053, "invalid scene id")
        return str(number)
    if action in ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE"):
        text = scene.get("scene_str")
        if not isinstance(text, str) or not 1 <= len(text) <= 64:
            raise WeChatError(40053, "invalid scene str")
        return text
    raise WeChatError(40053, "invalid action info")
