"""What the broker notes of a seller's plan of benefits: what somebody said to their share."""

from collections.abc import Callable
from datetime import date, datetime

from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.input import row_number
from core.errors import InvalidInput
from models import BenefitWord, Staff
from services.deals.benefit_view import WORD_NAMES
from services.deals.benefits import MOST_LINES, WordForm, note_word_as_broker

Step = Callable[[Session, Staff], object]
Do = Callable[[str, str, Step], Response]


def add_routes(blueprint: Blueprint, do: Do, now: Callable[[], datetime]) -> None:
    """`do` carries a step out and shows the deal, as the deal's own page does it."""

    @blueprint.post("/deals/<number>/benefit-words")
    def deal_benefit_word(number: str) -> Response:
        def step(work: Session, staff: Staff) -> object:
            version = request.form.get("plan_version", default=None, type=row_number)
            return note_word_as_broker(work, staff, number, _form(), now(), version=version)

        return do(number, "benefits", step)


def yuan(fen: int) -> str:
    """35,000.50元, for the page."""
    return f"{fen / 100:,.2f}元"


def _form() -> WordForm:
    share = request.form.get("share", default=0, type=row_number)
    if not 1 <= (share or 0) <= MOST_LINES:
        raise InvalidInput(fields={"share": "请选是谁说的。"})
    word = request.form.get("word", "")
    if word not in WORD_NAMES:
        raise InvalidInput(fields={"word": "请选本人说了什么。"})
    try:
        said_on = date.fromisoformat(request.form.get("said_on", ""))
    except ValueError:
        raise InvalidInput(fields={"said_on": "日期没写对。"}) from None
    return WordForm(share=share, word=BenefitWord(word), said_on=said_on)
