"""Claims of companies: the queue, both sides of each, and the decision with its reason."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.sessions import looking, working
from core.errors import AppError, Conflict, InvalidInput
from services.company_claims import LONGEST_NOTE, Answer, decide_claim, list_claims
from services.resources import Resources


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/claims")
    def claims() -> Response:
        return _page(resources)

    @blueprint.post("/claims/<int:claim_id>")
    def claim_decide(claim_id: int) -> Response:
        answer = request.form.get("answer", "")
        try:
            if answer not in set(Answer):
                raise InvalidInput("请选怎么处理。", fields={"answer": "请选一个"})
            with working(resources) as (work, staff):
                decide_claim(
                    work,
                    staff=staff,
                    claim_id=claim_id,
                    answer=Answer(answer),
                    note=request.form.get("note", ""),
                    now=resources.clock.now(),
                )
        except (InvalidInput, Conflict) as error:
            return _page(resources, problem=error, claim_id=claim_id)
        return redirect(url_for("console.claims"), 303)


def _page(resources: Resources, *, problem: AppError | None = None, claim_id: int = 0) -> Response:
    """The queue as it is now; after a refusal with what was typed."""
    with looking(resources) as (reader, staff):
        waiting, decided = list_claims(reader, staff)
        page = render_template(
            "console/claims.html",
            waiting=waiting,
            decided=decided,
            problem=problem,
            problem_of=claim_id,
            typed=request.form,
            longest=LONGEST_NOTE,
        )
    return make_response(page, problem.http_status if problem else 200)
