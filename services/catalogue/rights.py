"""Patents that a request names, as their records tell: in force, until when, whose."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from core.i18n import chinese_date
from models import Patent
from models.patent import LegalStatus
from nlp.rules.periods import add_months
from services.catalogue.facts import Facts, Finding, Level
from services.patents import describe_status, find_patent, term_end

DISPOSABLE = "《民法典》第四百四十条"
TERM = "《专利法》第四十二条"
CO_OWNERS = "《专利法》第十四条"
LONGEST_TITLE = 30
SHOWN_OWNERS = 3


@dataclass(frozen=True)
class NamedPatent:
    """A number as it was given, and the patent where we have it; `ends_on` is the end of its term."""

    number: str
    patent: Patent | None

    @property
    def is_active(self) -> bool:
        return self.patent is not None and self.patent.legal_status == LegalStatus.ACTIVE

    @property
    def ends_on(self) -> date | None:
        return term_end(self.patent) if self.patent is not None else None

    @property
    def name(self) -> str:
        if self.patent is None:
            return self.number
        mark = "演示数据," if self.patent.is_demo else ""
        return f"{self.number}({mark}{self.patent.title[:LONGEST_TITLE]})"

    def lasts_beyond(self, day: date) -> bool:
        return self.is_active and (self.ends_on is None or self.ends_on > day)


def named_patents(facts: Facts) -> list[NamedPatent]:
    """The form's patents, in its order."""
    return [NamedPatent(number, find_patent(facts.session, number)) for number in facts.form.get("patents") or ()]


def check_rights(
    facts: Facts, patents: Sequence[NamedPatent], *, use: str, until: date | None = None, too_short: str = "已经到期。"
) -> list[Finding]:
    """Whether each is a right that lasts until that day, by default today; `use` says what it is for (质押)."""
    return [
        _right(each, today=facts.today, until=until or facts.today, use=use, too_short=too_short) for each in patents
    ]


def _right(each: NamedPatent, *, today: date, until: date, use: str, too_short: str) -> Finding:
    if each.patent is None:
        return Finding(Level.GAP, f"{each.number}:库里没有这件,专员去国家局登记簿查。")
    status = describe_status(each.patent, today)
    if each.patent.legal_status == LegalStatus.PENDING:
        return Finding(Level.STOP, f"{each.name}:还没授权,授权后才能{use}。", DISPOSABLE)
    if each.patent.legal_status == LegalStatus.UNKNOWN:
        return Finding(Level.GAP, f"{each.name}:{status}。", DISPOSABLE)
    end = each.ends_on
    if not each.is_active or (end is not None and end < today):
        return Finding(Level.STOP, f"{each.name}:{status},不能{use}。", DISPOSABLE)
    if end is not None and end <= until:
        return Finding(Level.STOP, f"{each.name}:{chinese_date(end)}到期,{too_short}", TERM)
    return Finding(Level.FINE, f"{each.name}:{status}{_next_fee(each, today)}。", TERM)


def _next_fee(each: NamedPatent, today: date) -> str:
    """When the next annual fee is due; whether the last one was paid no imported record tells."""
    filed = each.patent.application_date if each.patent is not None else None
    if filed is None or each.ends_on is None:
        return ""
    this_year = add_months(filed, 12 * (today.year - filed.year))
    due = this_year if this_year >= today else add_months(filed, 12 * (today.year - filed.year + 1))
    return f",下次年费{chinese_date(due)}前缴" if due < each.ends_on else ""


def check_owners(facts: Facts, patents: Sequence[NamedPatent]) -> Iterator[Finding]:
    """Where the published applicants are others than the firm, or more than one though none was named."""
    company, has_co_owners = str(facts.form.get("company") or ""), bool(facts.form.get("has_co_owners"))
    for each in patents:
        names = [str(owner["name"]) for owner in each.patent.applicants] if each.patent is not None else []
        if names and company and company not in names:
            shown = "、".join(names[:SHOWN_OWNERS])
            text = f"{each.name}:公开的申请人是{shown},不是{company}。转让过的以登记簿为准;只有权利人能处分。"
            yield Finding(Level.GAP, text, DISPOSABLE)
        if len(names) > 1 and not has_co_owners:
            text = f"{each.name}:公开的申请人有{len(names)}个,像是有共有人,请核对。"
            yield Finding(Level.GAP, text, CO_OWNERS)
    if has_co_owners:
        yield Finding(Level.GAP, "有共有人:要全体共有人同意,请准备共有人同意书。", CO_OWNERS)
