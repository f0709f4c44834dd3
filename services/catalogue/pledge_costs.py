"""What a pledge loan costs after the local subsidies, and who bears a loss: by rule, from dated records."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.i18n import chinese_amount, chinese_date
from models import DatedRecord
from nlp.rules import RuleResult, compute
from services.catalogue.facts import Estimate, Facts
from services.catalogue.money_words import exact, said_yuan
from services.catalogue.pledge_fund import said_fund
from services.catalogue.pledge_offers import list_offers
from services.catalogue.pledge_subsidies import ITEMS, open_subsidies
from services.catalogue.rights import named_patents
from services.dated_data.lookup import find_nearest, find_records, said_source

PERCENT, MONTHS_OF_A_YEAR = Decimal(100), Decimal(12)
RISK_PARTIES = ("insurer", "guarantor", "bank", "government")
NOT_A_PROMISE = "补贴批不批、批多少由主管部门定,多为先付后补;按没有补贴也还得起来借。"


@dataclass(frozen=True)
class Basis:
    """What a loan would cost: its terms, the fees with the records they come from, the subsidies in force."""

    loan: Decimal
    months: int
    rate_from: Decimal
    rate_to: Decimal
    terms: str
    fees: dict[str, tuple[Decimal, DatedRecord]]
    subsidies: dict[str, DatedRecord]


def estimate_pledge(facts: Facts) -> Estimate | None:
    """The loss of a defaulted loan by the agreed shares, else the loan's net cost; None without terms for it."""
    default = facts.results.get("defaulted")
    if default and "repaid" not in facts.results:
        return _loss(facts, Decimal(default["principal"]))
    return _net_cost(facts)


def _net_cost(facts: Facts) -> Estimate | None:
    basis = _basis(facts)
    if basis is None:
        return None
    low, high = _cost(basis, basis.rate_from, facts.today), _cost(basis, basis.rate_to, facts.today)
    said = said_yuan(low.value) if low.value == high.value else f"{said_yuan(low.value)}至{said_yuan(high.value)}"
    yearly = _range(_yearly(basis, low), _yearly(basis, high))
    headline = f"贷{chinese_amount(int(basis.loan))}、{basis.months}个月,扣掉能查到的补贴,净成本{said},折合年{yearly}。"
    lines = [basis.terms, *low.lines]
    if high.value != low.value:
        lines += ["按最高利率:", *high.lines]
    return Estimate(_marked(headline, basis), _main(basis), tuple(lines), tuple(_notes(facts, basis)))


def _main(basis: Basis) -> str:
    """The rate's source, and which subsidies are taken off."""
    counted = [
        f"{ITEMS[item]}{scheme.values['share']:g}%({said_source(scheme)})"
        for item, scheme in basis.subsidies.items()
        if scheme.values.get("share") is not None and (item == "interest" or item in basis.fees)
    ]
    return f"{basis.terms}{'扣了' + '、'.join(counted) if counted else '没有查到能扣的补贴'}。"


def _marked(headline: str, basis: Basis) -> str:
    records = [record for _, record in basis.fees.values()]
    is_invented = any(record.confidence == "DEMO" for record in records) or "演示" in basis.terms
    return f"{headline}(用了演示数据)" if is_invented else headline


def _basis(facts: Facts) -> Basis | None:
    """By what the bank approved where it has, else by the best product that fits."""
    loan, months = facts.form.get("amount"), facts.form.get("term_months")
    approved = facts.results.get("approved")
    if approved:
        loan, months = approved["amount"], approved["term_months"]
        rate = exact(approved["rate"])
        terms, rates, needs = "利率、金额、期限:银行批准的。", (rate, rate), (True, True)
    else:
        fitting = [offer.product for offer in list_offers(facts, named_patents(facts)) if offer.fits]
        if not fitting or not loan or not months:
            return None
        values = fitting[0].values
        rates = exact(values["rate_from"]), exact(values["rate_to"])
        needs = bool(values["needs_guarantee"]), bool(values["needs_insurance"])
        terms = f"利率按{fitting[0].name}({said_source(fitting[0])})。"
    fees = _fees(facts, Decimal(loan), int(months), needs_guarantee=needs[0], needs_insurance=needs[1])
    return Basis(Decimal(loan), int(months), *rates, terms, fees, open_subsidies(facts))


def _fees(
    facts: Facts, loan: Decimal, months: int, *, needs_guarantee: bool, needs_insurance: bool
) -> dict[str, tuple[Decimal, DatedRecord]]:
    """Premium, guarantee and valuation, each from the nearest record; a fee that nobody quotes is left out."""
    found: dict[str, tuple[Decimal, DatedRecord]] = {}
    quotes = find_records(facts.session, "fee_quote", region=facts.region, on=facts.today)
    wanted = {"valuation"} | ({"service"} if needs_guarantee else set())
    for quote in quotes:
        item = str(quote.values["item"])
        if item in wanted and item not in found:
            found[item] = _fee(quote.values.get("amount"), quote.values.get("rate"), loan, months), quote
    products = find_records(facts.session, "insurance_product", region=facts.region, on=facts.today)
    loans = [product for product in products if product.values["type"] == "loan"]
    if needs_insurance and loans:
        found["premium"] = _fee(None, loans[0].values["rate_to"], loan, months), loans[0]
    return found


def _fee(amount: int | None, rate: float | None, loan: Decimal, months: int) -> Decimal:
    if amount is not None:
        return Decimal(amount)
    return (loan * exact(rate or 0) / PERCENT * months / MONTHS_OF_A_YEAR).quantize(Decimal("0.01"))


def _cost(basis: Basis, rate: Decimal, on: date) -> RuleResult:
    inputs: dict[str, Any] = {
        "loan": basis.loan, "interest_rate": rate / PERCENT, "term_months": Decimal(basis.months),
    }  # fmt: skip
    inputs |= {f"{item}_fee": fee for item, (fee, _) in basis.fees.items()}
    for item, scheme in basis.subsidies.items():
        if scheme.values.get("share") is not None:
            inputs[f"{item}_share"] = exact(scheme.values["share"]) / PERCENT
            if scheme.values.get("cap") is not None:
                inputs[f"{item}_cap"] = Decimal(scheme.values["cap"])
    result = compute("pledge_cost", inputs, on=on)
    if not isinstance(result, RuleResult):
        raise LookupError(f"pledge_cost asked for {result.slot}")
    return result


def _notes(facts: Facts, basis: Basis) -> Iterator[str]:
    """Every assumption with its source."""
    yield "利息按全额借满期限、到期一次还本算;保费、担保费按年费率乘期限。"
    for _, record in basis.fees.values():
        yield f"{record.name}:{said_source(record)}。"
    for item, name in ITEMS.items():
        scheme = basis.subsidies.get(item)
        if scheme is None:
            yield f"{name}:没有查到当地在有效期内的规定,没算。"
        elif scheme.values.get("share") is None:
            yield f"{name}:{scheme.name}没查到比例,没算。来源:{said_source(scheme)}。"
        else:
            yield f"{name}:{_said_scheme(scheme.values)}。来源:{said_source(scheme)}。"
    shares = find_nearest(facts.session, "risk_share", region=facts.region, on=facts.today)
    if shares is not None:
        yield f"逾期损失的分担:{_said_shares(shares)}。来源:{said_source(shares)}。"
    yield NOT_A_PROMISE


def _said_scheme(values: dict[str, Any]) -> str:
    cap = f",每年不超过{chinese_amount(values['cap'])}(只算一年)" if values.get("cap") else ""
    until = f",{chinese_date(date.fromisoformat(values['window_to']))}前申报" if values.get("window_to") else ""
    return f"补{values['share']:g}%{cap}{until}"


def _loss(facts: Facts, principal: Decimal) -> Estimate | None:
    """The split of a loss by the scheme of the place; None where no scheme is known."""
    shares = find_nearest(facts.session, "risk_share", region=facts.region, on=facts.today)
    if shares is None:
        return None
    parties, ratio = _ratio(shares)
    inputs = {"loss": principal, "ratio": ratio, "parties": parties}
    result = compute("risk_split", inputs, on=facts.today)
    if not isinstance(result, RuleResult):
        raise LookupError(f"risk_split asked for {result.slot}")
    source = f"分担比例:{_said_shares(shares)}。来源:{said_source(shares)}。"
    notes = (source, *result.warnings, *said_fund(facts, principal))
    return Estimate(result.headline, source, result.lines, notes)


def _ratio(shares: DatedRecord) -> tuple[tuple[str, ...], tuple[Decimal, ...]]:
    named = [(party, shares.values[party]) for party in RISK_PARTIES if shares.values.get(party)]
    return tuple(party for party, _ in named), tuple(exact(part) for _, part in named)


def _said_shares(shares: DatedRecord) -> str:
    names = {"insurer": "保险", "guarantor": "担保", "bank": "银行", "government": "补偿资金"}
    parties, ratio = _ratio(shares)
    return "、".join(f"{names[party]}{part:f}%" for party, part in zip(parties, ratio, strict=True))


def _yearly(basis: Basis, cost: RuleResult) -> Decimal:
    return Decimal(str(cost.value)) / basis.loan * MONTHS_OF_A_YEAR / basis.months * PERCENT


def _range(low: Decimal, high: Decimal) -> str:
    first, last = f"{low:.2f}%", f"{high:.2f}%"
    return first if first == last else f"{first}至{last}"
