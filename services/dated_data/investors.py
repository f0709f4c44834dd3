"""Investors who may be shown equity projects: whoever an approved record says is qualified, as long as it holds.

A record goes by the name of the institution. Who counts as qualified is for the law and for whoever checks the papers.
"""

from datetime import date
from typing import Annotated

from sqlalchemy.orm import Session

from models import Institution
from services.catalogue.fields import Ask, Confirmed, Form, Line, Paragraph
from services.catalogue.model import Party
from services.dated_data.lookup import list_in_force

QUALIFIED_INVESTOR = "qualified_investor"


class QualifiedInvestor(Form):
    basis: Annotated[Line, Ask("认定依据", "按哪条规定算合格投资者,如 私募基金管理人已登记")]
    proof: Annotated[Line, Ask("核对了什么", "哪份证明、编号、哪天的")]
    knows_risk: Annotated[Confirmed, Ask("已签风险揭示书", "签了选是;没签不能看股权项目")]
    conditions: Annotated[Paragraph | None, Ask("说明", "一行一条")] = None


def find_qualified_investors(session: Session, on: date) -> frozenset[str]:
    """Their names, on that day."""
    return frozenset(record.name for record in list_in_force(session, QUALIFIED_INVESTOR, on))


def is_shut_out(session: Session, institution: Institution | None, on: date) -> bool:
    """Whether it is an investor whose record does not hold that day: it is shown nothing, also of what it was given
    while the record held."""
    if institution is None or institution.party != Party.INVESTOR:
        return False
    return institution.name not in find_qualified_investors(session, on)
