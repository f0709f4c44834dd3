"""How well matching works, for who looks after the market."""

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from console.sessions import looking
from core.clock import china_date
from services.market.quality import WEEKS, show_quality
from services.market.wording import SIDES, called, said_state, said_terms
from services.resources import Resources


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/match-quality")
    def match_quality() -> Response:
        now = resources.clock.now()
        with looking(resources) as (reader, staff):
            page = render_template(
                "console/match_quality.html",
                quality=show_quality(reader, staff, now),
                weeks=WEEKS,
                today=china_date(now),
                SIDES=SIDES,
                called=called,
                said_state=said_state,
                said_terms=said_terms,
            )
        return make_response(page)
