"""Values of a turn that says little else: 外观, 2000, 那外观呢, 那第10年呢, 那银行呢."""

import re
from collections.abc import Mapping
from typing import Any

from nlp.rules.read_rewards import RIGHTS
from nlp.rules.read_sums import count_said, parties_said
from nlp.rules.sentence import Sentence, without_empty
from nlp.rules.values_said import fee_year_said, lateness_said, number_before, term_months_said
from nlp.slots.numerals import CHINESE, read_number

SUM_SLOTS = ("fee", "loss", "income", "base", "amount", "loan", "sales")
WAYS = (("equity", r"入股|作价"), ("profit", r"自己|自行|投产"), ("licence", r"许可"), ("transfer", r"转让|卖"))
NUMBER = re.compile(rf"(?P<number>\d+(?:\.\d+)?|[{CHINESE}]+)")
SHARE_SLOTS = frozenset({"royalty_rate", "interest_rate", "reduction", "staff_share", "rd_share"})
COUNT_SLOTS = frozenset({"years", "days", "year", "staff", "tech_staff", "class_one", "published_in"})


def loose_values(sentence: Sentence, before: Mapping[str, Any]) -> dict[str, Any]:
    """Each value under the name it can only have; a day or a sum replaces the one there was."""
    text = sentence.text
    year = fee_year_said(text)
    late = lateness_said(text) or lateness_said(f"晚了{text.lstrip('那要是如果')}")
    parties = parties_said(text)
    values: dict[str, Any] = {
        "kind": sentence.kind,
        "year": year[0] if year else None,
        "months_late": late[0] if late else None,
        "days_late": late[1] if late else None,
        "reduction": sentence.percents[0][2] if sentence.percents else None,
        "asked": parties[0] if len(parties) == 1 else None,
        "multiple": number_before(text, "倍"),
        "delivery": "post" if re.search(r"邮寄|纸件|纸质", text) else None,
        "want": "grace" if re.search(r"宽展|补缴期|宽限", text) else None,
        "right": next((name for name, pattern in RIGHTS if sentence.has(pattern)), None),
        "way": next((name for name, pattern in WAYS if sentence.has(pattern)), None),
        "class_one": count_said(text, r"发明"),
        "class_two": count_said(text, r"实用新型|实新|新型|外观|软著"),
    }
    days = [name for name in before if name.endswith("_on")]
    if len(sentence.days) == 1 and len(days) == 1:
        values[days[0]] = sentence.days[0].value
    sums = [name for name in SUM_SLOTS if name in before]
    if len(sentence.sums) == 1 and len(sums) == 1:
        values[sums[0]] = sentence.sums[0][2]
    return without_empty(values)


def value_for(slot: str, sentence: Sentence) -> Any:
    """What a turn gives where exactly this was asked for."""
    text = sentence.text
    if slot.endswith("_on"):
        return sentence.days[0].value if sentence.days else None
    if slot == "kind":
        return sentence.kind
    if slot in SHARE_SLOTS:
        return sentence.percents[0][2] if sentence.percents else None
    if slot == "months_late":
        late = lateness_said(f"晚了{text}")
        return late[0] if late else None
    if slot == "term_months":
        return term_months_said(text)
    if slot == "applicants":
        is_joint = re.search(r"共同|两|多|[二三四]个", text)
        return "joint" if is_joint else "single" if re.search(r"一|1|单|自己", text) else None
    if slot in COUNT_SLOTS:
        match = NUMBER.search(text)
        return read_number(match["number"]) if match else None
    return sentence.sums[0][2] if sentence.sums else None
