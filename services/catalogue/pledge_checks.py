"""What can be said of a pledge before anybody looks: is each patent there, in force, long enough; what it costs."""

from collections.abc import Iterator
from datetime import date

from core.i18n import chinese_date
from models import Patent
from models.patent import LegalStatus
from services.catalogue.model import Facts, Finding, Level
from services.patents import find_patent, term_end

RIGHTS_IN_FORCE = "《民法典》第四百四十条、《专利法》第四十二条"


def check_pledge(facts: Facts) -> list[Finding]:
    """One finding a patent at least; what no register tells us is said to be open."""
    found = [finding for number in facts.form.get("patents", ()) for finding in _of_patent(facts, number)]
    return [
        *found,
        Finding(Level.GAP, "是否已质押、被查封、有没有共有人,专员查登记簿核对。", "《民法典》第四百四十四条"),
    ]


def _of_patent(facts: Facts, number: str) -> Iterator[Finding]:
    patent = find_patent(facts.session, number)
    if patent is None:
        yield Finding(Level.GAP, f"{number}:库里没有这件,专员去国家局登记簿查。")
        return
    name = f"{number}({patent.title})"
    if patent.legal_status != LegalStatus.ACTIVE:
        yield Finding(Level.STOP, f"{name}:现在不是有效状态,不能质押。", RIGHTS_IN_FORCE)
        return
    end = term_end(patent)
    wanted = _months_later(facts.today, int(facts.form.get("term_months") or 0))
    if end is not None and end <= wanted:
        yield Finding(Level.STOP, f"{name}:{chinese_date(end)}到期,比贷款期短。", RIGHTS_IN_FORCE)
        return
    yield Finding(Level.FINE, f"{name}:有效{_until(patent)}。")


def _until(patent: Patent) -> str:
    end = term_end(patent)
    return f",{chinese_date(end)}到期" if end else ""


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, 28))
