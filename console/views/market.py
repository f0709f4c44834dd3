"""Offers and needs that wait to be shown: the words with the checks beside them, and the decision."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from core.clock import china_date
from core.errors import AppError, Conflict, InvalidInput
from services.credit.wording import BAND_NAMES
from services.market.findings import said_articles
from services.market.posting import LONGEST_REVIEW_NOTE, Decision, review_post
from services.market.quick_terms import said_terms_of
from services.market.reviewing import LIKE_WORDS, VERDICT_WORDS, list_reviews
from services.market.wording import RIGHT_STATES, SIDES, called, said_state, said_terms
from services.resources import Resources

ANSWERS = {"publish": True, "refuse": False}


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/market-posts")
    def market_posts() -> Response:
        return _page(resources)

    @blueprint.post("/market-posts/<public_id>")
    def market_post_decide(public_id: str) -> Response:
        answer = ANSWERS.get(request.form.get("answer", ""))
        try:
            if answer is None:
                raise InvalidInput("请选怎么处理。", fields={"answer": "请选一个"})
            with working(resources) as (work, staff):
                review_post(
                    work,
                    staff,
                    public_id,
                    Decision(answer, request.form.get("note", "")),
                    resources.clock.now(),
                    version=request.form.get("version", default=0, type=row_number),
                )
        except (InvalidInput, Conflict) as error:
            return _page(resources, problem=error, public_id=public_id)
        return redirect(url_for("console.market_posts"), 303)


def _page(resources: Resources, *, problem: AppError | None = None, public_id: str = "") -> Response:
    """What waits now; after a refusal with what was typed."""
    today = china_date(resources.clock.now())
    with looking(resources) as (reader, staff):
        waiting, decided = list_reviews(reader, staff, today)
        page = render_template(
            "console/market_posts.html",
            waiting=waiting,
            decided=decided,
            problem=problem,
            problem_of=public_id,
            typed=request.form,
            longest=LONGEST_REVIEW_NOTE,
            today=today,
            BAND_NAMES=BAND_NAMES,
            sides=SIDES,
            right_states=RIGHT_STATES,
            verdict_words=VERDICT_WORDS,
            like_words=LIKE_WORDS,
            called=called,
            said_articles=said_articles,
            said_state=said_state,
            said_terms=said_terms,
            said_terms_of=said_terms_of,
        )
    return make_response(page, problem.http_status if problem else 200)
