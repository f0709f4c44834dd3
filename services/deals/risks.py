"""What was looked at before a right changes hands, by whom and when, and what stays open: for whoever takes it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from core.clock import china_date
from models import Deal
from nlp.rules.model import Article
from services.deals.checklist import CHECKER_NAMES, checklist_of, confirmed_by
from services.deals.graph import AGREED_TO_TALK, CLOSED
from services.deals.publicity import FINE, find_publicity
from services.deals.publicity import KEY as PUBLICITY
from services.deals.standing import find_barriers


class RiskState(StrEnum):
    """checked: whom it concerns confirmed it · open: somebody has not yet · barred: it stands in the way today ·
    not_looked: nobody looks at it in a deal here"""

    CHECKED = "checked"
    OPEN = "open"
    BARRED = "barred"
    NOT_LOOKED = "not_looked"


@dataclass(frozen=True)
class Risk:
    """`on` is the day of the last confirmation, `by` who confirmed or is waited for."""

    key: str
    text: str
    state: RiskState
    article: Article | None = None
    on: date | None = None
    by: tuple[str, ...] = ()


# What no deal here answers, and whoever takes the right should know.
NEVER_LOOKED = (
    Risk("freedom", "用这项技术会不会侵犯别人的专利,这一单不查", RiskState.NOT_LOOKED, ("专利法", "第十一条")),
    Risk("validity", "专利会不会被宣告无效,这一单不查", RiskState.NOT_LOOKED, ("专利法", "第四十五条")),
)


def list_risks(session: Session, deal: Deal, now: datetime) -> list[Risk]:
    """What stands in the way first, then what is open, what was checked, and what nobody looks at. Empty before a price
    is agreed: nothing was checked by then."""
    if deal.mode is None:
        return []
    is_live = deal.state in AGREED_TO_TALK - CLOSED
    barred = [
        Risk(each.rule, f"{each.right} {each.text}".strip(), RiskState.BARRED, each.article)
        for each in (find_barriers(session, deal, now) if is_live else [])
    ]
    found = [*barred, *_publicity(session, deal, now), *(_confirmed(deal))]
    order = list(RiskState)
    by_state = sorted(found, key=lambda risk: (SHOWN_FIRST.index(risk.state), order.index(risk.state)))
    return [*by_state, *(NEVER_LOOKED if deal.rights else ())]


SHOWN_FIRST = (RiskState.BARRED, RiskState.OPEN, RiskState.CHECKED, RiskState.NOT_LOOKED)


def _confirmed(deal: Deal) -> list[Risk]:
    found = []
    for check in checklist_of(deal):
        done = confirmed_by(deal, check)
        missing = check.by - done
        days = [china_date(datetime.fromisoformat(at)) for at in deal.checks.get(check.key, {}).values()]
        who = tuple(CHECKER_NAMES[each] for each in sorted(missing or done))
        state = RiskState.OPEN if missing else RiskState.CHECKED
        found.append(Risk(check.key, check.text, state, check.article, max(days, default=None), who))
    return found


def _publicity(session: Session, deal: Deal, now: datetime) -> list[Risk]:
    found = find_publicity(session, deal, china_date(now))
    if found is None or found.standing in FINE:
        return []
    return [Risk(f"{PUBLICITY}_period", found.said, RiskState.OPEN)]
