"""Pages for everybody, without a login: files by a signed link, the check of a time stamp, the list of awards,
sessions of courses, campaigns, the screen at their door, the way into a live stream, certificates."""

from flask import Blueprint, Flask, Response, request

from public import awards, campaigns, certificates, courses, door, files, joining, verification
from public.headers import POLICY
from services.resources import Resources


def init_public(app: Flask, resources: Resources) -> None:
    """Register the pages. init_web must have run before."""
    blueprint = Blueprint(
        "public", __name__, template_folder="templates", static_folder="static", static_url_path="/verify/static"
    )

    @blueprint.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        # The address itself opens the page or the file: it goes to nobody else.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        if request.endpoint != "public.static":
            response.headers["Cache-Control"] = "private, no-store"
        return response

    files.add_routes(blueprint, resources)
    awards.add_routes(blueprint, resources)
    certificates.add_routes(blueprint, resources)
    courses.add_routes(blueprint, resources)
    campaigns.add_routes(blueprint, resources)
    door.add_routes(blueprint, resources)
    joining.add_routes(blueprint, resources)
    verification.add_routes(blueprint, resources)
    app.register_blueprint(blueprint)
