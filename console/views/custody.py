"""Ownership of rights in custody: what waits to be checked, both sides of each, and the decision with its reason."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from core.errors import AppError, Conflict, InvalidInput
from services.custody.proofs import BASIS_WORDS, LONGEST_NOTE, decide_proof, list_proofs
from services.custody.wording import said_kind, said_status
from services.resources import Resources

ANSWERS = {"prove": True, "refuse": False}


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/custody-proofs")
    def custody_proofs() -> Response:
        return _page(resources)

    @blueprint.post("/custody-proofs/<public_id>")
    def custody_proof_decide(public_id: str) -> Response:
        answer = ANSWERS.get(request.form.get("answer", ""))
        try:
            if answer is None:
                raise InvalidInput("请选怎么处理。", fields={"answer": "请选一个"})
            with working(resources) as (work, staff):
                decide_proof(
                    work,
                    staff=staff,
                    public_id=public_id,
                    is_proved=answer,
                    reason=request.form.get("reason", ""),
                    version=request.form.get("version", default=0, type=row_number),
                    now=resources.clock.now(),
                )
        except (InvalidInput, Conflict) as error:
            return _page(resources, problem=error, public_id=public_id)
        return redirect(url_for("console.custody_proofs"), 303)


def _page(resources: Resources, *, problem: AppError | None = None, public_id: str = "") -> Response:
    """What waits now; after a refusal with what was typed."""
    with looking(resources) as (reader, staff):
        waiting, decided = list_proofs(reader, staff)
        page = render_template(
            "console/custody_proofs.html",
            waiting=waiting,
            decided=decided,
            problem=problem,
            problem_of=public_id,
            typed=request.form,
            longest=LONGEST_NOTE,
            basis_words=BASIS_WORDS,
            said_kind=said_kind,
            said_status=said_status,
        )
    return make_response(page, problem.http_status if problem else 200)
