"""The catalogue's editor: what each service says and takes, and the way to propose a change of it."""

from collections.abc import Iterable

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.sessions import looking, working
from services.catalogue import declared
from services.dated_data.catalogue_pages import PlaceView, list_services, start_setting, view_service
from services.permissions import Action, may
from services.resources import Resources


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/catalogue")
    def catalogue() -> Response:
        with looking(resources) as (reader, staff):
            lines = list_services(reader, staff, resources.clock.now())
            return make_response(render_template("console/records/catalogue.html", lines=lines))

    @blueprint.get("/catalogue/<key>")
    def catalogue_service(key: str) -> Response:
        with looking(resources) as (reader, staff):
            views = view_service(reader, staff, key, resources.clock.now())
            shown = render_template(
                "console/records/service.html", service=declared()[key], groups=_grouped(views),
                can_edit=may(staff, Action.EDIT_RECORDS),
            )  # fmt: skip
        return make_response(shown)

    @blueprint.post("/catalogue")
    def catalogue_propose() -> Response:
        with working(resources) as (work, staff):
            key = request.form.get("place", "")
            record = start_setting(work, staff=staff, key=key, now=resources.clock.now())
            return redirect(url_for("console.record", record_id=record.id), 303)


def _grouped(views: Iterable[PlaceView]) -> list[tuple[str, list[PlaceView]]]:
    """By heading, in the order in which they come."""
    groups: dict[str, list[PlaceView]] = {}
    for view in views:
        groups.setdefault(view.place.group, []).append(view)
    return list(groups.items())
