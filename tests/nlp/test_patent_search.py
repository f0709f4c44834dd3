"""Searching patents over a real index: words, filters, why a hit is shown, facets."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from adapters.search_index import TantivyIndex
from adapters.search_index_local import FailingIndex, LocalIndex
from core.errors import UpstreamUnavailable
from core.search import NumberRange
from models.patent import Patent
from nlp.ipc import ipc_levels, normalise_ipc
from nlp.patent_index import PATENT_SCHEMA, applicant_terms
from nlp.patent_search import PatentSearch
from nlp.region_levels import region_levels, split_region
from nlp.segmenter import default_segmenter
from nlp.types import PatentQuery
from services.indexing import build_document


def patent(number: int, title: str, **values: object) -> Patent:
    fields: dict[str, object] = {
        "publication_number": f"CN1{number:08d}B",
        "application_number": f"CN20201000{number:04d}.1",
        "kind": "invention",
        "abstract": "",
        "claims": [],
        "applicants": [{"name": "广州云测科技有限公司", "type": "enterprise"}],
        "inventors": ["李明"],
        "ipc_codes": ["H01M 10/054"],
        "locarno_codes": [],
        "region": "广东省广州市南沙区",
        "application_date": date(2020, 1, number),
        "publication_date": date(2021, 1, number),
        "grant_date": date(2021, 1, number),
        "legal_status": "active",
    }
    return Patent(id=number, title=title, **{**fields, **values})


PATENTS = [
    patent(1, "一种石墨烯散热膜及其制备方法"),
    patent(2, "锂电池隔膜", abstract="本发明公开一种涂有石墨烯的隔膜,用于散热膜。", legal_status="lapsed"),
    patent(
        3,
        "注塑机机械手",
        applicants=[{"name": "华为技术有限公司", "type": "enterprise"}, {"name": "清华大学", "type": "university"}],
        region="广东省深圳市龙岗区",
        ipc_codes=["B29C 45/42", "B25J 11/00"],
        kind="utility_model",
        legal_status="invalidated",
    ),
    patent(4, "石墨烯电暖器", kind="design", region="北京市海淀区", ipc_codes=[], locarno_codes=["23-03"]),
    patent(5, "水处理装置", legal_status="pending", grant_date=None, region=None, inventors=["Smith J"]),
    patent(
        6,
        "Wireless sensor patch",
        publication_number="US8926509B2",
        application_number="US12134151",
        applicants=[{"name": "International Business Machines Corporation", "type": "enterprise"}],
        legal_status="unknown",
        region=None,
    ),
]


@pytest.fixture(params=["tantivy", "local"])
def search(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PatentSearch]:
    segmenter = default_segmenter()
    index: TantivyIndex | LocalIndex = LocalIndex(PATENT_SCHEMA)
    if request.param == "tantivy":
        index = TantivyIndex(tmp_path, PATENT_SCHEMA, segmenter.fingerprint)
    index.rebuild(build_document(each, segmenter) for each in PATENTS)
    yield PatentSearch(index, segmenter)


def ids(search: PatentSearch, **query: object) -> list[int]:
    return [match.patent_id for match in search.search(PatentQuery(**query)).matches]  # type: ignore[arg-type]


def test_all_content_words_must_match_and_the_title_ranks_first(search: PatentSearch) -> None:
    assert ids(search, topic="石墨烯 散热膜") == [1, 2]
    assert ids(search, topic="石墨烯散热膜的制备方法") == [1, 2]


def test_generic_words_are_not_asked_for(search: PatentSearch) -> None:
    assert ids(search, topic="锂电池隔膜技术") == [2]


def test_most_words_are_enough_where_no_patent_has_all(search: PatentSearch) -> None:
    page = search.search(PatentQuery(topic="石墨烯 散热膜 无人机"))

    assert [match.patent_id for match in page.matches] == [1, 2]
    assert page.matches[0].matched_words == ("石墨烯", "散热膜")


def test_a_subject_that_is_nowhere_finds_nothing(search: PatentSearch) -> None:
    assert search.search(PatentQuery(topic="量子卫星通信")).total == 0


def test_each_hit_says_which_words_it_matched(search: PatentSearch) -> None:
    page = search.search(PatentQuery(topic="石墨烯"))

    assert {match.matched_words for match in page.matches} == {("石墨烯",)}


def test_falling_back_never_drops_a_filter(search: PatentSearch) -> None:
    assert ids(search, topic="石墨烯 散热膜 无人机", legal_statuses=("lapsed",)) == [2]
    assert ids(search, topic="石墨烯 散热膜 无人机", region="北京市") == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("华为", [3]),
        ("华为技术", [3]),
        ("华为公司", [3]),
        ("华为技术有限公司", [3]),
        ("清华大学", [3]),
        ("云测科技", [5, 4, 2, 1]),
        ("广州云测科技有限公司", [5, 4, 2, 1]),
        ("international business machines", [6]),
        ("大疆", []),
    ],
)
def test_an_applicant_is_found_by_any_part_of_the_name(search: PatentSearch, name: str, found: list[int]) -> None:
    assert ids(search, applicant=name) == found


def test_filters_add_up(search: PatentSearch) -> None:
    assert ids(search, kinds=("invention",), region="广东省广州市") == [2, 1]
    assert ids(search, region="广东省") == [3, 2, 1]
    assert ids(search, ipc="b29c45/42") == [3]
    assert ids(search, ipc="H01M", legal_statuses=("active",)) == [1]
    assert ids(search, ipc="23-03") == [4]
    assert ids(search, applicant_type="university") == [3]
    assert ids(search, inventor="smith j") == [5]
    assert ids(search, excluded_kinds=("design", "utility_model"), topic="石墨烯") == [1, 2]


def test_what_is_excluded_is_not_found_whatever_else_it_is(search: PatentSearch) -> None:
    everything = ids(search, limit=20)

    assert [n for n in everything if n not in ids(search, excluded_regions=("广东省",), limit=20)] == [3, 2, 1]
    assert 3 not in ids(search, excluded_applicant_types=("university",), limit=20)
    assert ids(search, region="广东省", excluded_regions=("广东省广州市",)) == [3]
    assert ids(search, excluded_applicants=("云测科技",), limit=20) == [
        n for n in everything if n not in ids(search, applicant="云测科技")
    ]
    assert ids(search, excluded_legal_statuses=("granted",), limit=20) == [5]


def test_granted_means_granted_once(search: PatentSearch) -> None:
    assert ids(search, legal_statuses=("granted",)) == [6, 4, 3, 2, 1]


@pytest.mark.parametrize("number", ["CN100000003B", "cn100000003", "US 8,926,509 B2", "US8926509"])
def test_a_number_in_any_form_finds_its_patent(search: PatentSearch, number: str) -> None:
    assert ids(search, number=number) == [6 if number.startswith("US") else 3]


def test_dates_are_inclusive_and_of_the_field_asked_for(search: PatentSearch) -> None:
    assert ids(search, date_from=date(2020, 1, 2), date_to=date(2020, 1, 3)) == [3, 2]
    assert ids(search, date_field="grant", date_from=date(2021, 1, 4)) == [6, 4]


def test_sorting_and_paging(search: PatentSearch) -> None:
    assert ids(search, topic="石墨烯", sort="newest") == [4, 2, 1]
    assert ids(search, topic="石墨烯", sort="oldest") == [1, 2, 4]
    assert ids(search, sort="oldest", offset=4, limit=5) == [5, 6]
    assert search.search(PatentQuery(offset=50)).total == 6


def test_facets_count_all_matches(search: PatentSearch) -> None:
    facets = search.search(PatentQuery(topic="石墨烯", limit=1), with_facets=True).facets

    assert facets["kind"] == (("invention", 2), ("design", 1))
    assert facets["legal_status"] == (("active", 2), ("lapsed", 1))
    assert facets["year"] == (("2020", 3),)
    assert facets["applicant"] == (("广州云测科技有限公司", 3),)
    assert facets["region"] == (("广东省", 2), ("北京市", 1))
    assert facets["ipc"] == (("H01M", 2),)


def test_facets_come_only_where_asked_for(search: PatentSearch) -> None:
    assert search.search(PatentQuery(topic="石墨烯")).facets == {}


def test_regions_are_counted_one_level_below_the_filter(search: PatentSearch) -> None:
    facets = search.search(PatentQuery(region="广东省"), with_facets=True).facets

    assert facets["region"] == (("广东省广州市", 2), ("广东省深圳市", 1))


@pytest.mark.parametrize("topic", ["的", "!!!", " ", '基于(卷积 "', "A:B AND", "石" * 3000])
def test_odd_subjects_break_nothing(search: PatentSearch, topic: str) -> None:
    page = search.search(PatentQuery(topic=topic))

    assert page.total >= len(page.matches)


def test_a_broken_index_is_passed_on() -> None:
    with pytest.raises(UpstreamUnavailable):
        PatentSearch(FailingIndex(), default_segmenter()).search(PatentQuery(topic="膜"))


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("h01m10/054", "H01M 10/054"),
        ("G06F   13/12    (2006.01)", "G06F 13/12"),
        ("G06F013/00", "G06F 13/00"),
        ("H01M", "H01M"),
        ("H01", "H01"),
        ("H", "H"),
        ("Z01B", None),
        ("HELLO", None),
        ("", None),
    ],
)
def test_ipc_symbols_have_one_form(given: str, normal: str | None) -> None:
    assert normalise_ipc(given) == normal


def test_ipc_levels_go_from_wide_to_narrow() -> None:
    assert ipc_levels("H01M 10/054") == ["H", "H01", "H01M", "H01M 10", "H01M 10/054"]
    assert ipc_levels("H01M") == ["H", "H01", "H01M"]


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("广东省广州市南沙区", ["广东省", "广州市", "南沙区"]),
        ("510000 广东省广州市天河区科学大道101号", ["广东省", "广州市", "天河区"]),
        ("北京市海淀区中关村", ["北京市", "海淀区"]),
        ("新疆维吾尔自治区巴音郭楞蒙古自治州库尔勒市", ["新疆维吾尔自治区", "巴音郭楞蒙古自治州", "库尔勒市"]),
        ("广东省", ["广东省"]),
        ("Oslo", []),
        ("", []),
    ],
)
def test_regions_are_taken_apart(address: str, parts: list[str]) -> None:
    assert split_region(address) == parts


def test_region_levels_keep_a_name_that_cannot_be_taken_apart() -> None:
    assert region_levels("广东省广州市") == ["广东省", "广东省广州市"]
    assert region_levels("粤港澳大湾区") == ["粤港澳大湾区"]


def test_a_long_name_has_a_bounded_number_of_terms() -> None:
    assert len(applicant_terms("中国科学院" * 20)) < 1_500
    assert "华为" in applicant_terms("华为技术有限公司")


def test_what_is_new_is_found_as_strictly_as_all_that_is_there(search: PatentSearch) -> None:
    """The film has two of the three words, and would be found if it stood alone: the separator has them all."""
    query = PatentQuery(topic="石墨烯 散热膜 隔膜")
    standing = search.standing(query)
    assert standing.among_rows(NumberRange(1, 1), 5).matches == standing.among([1]).matches == ()
    (found,) = standing.among_rows(NumberRange(1, 3), 5).matches
    assert standing.among([2, 1]).matches == (found,)
    assert found.patent_id == 2 and "石墨烯" in found.matched_words
    by_class = search.standing(PatentQuery(ipc="B29C")).among_rows(NumberRange(2, 9), 5)
    assert [match.patent_id for match in by_class.matches] == [3]
