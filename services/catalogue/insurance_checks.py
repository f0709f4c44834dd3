"""Which insurance products suit a request, what speaks against it, and what a year would cost."""

from decimal import Decimal

from core.i18n import chinese_amount
from models import DatedRecord
from services.catalogue.facts import Estimate, Facts, Finding, Level
from services.catalogue.pledge_offers import said_rate
from services.catalogue.rights import check_rights, named_patents
from services.dated_data.lookup import find_records, said_source

TRUE_ANSWERS = "《保险法》第十六条"
PERCENT = Decimal(100)


def check_insurance(facts: Facts) -> list[Finding]:
    """Each patent's state, a dispute that is there already, and the products of the place."""
    found = check_rights(facts, named_patents(facts), use="投保")
    if facts.form.get("has_dispute"):
        text = "已经发生的纠纷一般不赔。投保时要如实告知,否则可能解除合同、不赔。"
        found.append(Finding(Level.GAP, text, TRUE_ANSWERS))
    products = _products(facts)
    if not products:
        found.append(Finding(Level.GAP, "没有登记在案的这种保险产品,专员去询价。"))
    return [*found, *(_said(product, facts) for product in products)]


def _products(facts: Facts) -> list[DatedRecord]:
    products = find_records(facts.session, "insurance_product", region=facts.region, on=facts.today)
    return [product for product in products if product.values["type"] == facts.form.get("cover")]


def _said(product: DatedRecord, facts: Facts) -> Finding:
    values, wanted = product.values, int(facts.form.get("insured_sum") or 0)
    rate = f"年费率{said_rate(values['rate_from'], values['rate_to'])}"
    ceiling = values.get("ceiling")
    source = said_source(product)
    if ceiling is not None and wanted > ceiling:
        text = f"{product.name} 只差一样:保额降到{chinese_amount(ceiling)}以内;{rate}。"
        return Finding(Level.GAP, text, source, is_offer=True)
    excluded = "、".join(str(values.get("exclusions") or "").splitlines())
    said = f";不赔:{excluded}" if excluded else ""
    return Finding(Level.FINE, f"{product.name} 合适:{rate}{said}。", source, is_offer=True)


def estimate_insurance(facts: Facts) -> Estimate | None:
    """A year's premium by the first product that takes the sum; None without one."""
    wanted = Decimal(facts.form.get("insured_sum") or 0)
    fitting = [each for each in _products(facts) if wanted <= Decimal(each.values.get("ceiling") or wanted)]
    if not wanted or not fitting:
        return None
    values = fitting[0].values
    low, high = (wanted * Decimal(str(values[name])) / PERCENT for name in ("rate_from", "rate_to"))
    said = _yuan(low) if low == high else f"{_yuan(low)}至{_yuan(high)}"
    is_invented = "(用了演示数据)" if fitting[0].confidence == "DEMO" else ""
    rate = said_rate(values["rate_from"], values["rate_to"])
    source = f"费率按{fitting[0].name}。来源:{said_source(fitting[0])}。"
    return Estimate(
        headline=f"保额{chinese_amount(int(wanted))},一年保费{said}。{is_invented}",
        basis=source,
        lines=(f"保费:{_yuan(wanted)}×{rate}={said}。",),
        notes=(source, "保费、免赔以保险机构的报价和合同为准。"),
    )


def _yuan(value: Decimal) -> str:
    return f"{value:,.2f}".removesuffix(".00") + "元"
