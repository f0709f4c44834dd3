"""Ownership of rights in custody: what waits to be checked, both sides of each, and the decision with its reason."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from console.views.knowledge import page_number
from core.clock import china_date
from core.errors import AppError, Conflict, InvalidInput
from services.custody.customers import SHOWN, find_companies, list_customers_rights
from services.custody.export import PROOFS
from services.custody.papers import link_for_staff
from services.custody.proofs import BASIS_WORDS, LATEST, LONGEST_NOTE, decide_proof, list_proofs
from services.custody.wording import said_due, said_kind, said_status
from services.resources import Resources

LONGEST_WORDS = 60
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

    @blueprint.get("/custody-rights")
    def custody_rights() -> Response:
        """Companies by name, and the rights of the one that was chosen."""
        words, company_id = request.args.get("q", "")[:LONGEST_WORDS], request.args.get("company", "")
        page, today = page_number(), china_date(resources.clock.now())
        with looking(resources) as (reader, staff):
            companies = find_companies(reader, staff, words)
            if not company_id and len(companies) == 1:
                company_id = companies[0][0].public_id
            shown = None
            if company_id:
                shown = list_customers_rights(reader, staff, company_id, today=today, offset=page * SHOWN)
            html = render_template(
                "console/custody_rights.html",
                words=words,
                companies=companies,
                shown=shown,
                page=page,
                has_more=shown is not None and (page + 1) * SHOWN < shown.total,
                today=today,
                said_kind=said_kind,
                said_status=said_status,
                said_due=said_due,
                proofs=PROOFS,
            )
        return make_response(html)

    @blueprint.get("/custody-papers/<public_id>")
    def custody_paper(public_id: str) -> Response:
        """A link for minutes, made for this person now and written down."""
        secret = resources.settings.secret_key.get_secret_value()
        with working(resources) as (work, staff):
            # Relative: whatever name the console is reached under.
            address = link_for_staff(
                work, staff=staff, paper_id=public_id, secret_key=secret, base_url="", now=resources.clock.now()
            )
        return redirect(address)


def _page(resources: Resources, *, problem: AppError | None = None, public_id: str = "") -> Response:
    """What waits now; after a refusal with what was typed."""
    with looking(resources) as (reader, staff):
        page_shown = page_number()
        waiting, decided, total = list_proofs(reader, staff, offset=page_shown * LATEST)
        page = render_template(
            "console/custody_proofs.html",
            waiting=waiting,
            decided=decided if not page_shown else [],
            total=total,
            page=page_shown,
            has_more=(page_shown + 1) * LATEST < total,
            problem=problem,
            problem_of=public_id,
            typed=request.form,
            longest=LONGEST_NOTE,
            basis_words=BASIS_WORDS,
            said_kind=said_kind,
            said_status=said_status,
        )
    return make_response(page, problem.http_status if problem else 200)
