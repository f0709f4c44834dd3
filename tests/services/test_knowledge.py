"""Index and answers over one database: only what is valid, where it is valid, with its source, or nothing."""

from datetime import date
from pathlib import Path

import pytest

from adapters.search_index import TantivyIndex
from adapters.search_index_local import FailingIndex, LocalIndex
from core.clock import FixedClock
from core.db import Database
from core.errors import UpstreamUnavailable
from nlp.policy_answers import NO_BASIS, build_answerer
from nlp.segmenter import default_segmenter
from nlp.types import PolicyAnswer
from services.knowledge import PASSAGE_SCHEMA, SerialIndex, answer_policy_question, index_passages, search_policies
from services.knowledge_import import import_knowledge
from tests.services.knowledge_samples import article, write_lines

TODAY = date(2026, 11, 23)
GUIDES = Path(__file__).resolve().parent.parent.parent / "data" / "guides"
OLD, NEW = ["2019年4月23日修正"], ["2026年6月26日修订"]


@pytest.fixture
def index(tmp_path: Path) -> TantivyIndex:
    return TantivyIndex(tmp_path / "index", PASSAGE_SCHEMA, default_segmenter().fingerprint)


@pytest.fixture
def laws(tmp_path: Path) -> Path:
    """Both texts of the trademark law, and one article of the patent law."""
    return write_lines(
        tmp_path / "laws.jsonl",
        [
            article(
                "中华人民共和国商标法", "第四十条", "注册商标有效期满需要续展的,宽展期为六个月。", file="a", history=OLD
            ),
            article(
                "中华人民共和国商标法",
                "第四十四条",
                "注册商标续展的宽展期为六个月,自届满次日起算。",
                file="b",
                history=NEW,
            ),
            article(
                "中华人民共和国专利法",
                "第四十二条",
                "发明专利权的期限为二十年,实用新型专利权的期限为十年,外观设计专利权的期限为十五年,均自申请日起计算。",
                file="c",
                history=["2020年10月17日第四次修正"],
            ),
        ],
    )


def fill(database: Database, index: SerialIndex, clock: FixedClock, *paths: Path) -> int:
    for path in paths:
        import_knowledge(database, path, now=clock.now())
    return index_passages(database, index, default_segmenter())


def ask(
    database: Database, index: SerialIndex, question: str, *, on: date = TODAY, region: str | None = None
) -> PolicyAnswer:
    answerer = build_answerer(index, default_segmenter())
    with database.reading() as session:
        return answer_policy_question(answerer, session, question=question, on=on, region=region)


def test_an_answer_quotes_the_article_and_its_days(
    database: Database, index: TantivyIndex, clock: FixedClock, laws: Path
) -> None:
    fill(database, index, clock, laws)

    answer = ask(database, index, "外观设计专利权期限几年")

    plain, first, second = answer.text.splitlines()
    assert plain == "外观设计15年，都从申请日算起。"
    assert "外观设计专利权的期限为十五年" in first
    assert second == "依据:《专利法》第四十二条(2021年6月1日起施行)。"
    citation = answer.citations[0]
    assert (citation.document, citation.label) == ("专利法", "第四十二条")
    assert (citation.valid_from, citation.valid_to) == (date(2021, 6, 1), None)
    assert first in citation.passage
    assert not answer.abstained and answer.confidence > 0


@pytest.mark.parametrize(
    ("on", "label", "line"),
    [
        (date(2026, 12, 31), "第四十条", "(2019年11月1日起施行,到2026年12月31日为止)"),
        (date(2027, 1, 1), "第四十四条", "(2027年1月1日起施行)"),
    ],
)
def test_the_law_of_the_day_answers(
    database: Database, index: TantivyIndex, clock: FixedClock, laws: Path, on: date, label: str, line: str
) -> None:
    fill(database, index, clock, laws)

    answer = ask(database, index, "注册商标续展的宽展期多久", on=on)

    assert [citation.label for citation in answer.citations] == [label]
    assert answer.text.endswith(f"依据:《商标法》{label}{line}。")


@pytest.mark.parametrize("question", ["专利法42条讲什么", "《专利法》第四十二条", "请问专利法第42条怎么规定的"])
def test_a_named_article_is_found_however_it_is_typed(
    database: Database, index: TantivyIndex, clock: FixedClock, laws: Path, question: str
) -> None:
    fill(database, index, clock, laws)

    answer = ask(database, index, question)

    assert [citation.label for citation in answer.citations] == ["第四十二条"]
    assert answer.confidence == 1.0


@pytest.mark.parametrize(
    "question", ["企业专利权益保障条例第八条怎么说", "专利法第900条", "《外观专利期限法》怎么规定专利权期限"]
)
def test_what_does_not_exist_is_not_quoted(
    database: Database, index: TantivyIndex, clock: FixedClock, laws: Path, question: str
) -> None:
    fill(database, index, clock, laws)

    answer = ask(database, index, question)

    assert (answer.abstained, answer.text, answer.citations) == (True, NO_BASIS, ())


def test_guides_alone_answer_and_name_their_source(database: Database, index: TantivyIndex, clock: FixedClock) -> None:
    fill(database, index, clock, GUIDES)

    answer = ask(database, index, "专利质押登记要准备什么材料")

    assert "质押合同" in answer.text
    assert "来源:办事指引《专利质押要准备哪些材料》,2026年11月22日核对。" in answer.text
    assert "以官方最新公布为准" in answer.text
    assert answer.citations[0].document == "专利质押要准备哪些材料"


def test_a_guide_cites_its_articles_where_they_are_loaded(
    database: Database, index: TantivyIndex, clock: FixedClock, laws: Path
) -> None:
    fill(database, index, clock, laws, GUIDES / "trademark-renewal-2019.md")

    answer = ask(database, index, "商标过期了还能续吗")

    assert ("商标法", "第四十条") in [(citation.document, citation.label) for citation in answer.citations]
    assert "《商标法》第三十九条、第四十条(2019年11月1日起施行,到2026年12月31日为止)" in answer.text


def test_a_regions_guide_answers_only_there(database: Database, index: TantivyIndex, clock: FixedClock) -> None:
    fill(database, index, clock, GUIDES / "guangdong-protection-support.md")
    question = "展会上被侵权,条例有什么支持"

    here = ask(database, index, question, region="广东省广州市")
    elsewhere = ask(database, index, question, region="浙江省杭州市")

    assert "(广东省的规定)" in here.text
    assert elsewhere.abstained


def test_a_search_lists_passages_with_scores(
    database: Database, index: TantivyIndex, clock: FixedClock, laws: Path
) -> None:
    fill(database, index, clock, laws)
    answerer = build_answerer(index, default_segmenter())

    with database.reading() as session:
        hits = search_policies(answerer, session, q="商标续展", on=TODAY, limit=5)
        nothing = search_policies(answerer, session, q="  ", on=TODAY)

    assert [hit.passage.label for hit in hits] == ["第四十条"]
    assert 0 < hits[0].score <= 1
    assert nothing == []


def test_only_changed_passages_are_indexed_again(
    database: Database, index: TantivyIndex, clock: FixedClock, laws: Path, tmp_path: Path
) -> None:
    assert fill(database, index, clock, laws) == 3
    assert index_passages(database, index, default_segmenter()) == 0

    later = [article("中华人民共和国专利法", "第四十二条", "期限另行规定。", file="d", history=["2030年1月1日修正"])]
    count = fill(database, index, clock, write_lines(tmp_path / "later.jsonl", list(later)))

    # The new text, and the old one whose last day is known now.
    assert count == 2
    assert ask(database, index, "专利法42条", on=date(2031, 1, 1)).text.startswith("期限另行规定。")
    assert ask(database, index, "专利法42条", on=TODAY).text.startswith("发明专利权的期限")


def test_a_rebuild_gives_the_same_answers(
    database: Database, index: TantivyIndex, clock: FixedClock, laws: Path
) -> None:
    fill(database, index, clock, laws)
    before = ask(database, index, "外观设计专利权期限几年")
    told: list[int] = []

    count = index_passages(database, index, default_segmenter(), rebuild=True, progress=told.append)

    assert (count, told) == (3, [3])
    assert ask(database, index, "外观设计专利权期限几年") == before


def test_the_index_in_memory_answers_alike(
    database: Database, index: TantivyIndex, clock: FixedClock, laws: Path
) -> None:
    local = LocalIndex(PASSAGE_SCHEMA)
    fill(database, local, clock, laws)
    fill(database, index, clock)

    for question in ("外观设计专利权期限几年", "专利法42条", "明天天气怎么样"):
        assert ask(database, local, question).citations == ask(database, index, question).citations


def test_a_missing_index_says_so(database: Database, index: TantivyIndex) -> None:
    for each in (index, FailingIndex()):
        with pytest.raises(UpstreamUnavailable):
            ask(database, each, "外观设计专利权期限几年")
