"""Template messages of the service account and subscription messages of the mini-program."""

import re
from typing import Any

from sandbox.api.registry import Call, ok, route, text_field
from sandbox.api.template_list import shown_as
from sandbox.errors import WeChatError
from sandbox.pushes import push_event_later
from sandbox.state import Relation

SAME_ID_SECONDS = 600
STRIPPED = {"first", "remark"}
EMOJI = re.compile("[\U0001f000-\U0001ffff\u2600-\u27bf\ufe0f\u200d]")
HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
# What a value of each type may be, as a whole.
TYPES = {
    "thing": r"[^\n]{1,20}",
    "number": r"[0-9.]{1,32}",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": rf"[^{HAN}\s]{{1,32}}",
    "time": r".*\d{1,2}:\d{2}.*",
    "date": r".*\d{4}(年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}).*",
    "amount": r"\D?\d{1,10}(\.\d+)?元?",
    "phone_number": r"[\d+\-() ]{1,17}",
    "car_number": r".{1,8}",
    "name": rf"[{HAN}·]{{1,10}}|[^{HAN}\n]{{1,20}}|.{{1,10}}",
    "phrase": rf"[{HAN}]{{1,5}}",
    "const": r".{1,20}",
    "short_thing": r".{1,10}",
    "enum": r".{1,20}",
}


def checked_fields(data: Any) -> dict[str, str]:
    """The fields as the person will see them; 47003 where a value does not fit its type."""
    if not isinstance(data, dict) or not data:
        raise WeChatError(47003, "argument invalid! data is emtpy")
    shown = {}
    for name, item in data.items():
        value = item.get("value") if isinstance(item, dict) else None
        if not isinstance(value, str) or not value:
            raise WeChatError(47003, f"argument invalid! data.{name}.value is emtpy")
        if name in STRIPPED:
            continue
        rule = TYPES.get(re.sub(r"\d+$", "", name))
        if rule is None:
            shown[name] = EMOJI.sub("", value).replace("\n", "")[:20]  # the old untyped fields
        elif re.fullmatch(rule, value):
            shown[name] = EMOJI.sub("", value)
        else:
            raise WeChatError(47003, f"argument invalid! data.{name}.value invalid")
    return shown


def _show_notice(call: Call, relation: Relation, data: dict[str, Any], fields: dict[str, str], via: str) -> None:
    call.world.state.show(
        relation,
        "account",
        "notice",
        "\n".join(fields.values()),
        at=call.world.clock.now(),
        via=via,
        template_id=data["template_id"],
        fields=fields,
        shown_as=shown_as(data["template_id"]),
        url=str(data.get("url") or ""),
        page=str(data.get("page") or ""),
    )


@route("/cgi-bin/message/template/send")
def send_template(call: Call) -> dict[str, Any]:
    """To followers only; the result follows as an event."""
    if call.app.kind != "official":
        raise WeChatError(48001, "api unauthorized")
    data = call.json(literal_escapes=True)
    person, relation = call.world.recipient(call.app, text_field(data, "touser", 41009, "missing openid"))
    text_field(data, "template_id", 40037, "invalid template_id")
    fields = checked_fields(data.get("data"))
    if not relation.subscribed:
        raise WeChatError(43004, "require subscribe")
    msgid = call.world.state.next_serial() + 200_000_000
    if _is_repeat(call, relation, data):
        return ok(msgid=msgid)
    _show_notice(call, relation, data, fields, "template")
    event = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": msgid, "Status": "success"}
    call.afterwards.append(lambda: push_event_later(call.world, call.app, person, event))
    return ok(msgid=msgid)


def _is_repeat(call: Call, relation: Relation, data: dict[str, Any]) -> bool:
    """Whether the same client_msg_id came for this person within ten minutes."""
    client_msg_id = data.get("client_msg_id")
    if not client_msg_id:
        return False
    now = call.world.clock.now()
    state = call.world.app_state(call.app)
    state.client_msg_ids = {key: at for key, at in state.client_msg_ids.items() if now - at < SAME_ID_SECONDS}
    key = f"{relation.openid} {client_msg_id}"
    if key in state.client_msg_ids:
        return True
    state.client_msg_ids[key] = now
    return False


def _send_subscription(call: Call) -> dict[str, Any]:
    data = call.json(literal_escapes=True)
    _, relation = call.world.recipient(call.app, text_field(data, "touser", 41009, "missing openid"))
    template_id = text_field(data, "template_id", 40037, "invalid template_id")
    fields = checked_fields(data.get("data"))
    if relation.grants.get(template_id, 0) <= 0:
        raise WeChatError(43101, "user refuse to accept the msg")
    relation.grants[template_id] -= 1
    _show_notice(call, relation, data, fields, "subscribe_message")
    return ok(msgid=call.world.state.next_serial() + 300_000_000)


@route("/cgi-bin/message/subscribe/send", per_day=10_000_000)
def send_subscription(call: Call) -> dict[str, Any]:
    """One accepted request of the mini-program, one message."""
    if call.app.kind != "miniprogram":
        raise WeChatError(48001, "api unauthorized")
    return _send_subscription(call)


@route("/cgi-bin/message/subscribe/bizsend")
def send_official_subscription(call: Call) -> dict[str, Any]:
    """The same for the service account."""
    if call.app.kind != "official":
        raise WeChatError(48001, "api unauthorized")
    return _send_subscription(call)
