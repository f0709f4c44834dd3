"""What a new document does to the answers is asked of the answerer itself, over a copy of the index."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from adapters.search_index import TantivyIndex
from core.clock import CHINA
from core.db import Database
from core.errors import UpstreamUnavailable
from nlp.policy_answers import PolicyAnswerer
from nlp.ports import SearchIndex
from nlp.ranking import LexicalRanker
from nlp.retrieval import Bm25Retriever
from nlp.segmenter import default_segmenter
from nlp.word_weights import IndexWordWeights
from services.knowledge import PASSAGE_SCHEMA, DatabasePassages, index_passages
from services.knowledge_import import import_knowledge
from services.knowledge_import.drafts import DocumentDraft, PassageDraft
from services.knowledge_import.store import next_change_serial, store_document
from services.knowledge_upkeep.evaluation import AnswererEvaluation
from services.knowledge_upkeep.question_sets import (
    ArticleQuestions,
    CuratedQuestions,
    GuideQuestions,
    OutsideQuestions,
)

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
TODAY = NOW.date()
QUESTION = "南沙区知识产权质押贴息能补多少"
DRAFT = DocumentDraft(
    key="curated-1",
    kind="guide",
    title=QUESTION,
    version="2026-01-01",
    source="南沙区知识产权局2026年申报通知",
    checked_at=TODAY,
    passages=(PassageDraft(QUESTION, "按实际支付利息的50%补,每家每年最多50万元。", questions=(QUESTION,)),),
    valid_from=date(2026, 1, 1),
    confidence="V2",
)

GUIDES = {
    "annual-fee": ("专利年费怎么交", "专利年费一年多少钱", "发明专利年费前3年每年900元,之后逐段提高。"),
    "moving": ("专利转让怎么办", "转让专利要带什么材料", "签书面转让合同,再向国家知识产权局办著录项目变更登记。"),
    "copying": ("被侵权了怎么办", "同行抄我的产品怎么办", "先截图留证,再请公证处公证购买,然后发函或起诉。"),
}
GUIDE = """---
title: {title}
source: 知桥编写
region: 全国
valid_from: 2021-06-01
checked_at: 2026-11-22
confidence: V
questions:
  - {question}
---
## {title}
{text}
"""


def plain_answerer(over: SearchIndex) -> PolicyAnswerer:
    """Of the parts that no training changes."""
    segmenter = default_segmenter()
    return PolicyAnswerer(Bm25Retriever(over, segmenter), LexicalRanker(segmenter, IndexWordWeights(over)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    guides = tmp_path / "guides"
    guides.mkdir()
    for key, (title, question, text) in GUIDES.items():
        (guides / f"{key}.md").write_text(GUIDE.format(title=title, question=question, text=text), encoding="utf-8")
    outside = tmp_path / "outside.txt"
    outside.write_text("# none of our business\n帮我订张去上海的高铁票\n今天晚饭吃什么好\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def index(database: Database, folder: Path) -> TantivyIndex:
    import_knowledge(database, folder / "guides", now=NOW)
    made = TantivyIndex(folder / "index", PASSAGE_SCHEMA, default_segmenter().fingerprint)
    index_passages(database, made, default_segmenter())
    return made


@pytest.fixture
def evaluation(database: Database, index: TantivyIndex, folder: Path) -> Iterator[AnswererEvaluation]:
    yield AnswererEvaluation(
        database,
        index,
        plain_answerer,
        default_segmenter(),
        (CuratedQuestions(), GuideQuestions(), OutsideQuestions(folder / "outside.txt")),
    )


def with_passage(text: str, *questions: str) -> DocumentDraft:
    return replace(DRAFT, passages=(PassageDraft(questions[0], text, questions=questions),))


def test_an_answer_beside_the_others_passes_and_answers_its_own_question(evaluation: AnswererEvaluation) -> None:
    comparison = evaluation.compare([DRAFT], on=TODAY)

    assert comparison.is_passed, comparison.worse
    scores = {score.name: (score.total, score.before, score.after) for score in comparison.scores}
    assert scores == {"curated": (1, 0, 1), "guides": (3, 3, 3), "outside": (2, 2, 2)}


def test_an_answer_that_takes_a_guides_question_is_worse_and_says_which(evaluation: AnswererEvaluation) -> None:
    asked = "专利年费一年多少钱"
    greedy = replace(with_passage("发明专利年费一年多少钱,前3年每年900元。", asked), title=asked)

    comparison = evaluation.compare([greedy], on=TODAY)

    assert not comparison.is_passed
    lost = [(each.set, each.question, each.expected, each.after) for each in comparison.worse]
    assert ("guides", asked, "《专利年费怎么交》", f"《{asked}》") in lost


def test_an_answer_that_does_not_answer_its_own_question_is_worse(evaluation: AnswererEvaluation) -> None:
    asked = "专利年费一年多少钱"
    lame = replace(with_passage(f"{asked},打电话问我们。", asked), title="电话")

    comparison = evaluation.compare([lame], on=TODAY)

    assert [(each.set, each.expected, each.after) for each in comparison.worse] == [
        ("curated", "《电话》", "《专利年费怎么交》")
    ]


def test_an_answer_to_what_is_none_of_our_business_is_worse(evaluation: AnswererEvaluation, folder: Path) -> None:
    asked = "南沙区贴息买房能补多少"
    (folder / "outside.txt").write_text(f"{asked}\n", encoding="utf-8")
    outside = replace(with_passage("南沙区贴息买房最多补50万元。", asked), title=asked)

    lost = [(each.set, each.question, each.expected) for each in evaluation.compare([outside], on=TODAY).worse]

    assert ("outside", asked, "") in lost


def test_measuring_changes_neither_the_index_nor_the_rows(
    evaluation: AnswererEvaluation, database: Database, index: TantivyIndex
) -> None:
    serial = index.last_serial
    evaluation.compare([DRAFT], on=TODAY)

    assert index.last_serial == serial
    with database.reading() as session:
        answerer = plain_answerer(index)
        answer = answerer.answer(QUESTION, on=TODAY, source=DatabasePassages(session))
    assert DRAFT.title not in {citation.document for citation in answer.citations}


def test_a_published_answer_must_keep_its_question_too(
    evaluation: AnswererEvaluation, database: Database, index: TantivyIndex
) -> None:
    with database.unit_of_work() as session:
        store_document(session, DRAFT, now=NOW, serial=next_change_serial(session))
    index_passages(database, index, default_segmenter())
    rival = replace(
        with_passage(f"{QUESTION}:按实际支付利息的50%补。", QUESTION, "贴息能补多少"),
        key="curated-2",
        title="贴息能补多少",
    )

    lost = {(each.question, each.expected) for each in evaluation.compare([rival], on=TODAY).worse}

    assert lost & {(QUESTION, f"《{DRAFT.title}》"), (QUESTION, f"《{rival.title}》")}


def test_where_there_is_no_index_nothing_is_measured(database: Database, tmp_path: Path) -> None:
    missing = TantivyIndex(tmp_path / "none", PASSAGE_SCHEMA, default_segmenter().fingerprint)
    evaluation = AnswererEvaluation(database, missing, plain_answerer, default_segmenter(), ())

    with pytest.raises(UpstreamUnavailable):
        evaluation.compare([DRAFT], on=TODAY)


LAW = DocumentDraft(
    key="专利法",
    kind="statute",
    title="中华人民共和国专利法(2020年修正)",
    version="2020-10-17",
    source="全国人大常委会",
    checked_at=TODAY,
    passages=(
        PassageDraft("第二十一条", "在专利申请公布或者公告前,国务院专利行政部门的工作人员对其内容负有保密责任。"),
        PassageDraft("第二十四条", "申请专利的发明创造在申请日以前六个月内在展览会上首次展出的,不丧失新颖性。"),
    ),
    valid_from=date(2021, 6, 1),
)
SHOWN = "发明创造在展览会上首次展出过,申请专利会不会丧失新颖性"
OVERBEARING = replace(with_passage(f"{SHOWN},来电话问。", SHOWN), title="展会", valid_from=date(2026, 1, 1))


@pytest.fixture
def law(database: Database, index: TantivyIndex) -> None:
    """In the index beside the guides."""
    with database.unit_of_work() as session:
        store_document(session, LAW, now=NOW, serial=next_change_serial(session))
    index_passages(database, index, default_segmenter())


def article_row(text: str, *articles: str, at: str = "2026-11-22", kind: str = "statute", **more: object) -> dict:
    gold = [{"law": "专利法", "article": article} for article in articles]
    return {"text": text, "at": at, "kind": kind, "gold": gold, **more}


def asking(database: Database, index: TantivyIndex, folder: Path, *rows: dict) -> AnswererEvaluation:
    path = folder / "articles.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return AnswererEvaluation(database, index, plain_answerer, default_segmenter(), (ArticleQuestions(path),))


def test_an_answer_that_takes_an_articles_question_is_worse_though_the_article_is_named_below(
    database: Database, index: TantivyIndex, folder: Path, law: None
) -> None:
    evaluation = asking(database, index, folder, article_row(SHOWN, "第二十四条", "第二十一条"))

    comparison = evaluation.compare([OVERBEARING], on=TODAY)

    assert [(score.total, score.before, score.after) for score in comparison.scores] == [(1, 1, 0)]
    assert [(each.question, each.expected, each.before, each.after) for each in comparison.worse] == [
        (SHOWN, "《专利法》第二十一条、《专利法》第二十四条", "《专利法》第二十四条", "《展会》")
    ]
    assert evaluation.compare([DRAFT], on=TODAY).is_passed, "one on another subject takes nothing"


def test_an_article_question_of_another_day_is_asked_as_of_that_day(
    database: Database, index: TantivyIndex, folder: Path, law: None
) -> None:
    evaluation = asking(
        database,
        index,
        folder,
        article_row(SHOWN, "第二十四条", at="2025-05-20", kind="temporal"),
        article_row(SHOWN, "第二十四条", at="2020-05-20", kind="temporal"),
    )

    comparison = evaluation.compare([OVERBEARING], on=TODAY)

    assert comparison.is_passed, "the answer did not hold yet on that day"
    assert [(score.total, score.before, score.after) for score in comparison.scores] == [(2, 1, 1)], "nor did the law"


def test_a_guide_that_rests_on_the_article_answers_for_it_and_what_was_said_before_counts(
    database: Database, index: TantivyIndex, folder: Path, law: None
) -> None:
    guide = replace(
        DRAFT,
        key="showing",
        title="展会展出前要做什么",
        passages=(
            PassageDraft(
                "展出之前",
                "展会上先拍照留底,六个月内申请。",
                questions=("展会展出之前,申请专利要做什么",),
                statutes=(("专利法", "第二十四条"),),
            ),
        ),
        valid_from=date(2021, 6, 1),
    )
    with database.unit_of_work() as session:
        store_document(session, guide, now=NOW, serial=next_change_serial(session))
    index_passages(database, index, default_segmenter())
    rows = (
        article_row("展会展出之前,申请专利要做什么", "第二十四条"),
        article_row("展会展出呢", "第二十四条", history=["专利转让要做什么"]),
    )

    comparison = asking(database, index, folder, *rows).compare([DRAFT], on=TODAY)

    assert [(score.total, score.before, score.after) for score in comparison.scores] == [(2, 2, 2)]


def test_an_article_question_without_an_article_must_stay_unanswered(
    database: Database, index: TantivyIndex, folder: Path
) -> None:
    evaluation = asking(database, index, folder, article_row(QUESTION))

    comparison = evaluation.compare([DRAFT], on=TODAY)

    assert [(each.set, each.expected, each.after) for each in comparison.worse] == [("articles", "", f"《{QUESTION}》")]


@pytest.mark.parametrize("questions", [ArticleQuestions, OutsideQuestions])
def test_a_set_whose_file_is_not_there_lets_nothing_pass(
    database: Database, index: TantivyIndex, tmp_path: Path, questions: type
) -> None:
    sets = (CuratedQuestions(), questions(tmp_path / "gone"))
    evaluation = AnswererEvaluation(database, index, plain_answerer, default_segmenter(), sets)

    comparison = evaluation.compare([DRAFT], on=TODAY)

    assert not comparison.is_passed and not comparison.worse
    assert [score.is_missing for score in comparison.scores] == [False, True]
