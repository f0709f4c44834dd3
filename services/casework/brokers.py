"""Who may answer for a brokered case: with a licence on record where the place demands one, else anybody, with a word.

See docs/decisions.md on why a missing licence is shown and not blocked by default.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from core.clock import china_date
from core.i18n import chinese_date
from models import Case, DatedRecord, Staff
from services.catalogue import find_service
from services.dated_data.brokers import find_licences, is_licence_demanded
from services.dated_data.lookup import CONFIDENCE_WORDS

NEEDS_LICENCE = "这个地方的质押融资要由有经纪资质的同事办。"
ENDS_SOON = timedelta(days=30)


@dataclass(frozen=True)
class BrokerLine:
    """What is said of the licence of whoever has the case; `is_warning` where it must be seen to."""

    text: str
    is_warning: bool


def licensed_among(session: Session, case: Case, people: Iterable[Staff], now: datetime) -> list[Staff]:
    """Those of them who may answer for the case: everybody where it needs no licence."""
    everybody = list(people)
    if not everybody or not _is_demanded(session, case, china_date(now)):
        return everybody
    licences = find_licences(session, china_date(now))
    return [person for person in everybody if person.username in licences]


def lacks_licence(session: Session, person: Staff, case: Case, now: datetime) -> bool:
    """Whether the place demands a licence that this person has not got."""
    return not licensed_among(session, case, [person], now)


def unlicensed_names(session: Session, case: Case, people: Iterable[Staff], now: datetime) -> frozenset[str]:
    """The user names of those without a licence, marked where one is chosen; none where the case has no broker, or
    where nobody has one and none is demanded: a mark on every name tells nothing."""
    if not _is_brokered(case):
        return frozenset()
    licences = find_licences(session, china_date(now))
    if not licences and not _is_demanded(session, case, china_date(now)):
        return frozenset()
    return frozenset(person.username for person in people if person.username not in licences)


def tell_licence(session: Session, case: Case, now: datetime) -> BrokerLine | None:
    """None where the case has no broker, or nobody has it."""
    person, today = case.assignee, china_date(now)
    if person is None or not _is_brokered(case):
        return None
    licence = find_licences(session, today).get(person.username)
    if licence is not None:
        soon = licence.valid_to is not None and licence.valid_to <= today + ENDS_SOON
        return BrokerLine(f"{person.display_name}的经纪资质:{_said(licence)}{',快到期了' if soon else ''}。", soon)
    if is_licence_demanded(session, region=case.region, on=today):
        return BrokerLine(f"{person.display_name}没有有效的经纪资质。{NEEDS_LICENCE}请转给有资质的同事。", True)
    return BrokerLine(f"{person.display_name}没有登记有效的经纪资质;当地没有登记必须有的规定,可以照常办。", False)


def _said(licence: DatedRecord) -> str:
    values = licence.values
    until = f"{chinese_date(licence.valid_to)}到期" if licence.valid_to else "没写到期日"
    checked = f"{licence.approved_by.display_name}核对" if licence.approved_by else ""
    demo = CONFIDENCE_WORDS["DEMO"] if licence.confidence == "DEMO" else ""
    return ",".join(filter(None, (f"{values['number']}({values['issuer']})", until, checked, demo)))


def _is_brokered(case: Case) -> bool:
    service = find_service(case.kind)
    return service is not None and service.is_brokered


def _is_demanded(session: Session, case: Case, on: date) -> bool:
    return _is_brokered(case) and is_licence_demanded(session, region=case.region, on=on)
