"""/sandbox/api: what the phone page and the tests do to the sandbox."""

import threading
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from sandbox.actions import Phone, press_menu
from sandbox.api.miniprogram import issue_code
from sandbox.clock import iso, offset_for
from sandbox.errors import ActionRefused
from sandbox.faults import Fault
from sandbox.pushes import PushResult, verify_url
from sandbox.state import Person, Relation
from sandbox.world import World

control = Blueprint("control", __name__, url_prefix="/sandbox/api")
ACTIONS: dict[str, tuple[str, ...]] = {
    "follow": ("scene",),
    "unfollow": (),
    "text": ("text",),
    "click": ("key",),
    "scan": ("scene",),
    "voice": ("recognition",),
    "image": ("data_url",),
    "location": ("latitude", "longitude", "label"),
    "tap": ("menu_id", "text"),
    "enter_tempsession": ("session_from",),
}


def the_world() -> World:
    world: World = current_app.extensions["sandbox"]
    return world


def _body() -> dict[str, Any]:
    data = request.get_json(silent=True)
    if data is None and not request.get_data():
        return {}
    if not isinstance(data, dict):
        raise ActionRefused("请求体必须是 JSON 对象。")
    return data


@control.errorhandler(ActionRefused)
def refused(error: ActionRefused) -> tuple[Response, int]:
    return jsonify(error=str(error)), 409


@control.errorhandler(ValidationError)
def invalid(error: ValidationError) -> tuple[Response, int]:
    problems = [f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()]
    return jsonify(error="参数不对。", problems=problems), 400


@control.errorhandler(HTTPException)
def failed(error: HTTPException) -> tuple[Response, int]:
    return jsonify(error=error.name), error.code or 500


@control.get("/health")
def health() -> Response:
    return jsonify(ok=True)


@control.get("/clock")
def read_clock() -> Response:
    world = the_world()
    return jsonify(now=world.clock.iso(), offset_seconds=world.state.offset_seconds)


@control.post("/clock")
def move_clock() -> Response:
    """`advance_seconds` moves it on, `offset_seconds` and `now` set it."""
    world, data = the_world(), _body()
    try:
        with world.lock:
            if "advance_seconds" in data:
                world.state.offset_seconds += float(data["advance_seconds"])
            elif "now" in data:
                world.state.offset_seconds = offset_for(str(data["now"]))
            else:
                world.state.offset_seconds = float(data["offset_seconds"])
            world.store.changed()
    except (KeyError, TypeError, ValueError):
        raise ActionRefused("给出 advance_seconds、offset_seconds 或带时区的 now。") from None
    return read_clock()


@control.get("/faults")
def list_faults() -> Response:
    return jsonify(the_world().faults.listed())


@control.post("/faults")
def add_fault() -> Response:
    return jsonify(the_world().faults.add(Fault.model_validate(_body())).model_dump())


@control.delete("/faults")
@control.delete("/faults/<int:rule_id>")
def remove_fault(rule_id: int | None = None) -> Response:
    faults = the_world().faults
    if rule_id is None:
        faults.clear()
    else:
        faults.remove(rule_id)
    return jsonify(faults.listed())


@control.get("/log")
def read_log() -> Response:
    after = request.args.get("after", default=0, type=int)
    return jsonify(the_world().journal.after(after, request.args.get("limit", default=200, type=int)))


@control.post("/reset")
def reset() -> Response:
    the_world().reset()
    return jsonify(ok=True)


@control.post("/verify")
def verify() -> Response:
    return jsonify(verify_url(the_world(), the_world().app(str(_body().get("app", "official")))))


@control.get("/apps")
def list_apps() -> Response:
    world = the_world()
    fields = {"mode", "data_format", "menu", "scenes", "day_counts", "daily_limits", "minute_limits"}
    with world.lock:
        shown = {
            kind: {
                "app_id": app.app_id,
                "original_id": app.original_id,
                "can_encrypt": app.cipher is not None,
                **world.app_state(app).model_dump(include=fields),
            }
            for kind, app in world.apps.items()
        }
    return jsonify(shown)


@control.post("/apps/<kind>")
def change_app(kind: str) -> Response:
    """Switch `mode` or `data_format`, set `daily_limits` and `minute_limits` by path."""
    world, data = the_world(), _body()
    app = world.app(kind)
    allowed = {"mode", "data_format", "daily_limits", "minute_limits"}
    if not data.keys() <= allowed:
        raise ActionRefused("可以改的是 mode、data_format、daily_limits、minute_limits。")
    if data.get("mode", "plaintext") != "plaintext" and app.cipher is None:
        raise ActionRefused("没有配置 EncodingAESKey，只能用明文模式。")
    with world.lock:
        old = world.app_state(app)
        world.state.apps[app.kind] = type(old).model_validate({**old.model_dump(), **data})
        world.store.changed()
    return list_apps()


def shown_window(world: World, relation: Relation) -> dict[str, Any]:
    is_open = relation.window.is_open(world.clock.now())
    return {"left": relation.window.left if is_open else 0, "until": iso(relation.window.until) if is_open else None}


def shown_person(world: World, person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "openid_official": person.official.openid,
        "openid_mini": person.miniprogram.openid,
        "unionid": person.unionid,
        "phone": person.phone,
        "subscribed": person.official.subscribed,
        "window_official": shown_window(world, person.official),
        "window_mini": shown_window(world, person.miniprogram),
        "grants_mini": person.miniprogram.grants,
    }


@control.get("/users")
def list_users() -> Response:
    world = the_world()
    with world.lock:
        return jsonify([shown_person(world, person) for person in world.state.people.values()])


@control.post("/users")
def add_user() -> Response:
    """A new person, or the one already known by that name."""
    name = _body().get("name")
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= 40:
        raise ActionRefused("名字要有 1 到 40 个字。")
    world = the_world()
    return jsonify(shown_person(world, world.add_person(name.strip())))


@control.get("/users/<name>")
def show_user(name: str) -> Response:
    world = the_world()
    with world.lock:
        return jsonify(shown_person(world, world.person(name)))


@control.get("/users/<name>/chat")
def read_chat(name: str) -> Response:
    """What the person sees, oldest first; `app=miniprogram` for the mini-program's chat, `after` for what is new."""
    world = the_world()
    app = world.app(request.args.get("app", "official"))
    after = request.args.get("after", default=0, type=int)
    with world.lock:
        chat = world.person(name).relation(app.kind).chat
        return jsonify([bubble.seen() for bubble in chat if bubble.id > after])


@control.post("/users/<name>/<action>")
def act(name: str, action: str) -> tuple[Response, int] | Response:
    """Do something on the phone; answers when the push is over, or at once with `"wait": false`."""
    world, data = the_world(), _body()
    default = "miniprogram" if action in ("enter_tempsession", "subscription") else "official"
    phone = Phone(world, name, str(data.pop("app", default)))
    is_waiting = data.pop("wait", True)
    if is_waiting:
        return jsonify(_perform(phone, action, data).seen())
    if action not in ACTIONS and action not in ("event", "message", "menu", "subscription"):
        raise ActionRefused(f"没有 {action} 这个动作。")
    threading.Thread(target=_perform, args=(phone, action, data), daemon=True).start()
    return jsonify(outcome="sent"), 202


def _perform(phone: Phone, action: str, data: dict[str, Any]) -> PushResult:
    if action in ("event", "message"):
        fields = data.get("fields", data)
        return phone.event(fields) if action == "event" else phone.message(fields)
    try:
        if action == "menu":
            return press_menu(phone, [int(part) for part in data.get("path", [])], str(data.get("value", "")))
        if action == "subscription":
            return phone.answer_subscription(
                str(data["template_id"]), int(data.get("count", 1)), data.get("accept", True) is True
            )
        if action not in ACTIONS:
            raise ActionRefused(f"没有 {action} 这个动作。")
        if action == "location":
            return phone.location(float(data["latitude"]), float(data["longitude"]), str(data.get("label", "")))
        values = {key: str(data[key]) for key in ACTIONS[action] if key in data}
        result: PushResult = getattr(phone, action)(**values)
    except (KeyError, TypeError, ValueError):
        raise ActionRefused("动作的参数不对。") from None
    return result


@control.post("/miniprogram/code")
def login_code() -> Response:
    """What wx.login gives the client."""
    world = the_world()
    world.app("miniprogram")
    return jsonify(code=issue_code(world, world.add_person(str(_body()["user"])), "login"))


@control.post("/miniprogram/phone_code")
def phone_code() -> Response:
    """What the phone-number button gives the client."""
    world = the_world()
    world.app("miniprogram")
    return jsonify(code=issue_code(world, world.add_person(str(_body()["user"])), "phone"))


@control.get("/media/<media_id>")
def media(media_id: str) -> Response:
    """The bytes of a temporary file, for the page and for PicUrl."""
    world = the_world()
    with world.lock:
        item = world.state.media.get(media_id)
    if item is None:
        raise ActionRefused("文件已经过期。")
    content = (world.store.media_folder / media_id).read_bytes()
    return Response(content, content_type=item.content_type, headers={"X-Content-Type-Options": "nosniff"})
