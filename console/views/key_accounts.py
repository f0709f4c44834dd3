"""Key accounts at the desk: which firms, since when and why, and who looks after each."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from core.errors import AppError, Conflict, InvalidInput
from models import AccountTier
from services.key_accounts import (
    LONGEST_REASON,
    TIER_NAMES,
    find_firms,
    list_accounts,
    list_managers,
    mark_account,
    unmark_account,
)
from services.resources import Resources


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/key-accounts")
    def key_accounts() -> Response:
        return _page(resources)

    @blueprint.post("/key-accounts/<public_id>")
    def key_account_mark(public_id: str) -> Response:
        given, now = request.form, resources.clock.now()
        tier = given.get("tier", "")
        try:
            with working(resources) as (work, staff):
                if given.get("step") == "unmark":
                    unmark_account(work, staff=staff, company_id=public_id, now=now)
                else:
                    mark_account(
                        work, staff=staff, company_id=public_id, reason=given.get("reason", ""), now=now,
                        tier=AccountTier(tier) if tier in set(AccountTier) else None,
                        manager_id=given.get("manager", type=row_number),
                    )  # fmt: skip
        except (InvalidInput, Conflict) as error:
            return _page(resources, problem=error, problem_of=public_id)
        return redirect(url_for("console.key_accounts"), 303)


def _page(resources: Resources, *, problem: AppError | None = None, problem_of: str = "") -> Response:
    words = (request.form.get("q") or request.args.get("q", ""))[:120]
    with looking(resources) as (reader, staff):
        page = render_template(
            "console/key_accounts.html", accounts=list_accounts(reader, staff), words=words,
            found=find_firms(reader, staff, words), managers=list_managers(reader), problem=problem,
            problem_of=problem_of, typed=request.form, TIER_NAMES=TIER_NAMES, longest=LONGEST_REASON,
        )  # fmt: skip
    return make_response(page, problem.http_status if problem else 200)
