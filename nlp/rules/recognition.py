"""Which rule a sentence asks for: what it must speak of, what it must not, what it must ask, what it must give."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from nlp.rules.configuration import deadline_entries, question_entries
from nlp.rules.read_deadlines import (
    deadline_reader,
    read_deemed_receipt,
    read_limitation,
    read_priority,
    read_refusal_review,
    read_restoration,
)
from nlp.rules.read_fees import is_fee_question, read_fee
from nlp.rules.read_fines import read_fine
from nlp.rules.read_firm_sums import (
    read_deposit,
    read_guarantee_limit,
    read_severance,
    read_sme_procurement,
    read_training_penalty,
)
from nlp.rules.read_rewards import (
    read_achievement_share,
    read_bonus,
    read_damages,
    read_overdue_interest,
    read_royalty,
    read_statutory_damages,
)
from nlp.rules.read_sums import read_pledge_cost, read_risk_split, read_technology_sme
from nlp.rules.read_terms import (
    read_check_digit,
    read_copyright_term,
    read_layout_term,
    read_patent_term,
    read_trademark_term,
)
from nlp.rules.sentence import Sentence

# What a reader gives: the rule's name and its inputs; None where the sentence does not fit after all.
Reading = tuple[str, dict[str, Any]]
Reader = Callable[[Sentence], Reading | None]


READERS: dict[str, Reader] = {
    "check_digit": read_check_digit,
    "overdue_interest": read_overdue_interest,
    "pledge_cost": read_pledge_cost,
    "risk_split": read_risk_split,
    "technology_sme": read_technology_sme,
    "achievement_share": read_achievement_share,
    "bonus": read_bonus,
    "fine": read_fine,
    "statutory_damages": read_statutory_damages,
    "damages": read_damages,
    "royalty": read_royalty,
    "fee": read_fee,
    "trademark_term": read_trademark_term,
    "copyright_term": read_copyright_term,
    "layout_term": read_layout_term,
    "limitation": read_limitation,
    "restoration": read_restoration,
    "severance": read_severance,
    "deposit": read_deposit,
    "sme_procurement": read_sme_procurement,
    "training_penalty": read_training_penalty,
    "guarantee_limit": read_guarantee_limit,
    "deemed_receipt": read_deemed_receipt,
    "priority": read_priority,
    "refusal_review": read_refusal_review,
    "patent_term": read_patent_term,
}


@dataclass(frozen=True)
class Recogniser:
    """`topic` must occur and `reject` must not; `asks`: see is_asked; `read` takes the inputs."""

    topic: re.Pattern[str]
    reject: re.Pattern[str] | None
    asks: str
    read: Reader

    def speaks_of_it(self, text: str) -> bool:
        return bool(self.topic.search(text)) and not (self.reject and self.reject.search(text))

    def is_asked(self, sentence: Sentence) -> bool:
        if self.asks == "day":
            return sentence.asks_day
        if self.asks == "sum":
            return sentence.asks_sum
        return sentence.asks_day or sentence.asks_sum


def _of(entry: dict[str, Any], read: Reader, asks: str) -> Recogniser:
    reject = entry.get("reject")
    return Recogniser(re.compile(entry["topic"]), re.compile(reject) if reject else None, asks, read)


@cache
def recognisers() -> tuple[Recogniser, ...]:
    """In the order in which they are tried."""
    found: list[Recogniser] = []
    for entry in question_entries():
        if entry["reader"] == "deadlines":
            found += [_of(each, deadline_reader(each["name"]), "day") for each in deadline_entries()]
        else:
            found.append(_of(entry, READERS[entry["reader"]], entry["asks"]))
    return tuple(found)


def is_asked(recogniser: Recogniser, sentence: Sentence) -> bool:
    """Whether the sentence asks what this recogniser answers."""
    if recogniser.asks == "number":
        return True
    if recogniser.asks == "fee":
        return is_fee_question(sentence)
    if recogniser.asks == "given":
        return not sentence.is_general
    return recogniser.is_asked(sentence)
