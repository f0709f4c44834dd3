"""One word for one thing: whoever narrows a search reads the same in chat and in the mini-program."""

from datetime import date
from typing import Any

import pytest

from bot.skills.patent_filters import chip
from miniapp_api.patent_conditions import conditions_of
from miniapp_api.schemas.patents import StatusFilter
from models import LegalStatus, PatentKind
from nlp.types import PatentQuery
from services.patent_import.drafts import APPLICANT_TYPES
from services.patent_words import APPLICANT_TYPE_NAMES, KIND_NAMES, STATUS_NAMES

CONDITIONS: list[tuple[str, dict[str, Any]]] = [
    *(("legal_statuses", {"legal_statuses": (status.value,)}) for status in StatusFilter),
    *(("kinds", {"kinds": (kind.value,)}) for kind in PatentKind),
    *(("kinds", {"excluded_kinds": (kind.value,)}) for kind in PatentKind),
    *(("applicant_type", {"applicant_type": name}) for name in APPLICANT_TYPES),
    *(("applicant_type", {"excluded_applicant_types": (name,)}) for name in APPLICANT_TYPES),
    *(("legal_statuses", {"excluded_legal_statuses": (status.value,)}) for status in StatusFilter),
    ("region", {"excluded_regions": ("广东省深圳市",)}),
    ("applicant", {"excluded_applicants": ("华为",)}),
    *(
        ("dates", {"date_field": field, "date_from": date(2020, 5, 6)})
        for field in ("application", "publication", "grant")
    ),
]


@pytest.mark.parametrize(("name", "values"), CONDITIONS)
def test_a_condition_reads_the_same_in_chat_and_in_the_mini_program(name: str, values: dict[str, Any]) -> None:
    query = PatentQuery(topic="石墨烯", **values)

    [_topic, condition] = conditions_of(query)

    assert condition.label == chip(query, name)
    assert not condition.label.isascii()


def test_every_state_kind_and_type_of_applicant_has_its_own_word() -> None:
    assert set(STATUS_NAMES) == set(StatusFilter)
    assert set(STATUS_NAMES) >= set(LegalStatus) - {LegalStatus.UNKNOWN}
    assert set(KIND_NAMES) == set(PatentKind)
    assert set(APPLICANT_TYPE_NAMES) == set(APPLICANT_TYPES)
    for names in (STATUS_NAMES, KIND_NAMES, APPLICANT_TYPE_NAMES):
        assert len(set(names.values())) == len(names)
