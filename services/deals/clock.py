"""On which day a deal is looked at next: one day in its row, which moves on in the transaction that says something."""

from collections.abc import Iterator
from datetime import date, timedelta

from core.clock import china_date
from models import Deal, DealState
from services.deals.graph import CLOSED
from services.deals.open_offer import find_open_offer
from services.deals.publicity import looks_on
from services.deals.settings import DealSettings, deal_settings


def plan_notice(deal: Deal, today: date) -> None:
    """The first day after today on which there is something to say or to end; none for what is closed."""
    deal.next_notice_on = None
    if deal.state in CLOSED:
        return
    ahead = [day for day in _days(deal, today, deal_settings(today)) if day > today]
    deal.next_notice_on = min(ahead, default=None)


def answer_ends_on(deal: Deal, settings: DealSettings) -> date:
    """The last day on which an enquiry may be answered."""
    return china_date(deal.created_at) + timedelta(days=settings.answer_days)


def idle_rounds(deal: Deal, today: date, settings: DealSettings) -> int:
    """How often by now a deal that does not move was to be brought to mind."""
    return (today - china_date(deal.state_since)).days // settings.idle_days


def last_planned(deal: Deal, today: date, settings: DealSettings) -> date | None:
    """The latest day up to today on which both were to hear of the registration; None for none yet. A day on which
    nobody looked is made up for at the next look."""
    since = china_date(deal.state_since)
    if deal.register_by is None:
        rounds = idle_rounds(deal, today, settings)
        return since + timedelta(days=rounds * settings.idle_days) if rounds else None
    days = [deal.register_by - timedelta(days=days) for days in settings.before_registration]
    late = (today - deal.register_by).days
    if late > 0:
        passed = (late - 1) // settings.late_every_days
        days.append(deal.register_by + timedelta(days=1 + passed * settings.late_every_days))
    return max((day for day in days if since < day <= today), default=None)


def _days(deal: Deal, today: date, settings: DealSettings) -> Iterator[date]:
    state = DealState(deal.state)
    if state is DealState.ENQUIRED:
        yield china_date(deal.created_at) + timedelta(days=settings.remind_after_days)
        yield answer_ends_on(deal, settings) + timedelta(days=1)
        return
    yield _next_idle(deal, today, settings)
    if deal.rights:
        # Whether they still stand, and how long there is to register, is asked every day.
        yield today + timedelta(days=1)
    if (published_until := looks_on(deal)) is not None:
        yield published_until + timedelta(days=1)
    offer = find_open_offer(deal) if state is DealState.TALKING else None
    if offer is not None:
        yield offer.until
        yield offer.until + timedelta(days=1)


def _next_idle(deal: Deal, today: date, settings: DealSettings) -> date:
    since = china_date(deal.state_since)
    rounds = max(0, (today - since).days) // settings.idle_days + 1
    return since + timedelta(days=rounds * settings.idle_days)
