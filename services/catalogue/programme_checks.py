"""A firm against the programmes of its place, condition by condition; what figures cannot tell is left to a person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.i18n import chinese_amount, chinese_date
from models import DatedRecord
from services.catalogue.facts import Facts, Finding, Level
from services.dated_data.lookup import find_records, said_source
from services.dated_data.support_lines import INSTITUTION_SUPPORT, list_funds, said_support

MOST = 6
MOST_BESIDES = 3
# What a firm that lives on serving rights calls itself.
SERVICE_FIRM = ("知识产权", "专利", "商标")
NO_PROMISE = "能不能拿到由主管部门定。"


@dataclass(frozen=True)
class Condition:
    """A bound of a programme, the firm's figure that it is compared with, and how both are said."""

    bound: str
    figure: str
    name: str
    is_most: bool

    def gap(self, values: Mapping[str, Any], form: Mapping[str, Any]) -> str | None:
        """What is missing, in words; None where it holds or the programme does not ask for it."""
        bound, figure = values.get(self.bound), form.get(self.figure)
        if bound is None or figure is None:
            return None
        holds = figure <= bound if self.is_most else figure >= bound
        if holds:
            return None
        word = "最多" if self.is_most else "至少"
        return f"{self.name}{word}{self._said(bound)},您是{self._said(figure)}"

    def _said(self, value: float) -> str:
        if "sales" in self.figure:
            return chinese_amount(int(value))
        return f"{value:g}%" if "share" in self.figure else f"{value:g}"


CONDITIONS = (
    Condition("max_staff", "staff", "员工", True),
    Condition("max_sales", "sales", "年销售额", True),
    Condition("min_research_share", "research_share", "研发占比", False),
    Condition("min_inventions", "inventions", "有效发明", False),
    Condition("min_patents", "patents", "有效专利", False),
    Condition("min_years", "years", "成立年数", False),
)


def check_programmes(facts: Facts) -> list[Finding]:
    """Programmes that fit come first, then those with the fewest gaps; then funds, and what a service firm may get."""
    return [*_programmes(facts), *_besides(facts)]


def _programmes(facts: Facts) -> list[Finding]:
    records = find_records(facts.session, "programme", region=facts.region, on=facts.today)
    judged = sorted(((_gaps(record, facts), record) for record in records), key=lambda each: len(each[0]))
    if not judged:
        text = "库里还没有这个地区的项目,专员查当地最新通知后回您。"
        return [Finding(Level.GAP, text)]
    return list(_said(judged[:MOST], facts))


def _besides(facts: Facts) -> Iterator[Finding]:
    found = list_funds(facts.session, region=facts.region, on=facts.today)[:MOST_BESIDES]
    if any(word in str(facts.form.get("company") or "") for word in SERVICE_FIRM):
        helped = find_records(facts.session, INSTITUTION_SUPPORT, region=facts.region, on=facts.today)
        found = [*helped[:MOST_BESIDES], *found]
    for record in found:
        yield Finding(Level.FINE, said_support(record, on=facts.today), said_source(record))


def _gaps(record: DatedRecord, facts: Facts) -> list[str]:
    gaps = [gap for condition in CONDITIONS if (gap := condition.gap(record.values, facts.form))]
    until = record.values.get("window_to")
    if until and date.fromisoformat(until) < facts.today:
        gaps.append(f"窗口{chinese_date(date.fromisoformat(until))}已关")
    return gaps


def _said(judged: list[tuple[list[str], DatedRecord]], facts: Facts) -> Iterator[Finding]:
    for gaps, record in judged:
        values = record.values
        window = f",{chinese_date(date.fromisoformat(values['window_to']))}前申报" if values.get("window_to") else ""
        if gaps:
            yield Finding(Level.GAP, f"{record.name}:还差 {';'.join(gaps)}。", said_source(record))
            continue
        more = "其余条件由专员核对。" if values.get("conditions") else ""
        text = f"{record.name}:数字条件都对得上,{values['gives']}{window}。{more}{NO_PROMISE}"
        yield Finding(Level.FINE, text, said_source(record), is_offer=True)
