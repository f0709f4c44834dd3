"""Values of a turn that says nothing else: 那外观呢, 那第10年呢, 那银行呢."""

import re
from collections.abc import Mapping
from typing import Any

from nlp.rules.read_sums import parties_said
from nlp.rules.sentence import Sentence, without_empty
from nlp.rules.values_said import fee_year_said, lateness_said, number_before

SUM_SLOTS = ("fee", "loss", "income", "base", "amount", "loan", "sales")


def loose_values(sentence: Sentence, before: Mapping[str, Any]) -> dict[str, Any]:
    """Each value under the name it can only have; a day or a sum replaces the one there was."""
    year = fee_year_said(sentence.text)
    late = lateness_said(sentence.text) or lateness_said(f"晚了{sentence.text.lstrip('那要是如果')}")
    parties = parties_said(sentence.text)
    values: dict[str, Any] = {
        "kind": sentence.kind,
        "year": year[0] if year else None,
        "months_late": late[0] if late else None,
        "days_late": late[1] if late else None,
        "reduction": sentence.percents[0][2] if sentence.percents else None,
        "asked": parties[0] if len(parties) == 1 else None,
        "multiple": number_before(sentence.text, "倍"),
        "delivery": "post" if re.search(r"邮寄|纸件|纸质", sentence.text) else None,
    }
    days = [name for name in before if name.endswith("_on")]
    if len(sentence.days) == 1 and len(days) == 1:
        values[days[0]] = sentence.days[0].value
    sums = [name for name in SUM_SLOTS if name in before]
    if len(sentence.sums) == 1 and len(sums) == 1:
        values[sums[0]] = sentence.sums[0][2]
    return without_empty(values)
