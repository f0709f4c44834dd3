"""Partner institutions: who they are, where they work, whom they cannot work for."""

import re

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.sessions import looking, working
from core.errors import AppError, Conflict, InvalidInput
from services.catalogue.model import PARTY_NAMES, Party
from services.institutions import InstitutionContent, get_institution, list_institutions, save_institution
from services.permissions import Action, may
from services.resources import Resources
from services.track_records import track_record

SPLITS = re.compile(r"[、,\uff0c;\uff1b\s]+")


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.route("/institutions", methods=["GET", "POST"])
    def institutions() -> Response:
        problem: AppError | None = None
        if request.method == "POST":
            problem = _save(resources, None)
            if problem is None:
                return redirect(url_for("console.institutions"), 303)
        party = request.args.get("party", "")
        with looking(resources) as (reader, staff):
            shown = render_template(
                "console/records/institutions.html",
                items=list_institutions(reader, staff, party=party if party in set(Party) else ""),
                party=party,
                values=_typed() if problem else _blank(),
                problem=problem,
                can_edit=may(staff, Action.MANAGE_INSTITUTIONS),
                PARTY_NAMES=PARTY_NAMES,
            )
        return make_response(shown, problem.http_status if problem else 200)

    @blueprint.route("/institutions/<int:institution_id>", methods=["GET", "POST"])
    def institution(institution_id: int) -> Response:
        problem: AppError | None = None
        if request.method == "POST":
            problem = _save(resources, institution_id)
            if problem is None:
                return redirect(url_for("console.institutions"), 303)
        with looking(resources) as (reader, staff):
            found = get_institution(reader, staff, institution_id)
            values = {
                "name": found.name, "party": found.party, "regions": "、".join(found.regions),
                "skills": found.skills, "conflicts": "\n".join(found.conflicts), "is_active": found.is_active,
                "is_demonstration": found.is_demonstration,
            }  # fmt: skip
            shown = render_template(
                "console/records/institution.html",
                item=found,
                record=track_record(reader, found, resources.clock.now()),
                values=_typed() if problem else values,
                problem=problem,
                can_edit=may(staff, Action.MANAGE_INSTITUTIONS),
                PARTY_NAMES=PARTY_NAMES,
            )
        return make_response(shown, problem.http_status if problem else 200)


def _save(resources: Resources, institution_id: int | None) -> AppError | None:
    """What was wrong with what was typed; None where it is kept."""
    typed = _typed()
    content = InstitutionContent(
        name=str(typed["name"]),
        party=str(typed["party"]),
        regions=[each for each in SPLITS.split(str(typed["regions"])) if each],
        skills=request.form.getlist("skills"),
        conflicts=[line.strip() for line in str(typed["conflicts"]).splitlines() if line.strip()],
        is_active=bool(typed["is_active"]),
        is_demonstration=bool(typed["is_demonstration"]),
    )
    try:
        with working(resources) as (work, staff):
            save_institution(
                work, staff=staff, institution_id=institution_id, content=content, now=resources.clock.now()
            )
    except (InvalidInput, Conflict) as error:
        return error
    return None


def _blank() -> dict[str, object]:
    return {"name": "", "party": "", "regions": "", "skills": [], "conflicts": "", "is_active": True,
            "is_demonstration": False}  # fmt: skip


def _typed() -> dict[str, object]:
    plain = {name: request.form.get(name, "") for name in ("name", "party", "regions", "conflicts")}
    ticks = {name: request.form.get(name) == "yes" for name in ("is_active", "is_demonstration")}
    return {**plain, **ticks, "skills": request.form.getlist("skills")}
