"""What has to be proved after a post was handed in leads to where it is done."""

from bot.flows.posting_replies import way_to_prove
from nlp.market.trade_facts import Verdict
from services.market.findings import Checked

NUMBER = "CN202110123456.7"


def checked(rule: str, todo: str, number: str | None = NUMBER) -> Checked:
    return Checked(rule, Verdict.TO_PROVE, "还要证明", todo, number, ())


def test_fees_that_nobody_knows_lead_to_custody_and_ownership_to_its_proof() -> None:
    ways = [
        way_to_prove(checked("fees", "托管这件,或补一份缴费记录")),
        way_to_prove(checked("fees", "补一份缴费记录")),
        way_to_prove(checked("owner", "在托管里提交权属")),
    ]

    said = [way.text for way in ways if way is not None]
    assert said == [f"托管 {NUMBER}", f"补缴费记录 {NUMBER}", f"提交权属 {NUMBER}"]


def test_what_is_in_order_and_what_names_no_right_leads_nowhere() -> None:
    assert way_to_prove(checked("fees", "")) is None
    assert way_to_prove(checked("owner", "在托管里提交权属", None)) is None
