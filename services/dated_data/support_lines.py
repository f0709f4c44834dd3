"""Funds and help for service firms as an owner reads them, a line each; none of it is a promise."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from core.i18n import chinese_amount, chinese_date
from models import DatedRecord
from services.catalogue.sectors import Sector
from services.dated_data.lookup import find_records
from services.dated_data.support import SupportType

FUND = "operating_fund"
INSTITUTION_SUPPORT = "institution_support"
SECTORS = {each.value: each.label for each in Sector}
TYPES = {each.value: each.label for each in SupportType}
MEASURES = {"planned": "预计总规模", "first_close": "首期计划募资", "raised": "已募集"}


def list_funds(session: Session, *, region: str | None, on: date, sector: str | None = None) -> list[DatedRecord]:
    """Funds that cover the place, the nearest first; one that names its trades only for these."""
    found = find_records(session, FUND, region=region, on=on)
    return [each for each in found if not sector or not each.values.get("sectors") or sector in each.values["sectors"]]


def said_support(record: DatedRecord, *, on: date) -> str:
    """One fund, or one help, in a sentence; the source is said beside it."""
    return SAID[record.kind](record, on)


def _fund(record: DatedRecord, on: date) -> str:
    values = record.values
    parts = [f"{name}{chinese_amount(values[key])}" for key, name in MEASURES.items() if values.get(key)]
    if parts:
        parts.append(f"是{values['figures_of']}的数")
    if values.get("sectors"):
        parts.append("投" + "、".join(SECTORS[each] for each in values["sectors"]))
    parts.append(str(values.get("apply") or "怎么对接由专员核实"))
    return f"{record.name}:{','.join(parts)}。投不投由基金定。"


def _institution_support(record: DatedRecord, on: date) -> str:
    values = record.values
    said = f"{record.name}({TYPES[values['type']]}):{values['gives']},给{values['whom']}"
    return f"{said}{_window(values, on)}。能不能拿到由{values['authority']}定。"


def _window(values: Mapping[str, Any], on: date) -> str:
    if not values.get("window_to"):
        return ""
    until = date.fromisoformat(values["window_to"])
    return f",窗口{chinese_date(until)}已关" if until < on else f",{chinese_date(until)}前申报"


SAID: Mapping[str, Callable[[DatedRecord, date], str]] = {FUND: _fund, INSTITUTION_SUPPORT: _institution_support}
