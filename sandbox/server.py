"""The sandbox's Flask app: the phone page, its control API, and everything else is api.weixin.qq.com."""

import secrets

from flask import Flask, Response, render_template, request

from sandbox.api.dispatch import MAX_BODY, answer
from sandbox.control import control
from sandbox.control_people import people
from sandbox.world import World


def create_app(world: World) -> Flask:
    """The app over a world; one process only, since the state is in memory."""
    app = Flask(__name__, static_url_path="/sandbox/static")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["SECRET_KEY"] = secrets.token_hex(32)
    app.extensions["sandbox"] = world
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # of Flask's default provider
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.register_blueprint(people, url_prefix="/sandbox/api")
    app.register_blueprint(control)

    @app.get("/")
    def phone() -> str:
        return render_template("phone.html", account=world.settings.account_name)

    @app.get("/favicon.ico")
    def favicon() -> Response:
        return Response(status=204)

    @app.route("/<path:path>", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
    def api(path: str) -> Response:
        return answer(world, f"/{path}")

    @app.before_request
    def refuse_foreign_hosts() -> Response | None:
        # A page elsewhere that makes its name point to 127.0.0.1 must not reach the tools.
        host = request.host.rpartition(":")[0] or request.host
        if request.path.startswith("/sandbox/") and host not in ("127.0.0.1", "localhost", "[::1]"):
            return Response("loopback only", status=403)
        return None

    return app
