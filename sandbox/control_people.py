"""/sandbox/api/users: people, what they see and what they do; the mini-program's codes; the media they send."""

import threading
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from sandbox.actions import Phone, press_menu
from sandbox.api.miniprogram import issue_code
from sandbox.clock import iso
from sandbox.control import failed, json_body, refused, shown_apps, the_world
from sandbox.errors import ActionRefused
from sandbox.pushes import PushResult
from sandbox.state import Person, Relation
from sandbox.world import World

people = Blueprint("people", __name__)
people.register_error_handler(ActionRefused, refused)
people.register_error_handler(HTTPException, failed)
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
        "typing_official": person.official.typing_until > world.clock.now(),
        "typing_mini": person.miniprogram.typing_until > world.clock.now(),
        "grants_mini": person.miniprogram.grants,
        "grants_official": person.official.grants,
    }


@people.get("/users")
def list_users() -> Response:
    world = the_world()
    with world.lock:
        return jsonify([shown_person(world, person) for person in world.state.people.values()])


@people.post("/users")
def add_user() -> Response:
    """A new person, or the one already known by that name."""
    name = json_body().get("name")
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= 40:
        raise ActionRefused("名字要有 1 到 40 个字。")
    world = the_world()
    return jsonify(shown_person(world, world.add_person(name.strip())))


@people.get("/users/<name>")
def show_user(name: str) -> Response:
    world = the_world()
    with world.lock:
        return jsonify(shown_person(world, world.person(name)))


@people.get("/users/<name>/chat")
def read_chat(name: str) -> Response:
    """What the person sees, oldest first; `app=miniprogram` for the mini-program's chat, `after` for what is new."""
    world = the_world()
    app = world.app(request.args.get("app", "official"))
    after = request.args.get("after", default=0, type=int)
    with world.lock:
        chat = world.person(name).relation(app.kind).chat
        return jsonify([bubble.seen() for bubble in chat if bubble.id > after])


@people.get("/users/<name>/view")
def view(name: str) -> Response:
    """Everything the phone page draws, in one answer: `after` and `log` are the last ids it has."""
    world = the_world()
    app = world.app(request.args.get("app", "official"))
    after = request.args.get("after", default=0, type=int)
    with world.lock:
        person = world.person(name)
        return jsonify(
            person=shown_person(world, person),
            chat=[bubble.seen() for bubble in person.relation(app.kind).chat if bubble.id > after],
            apps=shown_apps(world),
            clock={"now": world.clock.iso(), "offset_seconds": world.state.offset_seconds},
            people=list(world.state.people),
            faults=world.faults.listed(),
            log=world.journal.after(request.args.get("log", default=0, type=int)),
        )


@people.post("/users/<name>/<action>")
def act(name: str, action: str) -> tuple[Response, int] | Response:
    """Do something on the phone; answers when the push is over, or at once with `"wait": false`."""
    world, data = the_world(), json_body()
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


@people.post("/miniprogram/code")
def login_code() -> Response:
    """What wx.login gives the client."""
    world = the_world()
    world.app("miniprogram")
    return jsonify(code=issue_code(world, world.add_person(str(json_body()["user"])), "login"))


@people.post("/miniprogram/phone_code")
def phone_code() -> Response:
    """What the phone-number button gives the client."""
    world = the_world()
    world.app("miniprogram")
    return jsonify(code=issue_code(world, world.add_person(str(json_body()["user"])), "phone"))


@people.get("/media/<media_id>")
def media(media_id: str) -> Response:
    """The bytes of a temporary file, for the page and for PicUrl."""
    world = the_world()
    with world.lock:
        item = world.state.media.get(media_id)
    if item is None:
        raise ActionRefused("文件已经过期。")
    content = (world.store.media_folder / media_id).read_bytes()
    return Response(content, content_type=item.content_type, headers={"X-Content-Type-Options": "nosniff"})
