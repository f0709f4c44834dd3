"""Before anybody looks: what the records tell of the patents, what the owner says, which products fit."""

from services.catalogue.facts import Facts, Finding, Level
from services.catalogue.pledge_offers import list_offers, loan_end, said_offer
from services.catalogue.rights import check_owners, check_rights, named_patents

REGISTERED_FIRST = "《民法典》第四百四十四条"
FEES = "《专利法》第四十三条、第四十四条"
SHOWN_OFFERS = 3
TOO_SHORT = "不晚于贷款到期。缩短期限或换一件。"


def check_pledge(facts: Facts) -> list[Finding]:
    """What each patent's record says, what the owner says, what staff look up; then the products that fit."""
    patents = named_patents(facts)
    rights = check_rights(facts, patents, use="质押", until=loan_end(facts), too_short=TOO_SHORT)
    offers = [said_offer(offer) for offer in list_offers(facts, patents)[:SHOWN_OFFERS]]
    return [*rights, *check_owners(facts, patents), _encumbrance(facts), *offers]


def _encumbrance(facts: Facts) -> Finding:
    if facts.form.get("is_encumbered"):
        text = "已质押的先注销,被查封的先解除,才能再质押登记。专员查登记簿核对。"
        return Finding(Level.GAP, text, REGISTERED_FIRST)
    text = "您说没有质押、查封;年费和这两样,专员查登记簿核对。"
    return Finding(Level.GAP, text, f"{REGISTERED_FIRST};{FEES}")
