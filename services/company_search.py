"""Firms as staff look for them. Whether they may is asked by whoever shows them."""

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from models import Company

SHOWN = 20


def is_called(words: str) -> ColumnElement[bool]:
    """By a part of the name, or by the whole code."""
    return or_(Company.name.contains(words, autoescape=True), Company.credit_code == words.upper())


def find_companies_called(session: Session, words: str) -> list[Company]:
    """At most 20, those whose name says little else first; none where nothing is asked."""
    said = words.strip()
    if not said:
        return []
    wanted = select(Company).where(is_called(said)).order_by(func.length(Company.name), Company.id).limit(SHOWN)
    return list(session.scalars(wanted))
