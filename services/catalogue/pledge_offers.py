"""Which banks' products fit a request, why, and what single thing would open another one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.i18n import chinese_amount
from models import DatedRecord
from nlp.rules.periods import add_months
from services.catalogue.facts import Facts, Finding, Level
from services.catalogue.rights import NamedPatent
from services.dated_data.lookup import find_records, said_source

KIND_NAMES = {"invention": "发明", "utility_model": "实用新型", "design": "外观设计"}


@dataclass(frozen=True)
class Offer:
    """A product, what speaks for it, and what is missing; it fits where nothing is."""

    product: DatedRecord
    reasons: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def fits(self) -> bool:
        return not self.missing


def loan_end(facts: Facts) -> date:
    """When the loan would be due if it were paid out today."""
    return add_months(facts.today, int(facts.form.get("term_months") or 0))


def list_offers(facts: Facts, patents: Sequence[NamedPatent]) -> list[Offer]:
    """What fits first, the cheapest in front; then products that only one thing keeps away."""
    products = find_records(facts.session, "bank_product", region=facts.region, on=facts.today)
    offers = [_offer(product, facts, patents) for product in products]
    near = [offer for offer in offers if len(offer.missing) <= 1]
    return sorted(near, key=lambda offer: (len(offer.missing), offer.product.values["rate_from"]))


def said_offer(offer: Offer) -> Finding:
    """An offer in one line."""
    values = offer.product.values
    rate = f"年利率{said_rate(values['rate_from'], values['rate_to'])}"
    source = said_source(offer.product)
    if offer.fits:
        text = f"{offer.product.name} 合适:{'、'.join(offer.reasons)};{rate}。"
        return Finding(Level.FINE, text, source, is_offer=True)
    text = f"{offer.product.name} 只差一样:{offer.missing[0]};{rate}。"
    return Finding(Level.GAP, text, source, is_offer=True)


def said_rate(low: float, high: float) -> str:
    """3.45%至4.35%, or 4% where both are one."""
    return f"{low:g}%" if low == high else f"{low:g}%至{high:g}%"


def _offer(product: DatedRecord, facts: Facts, patents: Sequence[NamedPatent]) -> Offer:
    checks = list(_checks(product.values, facts, patents))
    return Offer(
        product,
        tuple(text for is_met, text, _ in checks if is_met),
        tuple(text for is_met, _, text in checks if not is_met),
    )


def _checks(values: dict[str, Any], facts: Facts, patents: Sequence[NamedPatent]) -> Iterator[tuple[bool, str, str]]:
    """Each condition: whether it is met, how that reads, what would be needed."""
    amount, months = int(facts.form.get("amount") or 0), int(facts.form.get("term_months") or 0)
    ceiling = chinese_amount(values["ceiling"])
    yield amount <= values["ceiling"], f"{ceiling}以内", f"金额降到{ceiling}以内"
    shortest, longest = values["min_months"], values["max_months"]
    is_in = shortest <= months <= longest
    yield is_in, f"期限{shortest}至{longest}个月", f"期限改成{shortest}至{longest}个月"
    accepted = "、".join(KIND_NAMES[kind] for kind in values["accepted"])
    needed = max(1, int(values.get("min_patents") or 1))
    until = add_months(loan_end(facts), int(values["min_remaining_months"]))
    usable = [each for each in patents if each.lasts_beyond(until) and _kind(each) in values["accepted"]]
    unknown = [each for each in patents if each.patent is None]
    lacking = f"还要{needed - len(usable)}件有效的{accepted}专利"
    lacking += f",贷款到期后至少再保护{values['min_remaining_months']}个月"
    if unknown and len(usable) + len(unknown) >= needed:
        lacking = f"核实{'、'.join(each.number for each in unknown)}是有效的{accepted}专利"
    yield len(usable) >= needed, f"{len(usable)}件{accepted}专利可用", lacking


def _kind(each: NamedPatent) -> str:
    return each.patent.kind if each.patent is not None else ""
