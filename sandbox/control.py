"""/sandbox/api: what the tools and the tests do to the sandbox as a whole."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from sandbox.api.template_list import titles_of
from sandbox.clock import offset_for
from sandbox.errors import ActionRefused
from sandbox.faults import Fault
from sandbox.pushes import verify_url
from sandbox.world import World

control = Blueprint("control", __name__, url_prefix="/sandbox/api")


def the_world() -> World:
    world: World = current_app.extensions["sandbox"]
    return world


def json_body() -> dict[str, Any]:
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
    world, data = the_world(), json_body()
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
    return jsonify(the_world().faults.add(Fault.model_validate(json_body())).model_dump())


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
    return jsonify(verify_url(the_world(), the_world().app(str(json_body().get("app", "official")))))


def shown_apps(world: World) -> dict[str, Any]:
    fields = {"mode", "data_format", "menu", "scenes", "day_counts", "daily_limits", "minute_limits"}
    with world.lock:
        return {
            kind: {
                "app_id": app.app_id,
                "original_id": app.original_id,
                "templates": titles_of(kind),
                "can_encrypt": app.cipher is not None,
                **world.app_state(app).model_dump(include=fields),
            }
            for kind, app in world.apps.items()
        }


@control.get("/apps")
def list_apps() -> Response:
    return jsonify(shown_apps(the_world()))


@control.post("/apps/<kind>")
def change_app(kind: str) -> Response:
    """Switch `mode` or `data_format`, set `daily_limits` and `minute_limits` by path."""
    world, data = the_world(), json_body()
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
