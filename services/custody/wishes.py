"""What an owner wants to do with a right in custody, said in one word: the form that it opens, filled in with what we
know; or nothing, for a year."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict
from models import CustodyRight, PatentKind, RightKind, User
from nlp.market.posts import Mode
from nlp.rules.periods import add_months
from services.casework.drafts import start_draft
from services.casework.offering import check_offered
from services.catalogue import service_of
from services.custody.access import get_own_right, get_right_to_decide
from services.custody.changes import note
from services.market.posting_facts import known_of_right

SET_ASIDE_MONTHS = 12
PLEDGE, AID = "pledge_financing", "enforcement_aid"
BY_HAND = "商标和著作权的买卖、质押现在由专员办。"


class Wish(StrEnum):
    LICENCE = "licence"
    SELL = "sell"
    PLEDGE = "pledge"
    ENFORCE = "enforce"
    REST = "rest"


MODES = {Wish.LICENCE: Mode.LICENCE_PLAIN, Wish.SELL: Mode.TRANSFER}
SERVICES = {Wish.PLEDGE: PLEDGE, Wish.ENFORCE: AID}


@dataclass(frozen=True)
class Opened:
    """What a wish opens: the fields of a post to be written, or the service whose draft was begun; neither for a right
    that is left alone until `right.set_aside_until`."""

    right: CustodyRight
    post: Mapping[str, Any] = field(default_factory=dict)
    service: str | None = None


def open_wish(session: Session, *, user: User, public_id: str, wish: Wish, now: datetime) -> Opened:
    """Raises NotFound, Conflict for what is done by staff, NotOffered, Forbidden where a colleague's right is to be
    left alone."""
    if wish is Wish.REST:
        return Opened(set_aside(session, user_id=user.id, public_id=public_id, now=now))
    right = get_own_right(session, user.id, public_id, lock=True)
    check_wish(right, wish)
    if wish in MODES:
        _take_up(right, user.id, wish, now)
        session.flush()
        return Opened(right, post=post_of(session, right, wish))
    service = service_of(SERVICES[wish])
    check_offered(service)
    _take_up(right, user.id, wish, now)
    start_draft(session, user=user, service=service, said=known_of(right, wish), now=now)
    return Opened(right, service=service.key)


def check_wish(right: CustodyRight, wish: Wish) -> None:
    """Raises Conflict where our forms do not take this kind of right."""
    if right.kind != RightKind.PATENT and wish in {Wish.LICENCE, Wish.SELL, Wish.PLEDGE}:
        raise Conflict(BY_HAND)


def set_aside(session: Session, *, user_id: int, public_id: str, now: datetime) -> CustodyRight:
    """Nothing is to be done with it: no advice for a year; its fees are minded as before. Saying it again begins the
    year anew. Raises NotFound, Forbidden."""
    right = get_right_to_decide(session, user_id, public_id)
    right.set_aside_until = add_months(china_date(now), SET_ASIDE_MONTHS)
    note(right, "set_aside", now, user_id=user_id, details={"until": right.set_aside_until.isoformat()})
    session.flush()
    return right


def is_set_aside(right: CustodyRight, today: date) -> bool:
    return right.set_aside_until is not None and today <= right.set_aside_until


def post_of(session: Session, right: CustodyRight, wish: Wish) -> dict[str, Any]:
    """The fields of an offer as they are known: its rights and way, and what the record tells."""
    known = known_of_right(session, [right.number])
    named = {"title": right.title[:60], **{name: value for name, value in known.items() if name != "owners"}}
    return {"side": "offer", "rights": [right.number], "modes": [MODES[wish].value], **named}


def known_of(right: CustodyRight, wish: Wish) -> dict[str, Any]:
    """What the form of a service may be begun with."""
    if wish is Wish.PLEDGE:
        return {"patents": [right.number]}
    kind = right.patent_kind if right.kind == RightKind.PATENT else right.kind
    is_told = kind in {*PatentKind, RightKind.TRADEMARK, RightKind.COPYRIGHT}
    return {"number": right.number, **({"right": str(kind)} if is_told else {})}


def _take_up(right: CustodyRight, user_id: int, wish: Wish, now: datetime) -> None:
    """Whoever does something with it does not leave it alone any more."""
    right.set_aside_until = None
    note(right, "wished", now, user_id=user_id, details={"wish": wish.value})
