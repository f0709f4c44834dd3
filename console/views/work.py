"""My work, and for those who oversee how much everybody has."""

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from console.sessions import looking
from services.casework.my_work import my_work, team_load
from services.permissions import Action, check_may
from services.resources import Resources


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/work")
    def work() -> Response:
        with looking(resources) as (reader, staff):
            found = my_work(reader, staff, resources.clock.now())
        return make_response(render_template("console/casework/work.html", found=found))

    @blueprint.get("/team")
    def team() -> Response:
        with looking(resources) as (reader, staff):
            check_may(staff, Action.SEE_ALL)
            loads = team_load(reader, resources.clock.now())
        return make_response(render_template("console/casework/team.html", loads=loads))
