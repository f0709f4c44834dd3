"""What the broker does about a publicity on a deal's page: writes it down, what was objected, how that was handled."""

from collections.abc import Callable
from datetime import date, datetime

from flask import Blueprint, request
from pydantic import ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.input import row_number
from core.errors import InvalidInput
from models import ObjectionState, PublicityWay, Staff
from services.deals.publicising import HandlingForm, PublicityForm, handle_objection, note_objection, publicise
from services.deals.publicity import Standing

Step = Callable[[Session, Staff], object]
Do = Callable[[str, str, Step], Response]
MOST_DIGITS = 13
STANDING_NAMES = {
    Standing.NEEDED: "还没公示", Standing.RUNNING: "公示中", Standing.OBJECTED: "有异议", Standing.UPHELD: "异议成立",
    Standing.PASSED: "公示完了", Standing.LIFTED: "不用公示",
}  # fmt: skip
WAY_NAMES = {
    PublicityWay.NOTICE: "在本单位公示",
    PublicityWay.MARKET: "价格是挂牌或拍卖定的,不用公示",
    PublicityWay.EXEMPT: "出让方不是要公示的单位",
}
OBJECTION_NAMES = {
    ObjectionState.OPEN: "待处理", ObjectionState.DISMISSED: "不成立", ObjectionState.UPHELD: "成立",
}  # fmt: skip


def add_routes(blueprint: Blueprint, do: Do, now: Callable[[], datetime]) -> None:
    """`do` carries a step out and shows the deal, as the deal's own page does it."""

    @blueprint.post("/deals/<number>/publicity")
    def deal_publicity(number: str) -> Response:
        return do(
            number,
            "publicity",
            lambda work, staff: publicise(work, staff, number, _form(), now(), version=_version()),
        )

    @blueprint.post("/deals/<number>/objections")
    def deal_objection(number: str) -> Response:
        def step(work: Session, staff: Staff) -> object:
            raised_on = _day("raised_on")
            if raised_on is None:
                raise InvalidInput(fields={"raised_on": "写明哪天提出的。"})
            text = request.form.get("text", "")
            return note_objection(work, staff, number, text, raised_on, now(), version=_version())

        return do(number, "objection", step)

    @blueprint.post("/deals/<number>/objections/<int:objection_id>")
    def deal_objection_handled(number: str, objection_id: int) -> Response:
        def step(work: Session, staff: Staff) -> object:
            verdict = request.form.get("verdict", "")
            if verdict not in {"dismissed", "upheld"}:
                raise InvalidInput(fields={"verdict": "请选成立还是不成立。"})
            try:
                form = HandlingForm(is_upheld=verdict == "upheld", text=request.form.get("text", "").strip())
            except ValidationError:
                raise InvalidInput(fields={"text": "写明怎么处理的,2到400个字。"}) from None
            place = row_number(str(objection_id))
            return handle_objection(work, staff, number, place, form, now(), version=_version())

        return do(number, f"objection-{objection_id}", step)


def _form() -> PublicityForm:
    way = request.form.get("way", "")
    if way not in {each.value for each in PublicityWay}:
        raise InvalidInput(fields={"way": "请选怎么公示,或者为什么不用。"})
    try:
        return PublicityForm(
            way=PublicityWay(way),
            name=request.form.get("name", "").strip(),
            place=request.form.get("place", "").strip(),
            link=request.form.get("link", "").strip(),
            starts_on=_day("starts_on"),
            ends_on=_day("ends_on"),
            price=_price(),
            is_same=request.form.get("is_same") == "yes",
        )
    except ValidationError:
        raise InvalidInput(
            fields={"form": "公示要写成果名称、开始日期和在哪里公示;不用公示的写明依据。网址以 http 开头。"}
        ) from None


def _price() -> int | None:
    text = request.form.get("price", "").strip().replace(",", "").replace(",", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and int(text) > 0):
        raise InvalidInput(fields={"price": "价格写整数,单位元。"})
    return int(text)


def _day(name: str) -> date | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(fields={name: "日期没写对。"}) from None


def _version() -> int | None:
    return request.form.get("version", default=None, type=row_number)
