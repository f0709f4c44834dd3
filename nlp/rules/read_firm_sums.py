"""Reads questions of severance, repaid training, procurement kept for small firms, and limits of guarantees."""

import re
from decimal import Decimal
from typing import Any

from nlp.rules.sentence import Sentence, without_empty
from nlp.slots.numerals import CHINESE, read_number

Reading = tuple[str, dict[str, Any]]
ENDED = r"辞退|解除|解约|裁|开除|解雇|不续|劝退|炒|走人|协商|终止|离职"
NUMBER = rf"\d+|[{CHINESE}]+"
SERVICE = re.compile(
    rf"(?:干|做|工作|工龄|入职|待|服务|上班|在职|司龄)[^,。\d{CHINESE}]{{0,4}}"
    rf"(?:(?P<years>{NUMBER})\s*年(?P<half>半)?)?\s*(?:零|又|多)?\s*(?:(?P<months>{NUMBER})\s*个?月)?"
)


def read_severance(sentence: Sentence) -> Reading | None:
    if not sentence.has(ENDED):
        return None
    found = next((each for each in SERVICE.finditer(sentence.text) if each["years"] or each["months"]), None)
    wage = sentence.sum_near(r"月工资|月薪|工资|月均|每个?月|一个月", within=8)
    if found is None or wage is None:
        return None
    years = read_number(found["years"]) if found["years"] else 0
    months = 6 if found["half"] else read_number(found["months"]) if found["months"] else 0
    if years is None or months is None:
        return None
    is_unlawful = sentence.has(r"违法|非法|赔偿金|2N|双倍|两倍")
    return "severance", without_empty(
        {
            "service_months": Decimal(years) * 12 + Decimal(months),
            "wage": wage,
            "unlawful": "yes" if is_unlawful else None,
        }
    )


def read_sme_procurement(sentence: Sentence) -> Reading | None:
    budget = sentence.sum_near(r"预算|采购", within=10)
    if budget is None or not sentence.has(r"中小|小微|小型|微型|小企业"):
        return None
    return "sme_procurement", {"budget": budget}


SPAN = rf"(?:(?P<years>{NUMBER})\s*年(?P<half>半)?)?\s*(?:零|又|多)?\s*(?:(?P<months>{NUMBER})\s*个?月)?"
AGREED = re.compile(rf"服务期[^,。\d{CHINESE}]{{0,4}}{SPAN.replace('P<', 'P<of_')}|(?=[\d{CHINESE}]){SPAN}的?服务期")
SERVED = re.compile(rf"(?:干|做|工作|服务|待|上班|履行|才|只|回来)(?!期)[^,。\d{CHINESE}]{{0,4}}{SPAN}")


def read_training_penalty(sentence: Sentence) -> Reading | None:
    cost = sentence.sum_near(r"培训|进修|学费|学习|花", within=10)
    agreed = next((each for each in map(_months, AGREED.finditer(sentence.text)) if each), None)
    served = next((each for each in map(_months, SERVED.finditer(sentence.text)) if each), None)
    if cost is None or agreed is None:
        return None
    return "training_penalty", without_empty({"training_cost": cost, "agreed_months": agreed, "served_months": served})


def _months(found: re.Match[str]) -> Decimal | None:
    said = {name.removeprefix("of_"): value for name, value in found.groupdict().items() if value}
    years, months = read_number(said.get("years", "零")), read_number(said.get("months", "零"))
    total = Decimal(years or 0) * 12 + Decimal(months or 0) + (6 if "half" in said else 0)
    return total or None


def read_guarantee_limit(sentence: Sentence) -> Reading | None:
    assets = sentence.sum_near(r"净资产", within=8)
    return ("guarantee_limit", {"net_assets": assets}) if assets is not None else None


def read_deposit(sentence: Sentence) -> Reading | None:
    """How much of it counts, or what is to be given back where who took it fails."""
    contract = sentence.sum_near(r"总价|总额|合同价|标的|货款|总共|合同(?!定金)|订单|价款", within=8)
    paid = sentence.sum_near(r"定金", within=10)
    if paid == contract:
        paid = next((value for _, _, value in sentence.sums if value != contract), None)
    failed = sentence.has(r"对方|他们?|卖家|供应商|厂家|乙方|毁约|不[交发供做卖]货|违约|不干了|反悔") and sentence.has(
        r"[退还返赔]|双倍|两倍|翻倍"
    )
    is_giver = sentence.has(r"我们?(?:这边)?(?:自己)?(?:反悔|违约|不要了|不买了|不想)")
    if failed and not is_giver:
        return ("deposit", without_empty({"paid": paid, "contract": contract, "failed": "taker"})) if paid else None
    if contract is None or not sentence.has(r"最[多高]|上限|超[过没了]|算定金|多少|几多|能收"):
        return None
    return None if is_giver else ("deposit", without_empty({"paid": paid, "contract": contract}))
