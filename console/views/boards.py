"""Boards: every service with its open cases, one service's stages as columns, cases given out from it in one go."""

from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.input import row_number
from console.sessions import looking, working
from core.errors import InvalidInput, NotFound
from models import Role, Staff
from services.casework.access import get_case_for
from services.casework.assignment import assign_cases
from services.casework.boards import Chosen, count_boards, count_news, latest_event_id, read_board
from services.catalogue import find_service
from services.catalogue.model import Service
from services.permissions import oversees
from services.resources import Resources
from services.staff import list_staff

MAX_WORDS = 60
MOST_ASSIGNED = 100


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/boards")
    def boards() -> Response:
        with looking(resources) as (reader, staff):
            counted = count_boards(reader, staff, resources.clock.now())
        return make_response(render_template("console/casework/boards.html", counted=counted))

    @blueprint.get("/boards/<key>")
    def board(key: str) -> Response:
        """The whole board; for htmx the next page of one stage alone."""
        service = _service(key)
        with looking(resources) as (reader, staff):
            values = board_values(reader, staff, service, resources)
        is_part = bool(request.headers.get("HX-Request") and values["only"])
        template = "console/casework/_cards.html" if is_part else "console/casework/board.html"
        return make_response(render_template(template, is_part=is_part, **values))

    @blueprint.get("/boards/<key>/news")
    def board_news(key: str) -> Response:
        """How many cases have changed since the page was made: it says so, and moves nothing by itself."""
        service, since = _service(key), request.args.get("since", default=0, type=row_number)
        with looking(resources) as (reader, staff):
            count = count_news(reader, staff, service, since)
        narrowed = _narrowed(_chosen())
        page = render_template(
            "console/casework/_news.html", count=count, service=service, since=since, narrowed=narrowed
        )
        return make_response(page)

    @blueprint.post("/boards/<key>/assign")
    def board_assign(key: str) -> Response:
        service = _service(key)
        seen = dict(_seen(text) for text in request.form.getlist("case"))
        if not seen:
            raise InvalidInput("先勾选要指派的单。")
        if len(seen) > MOST_ASSIGNED:
            raise InvalidInput(f"一次最多指派{MOST_ASSIGNED}件。")
        with working(resources) as (work, staff):
            chosen = {get_case_for(work, staff, number).id: version for number, version in seen.items()}
            to = request.form.get("to", default=0, type=row_number)
            done = assign_cases(work, staff=staff, chosen=chosen, to_staff_id=to, now=resources.clock.now())
            told = [f"{done.given}件已指派给{work.get_one(Staff, to).display_name}。"] if done.given else []
        if done.refused:
            told.append(f"{'、'.join(done.refused)}没有指派:已结束,或这位同事有利益冲突。")
        if done.changed:
            told.append(f"{'、'.join(done.changed)}没有指派:刚被改过,看过后再点一次“指派”。")
        with looking(resources) as (reader, staff):
            values = board_values(reader, staff, service, resources)
        page = render_template(
            "console/casework/board.html", told="".join(told), is_all_given=done.given == len(chosen),
            ticked=done.changed, to=to if done.changed else None, **values,
        )  # fmt: skip
        return make_response(page)


def board_values(reader: Session, staff: Staff, service: Service, resources: Resources) -> dict[str, Any]:
    """What a board shows: the columns as narrowed by the address, and what can be chosen."""
    chosen = _chosen()
    only = request.args.get("stage", "")
    if only and only not in service.by_key:
        raise NotFound("没有这个阶段。")
    since = latest_event_id(reader)
    board = read_board(
        reader, staff, service, chosen, resources.clock.now(), only=only, after=request.args.get("after", "")
    )
    people = [person for person in list_staff(reader, only_active=True) if person.role != Role.PARTNER]
    return {
        "service": service,
        "board": board,
        "chosen": chosen,
        "only": only,
        "since": since,
        "people": people,
        "can_assign": oversees(staff),
        "narrowed": _narrowed(chosen),
        "address": url_for("console.board", key=service.key, **_narrowed(chosen)),
    }


def _service(key: str) -> Service:
    service = find_service(key)
    if service is None:
        raise NotFound("没有这个业务。")
    return service


def _seen(text: str) -> tuple[str, int]:
    """A ticked box: the case's number and the version that the board showed; else 0, which no case has."""
    number, _, version = text.partition(" ")
    return number, int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0


def _chosen() -> Chosen:
    return Chosen(
        handler_id=request.args.get("handler", type=row_number),
        region=request.args.get("region", "").strip()[:MAX_WORDS],
        is_late=request.args.get("late") == "yes",
        text=request.args.get("q", "").strip()[:MAX_WORDS],
    )


def _narrowed(chosen: Chosen) -> dict[str, Any]:
    """The same choice as words of an address."""
    words = {
        "handler": chosen.handler_id,
        "region": chosen.region or None,
        "late": "yes" if chosen.is_late else None,
        "q": chosen.text or None,
    }
    return {name: value for name, value in words.items() if value is not None}
