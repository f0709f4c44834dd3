"""Vacant rooms that fit a project, and what investors will ask first."""

from collections.abc import Iterator

from services.catalogue.model import Facts, Finding, Level
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


def _spaces(facts: Facts) -> Iterator[Finding]:
    wanted, sector = int(facts.form.get("area") or 0), facts.form.get("sector")
    fitting = []
    for record in find_records(facts.session, "incubator_space", region=facts.region, on=facts.today):
        values = record.values
        sectors = values.get("sectors") or []
        if int(values["vacant_area"]) < wanted or (sectors and sector not in sectors):
            continue
        reasons = [f"空{values['vacant_area']}平方米", "收这个行业" if sectors else "不限行业"]
        if values.get("rent") is not None:
            reasons.append(f"每月每平方米{values['rent']}元")
        fitting.append(Finding(Level.FINE, f"{record.name}:{'、'.join(reasons)}。", said_source(record)))
    yield from fitting[:MOST]
    if not fitting:
        yield Finding(Level.GAP, "登记的场地里暂时没有合适的,专员去问。")
