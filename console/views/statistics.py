"""Figures of the services; each opens the cases behind it."""

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking
from models import Staff
from services.casework import statistics
from services.casework.handler_figures import handler_figures
from services.catalogue import catalogue
from services.permissions import oversees
from services.resources import Resources

MONTHS = {1: "近30天", 3: "近3个月", 12: "近一年"}
STATES = {
    "": "全部",
    "open": "在办",
    "done": "办成",
    "refused": "未办成",
    "withdrawn": "撤回",
    "late": "超过时限",
}


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/statistics")
    def service_statistics() -> Response:
        months = _months()
        period = statistics.months_back(resources.clock.now(), months)
        with looking(resources) as (reader, staff):
            page = render_template(
                "console/statistics.html",
                figures=statistics.service_figures(reader, staff, period),
                regions=statistics.region_figures(reader, staff, period),
                months=months,
                periods=MONTHS,
            )
        return make_response(page)

    @blueprint.get("/statistics/handlers")
    def handler_statistics() -> Response:
        """By person: everybody's for those who oversee, one's own for everybody else."""
        months = _months()
        period = statistics.months_back(resources.clock.now(), months)
        with looking(resources) as (reader, staff):
            figures = handler_figures(reader, staff, period)
            page = render_template(
                "console/statistics_handlers.html", figures=figures, months=months, periods=MONTHS,
                sees_all=oversees(staff),
            )  # fmt: skip
        return make_response(page)

    @blueprint.get("/statistics/cases")
    def statistics_cases() -> Response:
        """The cases that a figure counted, by the same conditions."""
        months, kind = _months(), request.args.get("kind", "")
        state = request.args.get("state", "")
        chosen = statistics.with_kind(
            statistics.months_back(resources.clock.now(), months),
            kind if kind in catalogue() else "",
            state if state in STATES else "",
            request.args.get("handler", default=0, type=row_number),
        )
        with looking(resources) as (reader, staff):
            page = render_template(
                "console/statistics_cases.html",
                cases=statistics.list_cases_of(reader, staff, chosen),
                chosen=chosen,
                state_name=STATES[chosen.state],
                handler=reader.get(Staff, chosen.handler_id) if chosen.handler_id and oversees(staff) else None,
                services=catalogue(),
                months=months,
                periods=MONTHS,
                most=statistics.MOST_LISTED,
            )
        return make_response(page)


def _months() -> int:
    wanted = request.args.get("months", default=1, type=int)
    return wanted if wanted in MONTHS else 1
