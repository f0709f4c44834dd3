"""Drafts of the declarations for a post that offers open licences: nothing is handed in for its owner."""

from datetime import date

from sqlalchemy.orm import Session

from core.errors import Conflict
from models import MarketPost
from nlp.market.declaration import Declaration, Terms, draft_declaration
from nlp.market.posts import Mode
from services.market.trade_record import find_kept, normal_number
from services.patents import find_patent, term_end


def draft_declarations(
    session: Session, post: MarketPost, *, payment: str, until: date | None, remark: str, today: date
) -> list[Declaration]:
    """One for each right of the post. Raises Conflict where it offers no open licence."""
    if Mode.OPEN_LICENCE not in post.modes or not post.rights:
        raise Conflict("这条没有用专利做开放许可,不用写声明。")
    return [
        draft_declaration(_terms(session, post, number, payment, until, remark), on=today) for number in post.rights
    ]


def _terms(session: Session, post: MarketPost, number: str, payment: str, until: date | None, remark: str) -> Terms:
    patent, kept = find_patent(session, number), find_kept(session, post, number)
    owners = [str(each["name"]) for each in patent.applicants] if patent is not None else []
    if not owners and kept is not None:
        owners = list(kept.owner_names)
    known = patent.application_number if patent is not None else None
    return Terms(
        number=known or normal_number(number),
        title=patent.title if patent is not None else post.title,
        owner_names=tuple(owners),
        fee_yuan=post.amount,
        payment=payment,
        until=until,
        term_ends_on=term_end(patent) if patent is not None else None,
        remark=remark,
    )
