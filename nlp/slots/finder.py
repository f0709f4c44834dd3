"""All slots of one sentence, in the order in which they take their words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from nlp.ipc_titles import IpcTitles
from nlp.patent_numbers import find_numbers
from nlp.refinements import uncorrected
from nlp.segmenter import Segmenter
from nlp.slots import contacts, dates, money, patents
from nlp.slots.days import Day, find_days
from nlp.slots.ipc_classes import find_named_class
from nlp.slots.organisations import OrganisationFinder, Organisations
from nlp.slots.regions import RegionFinder
from nlp.slots.scan import Found, Scan
from nlp.slots.subjects import SubjectFinder
from nlp.slots.topics import TopicFinder
from nlp.slots.trade_conditions import TradeCondition, find_trade_conditions

# who speaks: no subject and no inventor
SELF_NAME = re.compile(r"(?:我叫|我姓名是|本人|姓名:?)\s*[一-鿿]{2,3}(?=[\s,。|]|$)")
NUMBER_LEAD = re.compile(r"(?:专利号|申请号|公开号|公告号|号码)\s*(?:是|为|:)?\s*$")


@dataclass(frozen=True)
class SlotReading:
    """What a sentence says before its intent decides what counts. `left` is what no slot has taken."""

    values: Mapping[str, Any] = field(default_factory=dict)
    exclude: Mapping[str, list[str]] = field(default_factory=dict)
    organisations: Organisations = field(default_factory=Organisations)
    periods: tuple[dates.Period, ...] = ()
    days: tuple[Day, ...] = ()
    left: str = ""
    # As long as `left`: what it was before.
    text: str = ""
    has_invalid_number: bool = False
    # A class called by its name; its words are a subject where the wish has no use for classes.
    named_class: Found | None = None
    # Ways of trade said as conditions; they are none where the wish is a trade itself.
    trade_conditions: tuple[TradeCondition, ...] = ()


class SlotFinder:
    """Reads every slot of a plain sentence; pure after construction."""

    def __init__(self, segmenter: Segmenter, ipc_titles: IpcTitles | None = None) -> None:
        self._ipc_titles = ipc_titles or IpcTitles(segmenter)
        self._regions = RegionFinder(segmenter)
        self._organisations = OrganisationFinder(segmenter)
        self.topics = TopicFinder(segmenter)
        self.subjects = SubjectFinder(segmenter, self.topics)

    def read(self, text: str, at: date) -> SlotReading:
        """What holds in the end: after 杭州 哦不对 温州 it is 温州, and what was not corrected stays."""
        before, after = uncorrected(text)
        if not after:
            return self._read(before, at)
        first, second = self._read(before, at), self._read(after, at)
        names = second.organisations if second.organisations.is_named else first.organisations
        subject = second if self.topics.find(second.left, None) else first
        return SlotReading(
            {**first.values, **second.values},
            {**first.exclude, **second.exclude},
            names,
            second.periods or first.periods,
            second.days or first.days,
            subject.left,
            subject.text,
            second.has_invalid_number,
            subject.named_class,
            subject.trade_conditions or first.trade_conditions,
        )

    def _read(self, text: str, at: date) -> SlotReading:
        """Everything found, longest and surest forms first, so that no word counts twice."""
        scan = Scan(text)
        values: dict[str, Any] = {}
        exclude: dict[str, list[str]] = {}
        has_invalid = _read_number(scan, values)
        for name, finder in (
            ("case_number", contacts.find_case_number),
            ("phone", contacts.find_phone),
            ("ipc", patents.find_ipc),
        ):
            _take(scan, values, name, finder(scan.left))
        for own_name in SELF_NAME.finditer(scan.left):
            scan.take(own_name.start(), own_name.end())
        full_name = self._organisations.find_full_name(scan)
        periods, single_days = _read_dates(scan, at)
        _read_quantities(scan, values)
        inventor = self._organisations.find_inventor(scan)
        excluded_names = self._organisations.take_excluded(scan)
        if excluded_names:
            exclude["applicant"] = excluded_names
        short_name = self._organisations.find_short_name(scan)
        if inventor:
            values["inventor"] = inventor.value
        for region in self._regions.find(scan.left):
            _set(values, exclude, "region", region, scan)
        for applicant_type in self._organisations.find_types(scan.left):
            _set(values, exclude, "applicant_type", applicant_type, scan)
        self._read_terms(scan, values, exclude)
        _drop_idle_exclusions(values, exclude)
        return SlotReading(
            values,
            exclude,
            Organisations(full_name, short_name),
            tuple(periods),
            tuple(single_days),
            scan.left,
            scan.text,
            has_invalid,
            None if "ipc" in values else find_named_class(scan.text, self._ipc_titles),
            find_trade_conditions(scan.text),
        )

    def _read_terms(self, scan: Scan, values: dict[str, Any], exclude: dict[str, list[str]]) -> None:
        rights = patents.find_rights(scan.left)
        for mode in patents.find_trade_modes(scan.left):
            values.setdefault("trade_mode", mode.value)
        for status in patents.find_statuses(scan.left):
            _set(values, exclude, "legal_status", status, scan)
        kinds = patents.find_kinds(scan.left)
        for kind in kinds:
            _set(values, exclude, "patent_kind", kind, scan)
        also = patents.named_together(scan.text, kinds)
        if "patent_kind" in values and len(also) > 1 and "patent_kind" not in exclude:
            values["patent_kind"] = also
        if rights:
            values["right_type"] = next((right.value for right in rights if right.value != "patent"), "patent")


def _drop_idle_exclusions(values: dict[str, Any], exclude: dict[str, list[str]]) -> None:
    """不是广州的,是深圳的: nothing of 广州 would come anyway; 广东的 不要深圳 does say something."""
    wanted = values.get("region")
    if wanted and "region" in exclude:
        exclude["region"] = [place for place in exclude["region"] if place.startswith(wanted)]
        if not exclude["region"]:
            del exclude["region"]


def _take(scan: Scan, values: dict[str, Any], name: str, found: Found | None) -> None:
    if found is not None:
        values[name] = found.value
        scan.take(found.start, found.end)


def _set(values: dict[str, Any], exclude: dict[str, list[str]], name: str, found: Found, scan: Scan) -> None:
    """A filter, or what must not be where it is negated."""
    span = patents.excluded_span(scan.text, found)
    if span is not None:
        if found.value not in exclude.setdefault(name, []):
            exclude[name].append(found.value)
        scan.take(*span)
        return
    values.setdefault(name, found.value)
    scan.take(found.start, found.end)


def _read_number(scan: Scan, values: dict[str, Any]) -> bool:
    numbers = find_numbers(scan.text)
    for number in numbers:
        if number.is_valid:
            values.setdefault("patent_number", number.normal)
        lead = NUMBER_LEAD.search(scan.text[: number.start])
        scan.take(lead.start() if lead else number.start, number.end)
    return bool(numbers) and "patent_number" not in values


def _read_dates(scan: Scan, at: date) -> tuple[list[dates.Period], list[Day]]:
    periods = [_wanted_period(period, scan) for period in dates.find_periods(scan.left, at)]
    found_days = find_days(scan.left, at)
    for start, end in [(item.start, item.end) for item in periods] + [(item.start, item.end) for item in found_days]:
        scan.take(start, end)
    return periods, found_days


def _wanted_period(period: dates.Period, scan: Scan) -> dates.Period:
    span = patents.excluded_span(scan.text, Found(period.start, period.end, None))
    if span is None or (period.first is not None and period.last is not None):
        return period
    scan.take(*span)
    return dates.complement(period)


def _read_quantities(scan: Scan, values: dict[str, Any]) -> None:
    for name, found in (("amount", money.find_amounts(scan.left)), ("term_months", money.find_terms(scan.left))):
        if found:
            values[name] = found[0].value
            scan.take(found[0].start, found[0].end)
    _take(scan, values, "ordinal", contacts.find_ordinal(scan.left))
