"""Vacant rooms that fit a project, and what investors will ask first."""

from collections.abc import Iterator

from models import DatedRecord
from services.catalogue.facts import Facts, Finding, Level
from services.dated_data.lookup import find_records, said_source
from services.dated_data.support_lines import list_funds, said_support

MOST = 3


def check_incubation(facts: Facts) -> list[Finding]:
    """Rooms with the reason why they fit; what must be there before capital is looked for."""
    wants = set(facts.form.get("wants") or ())
    found: list[Finding] = []
    if "space" in wants:
        found += list(_spaces(facts))
    if "capital" in wants:
        if facts.form.get("knows_risk") is not True:
            found.append(Finding(Level.STOP, "股权投资有风险,先确认清楚风险再对接。"))
        found.append(Finding(Level.GAP, "投资方先看权属:专利在公司名下吗、有没有质押或共有人,专员会核对。"))
        found += funds_for(facts, sector=facts.form.get("sector"))
    return found


def funds_for(facts: Facts, *, sector: str | None = None) -> list[Finding]:
    """Operating funds of the place that a project may be shown to."""
    found = list_funds(facts.session, region=facts.region, on=facts.today, sector=sector)[:MOST]
    return [Finding(Level.FINE, said_support(each, on=facts.today), said_source(each), is_offer=True) for each in found]


def said_vacancy(facts: Facts, record: DatedRecord) -> str | None:
    """What somebody who looks for a room hears of one that has become free; None where it does not fit, or where an
    incubator has taken the project in."""
    looks = "space" in set(facts.form.get("wants") or ()) and "in_incubator" not in facts.results
    reasons = _reasons(facts, record) if looks else []
    if not reasons:
        return None
    return f"有空房了:{record.name}:{'、'.join(reasons)}。想看就说“转人工”,能不能入驻由孵化器定。"


def _reasons(facts: Facts, record: DatedRecord) -> list[str]:
    """Why a room fits; nothing where it does not, or where none of it is free."""
    values, wanted = record.values, int(facts.form.get("area") or 0)
    sectors = values.get("sectors") or []
    is_refused = sectors and facts.form.get("sector") not in sectors
    if int(values["vacant_area"]) < max(wanted, 1) or is_refused:
        return []
    reasons = [f"空{values['vacant_area']}平方米", "收这个行业" if sectors else "不限行业"]
    if values.get("rent") is not None:
        reasons.append(f"每月每平方米{values['rent']}元")
    return reasons


def _spaces(facts: Facts) -> Iterator[Finding]:
    fitting = [
        Finding(Level.FINE, f"{record.name}:{'、'.join(reasons)}。", said_source(record))
        for record in find_records(facts.session, "incubator_space", region=facts.region, on=facts.today)
        if (reasons := _reasons(facts, record))
    ]
    yield from fitting[:MOST]
    if not fitting:
        yield Finding(Level.GAP, "登记的场地里暂时没有合适的,专员去问。")
