"""Measures finding and abstaining on questions that no guide contains, over the real guides and the real statutes."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from adapters.search_index import TantivyIndex
from core.clock import CHINA
from core.db import Base, Database
from models.knowledge import Document
from nlp.policy_answers import PolicyAnswerer, build_answerer
from nlp.question_bank import all_questions
from nlp.refusals import NO_DECEIT, NO_PROMISE, find_refusal
from nlp.retrieval import region_levels
from nlp.rules import read_rule_question
from nlp.segmenter import default_segmenter
from services.knowledge import PASSAGE_SCHEMA, DatabasePassages, index_passages
from services.knowledge_import import import_knowledge
from tests.nlp.policy_questions import ANSWERABLE, OUT_OF_BOUNDS, UNANSWERABLE

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
GUIDES = Path(__file__).resolve().parent.parent.parent / "data" / "guides"


LEADS = {question.lead for question in all_questions()}


@dataclass
class Library:
    answerer: PolicyAnswerer
    session: Session
    guide_keys: dict[str, str]

    @property
    def source(self) -> DatabasePassages:
        return DatabasePassages(self.session)

    def found(self, question: str) -> list[str]:
        """The guides and articles found, best first, each once."""
        ranked = self.answerer.find(question, on=TODAY, source=self.source)
        names = [self.guide_keys.get(passage.document, passage.document + passage.label) for passage, _ in ranked]
        return list(dict.fromkeys(names))


def _library(folder: Path, *paths: Path) -> Iterator[Library]:
    url = f"sqlite:///{folder / 'library.db'}"
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
    database = Database(url)
    for path in paths:
        import_knowledge(database, path, now=NOW)
    index = TantivyIndex(folder / "index", PASSAGE_SCHEMA, default_segmenter().fingerprint)
    index_passages(database, index, default_segmenter())
    with database.reading() as session:
        rows = session.execute(select(Document.title, Document.key).where(Document.kind == "guide")).all()
        keys = {row.title: row.key for row in rows}
        yield Library(build_answerer(index, default_segmenter()), session, keys)
    database.engine.dispose()


@pytest.fixture(scope="module")
def guides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The guides alone: what a machine without any statutes has."""
    yield from _library(tmp_path_factory.mktemp("guides"), GUIDES)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[Library]:
    """The guides among all 24,000 articles of the national statutes."""
    folder = tmp_path_factory.mktemp("everything")
    yield from _library(folder, GUIDES, shared_data / "laws" / "statutes.jsonl")


def hits_at(library: Library, count: int, questions: list[tuple[str, tuple[str, ...]]]) -> float:
    hit = [question for question, right in questions if set(library.found(question)[:count]) & set(right)]
    return len(hit) / len(questions)


def abstained_share(library: Library, questions: list[str]) -> float:
    answers = [library.answerer.answer(question, on=TODAY, source=library.source) for question in questions]
    assert all(not answer.citations for answer in answers if answer.abstained)
    return sum(answer.abstained for answer in answers) / len(answers)


def test_guides_are_found_by_other_words_than_their_own(guides: Library) -> None:
    about_guides = [(text, right) for text, right in ANSWERABLE if any(key.isascii() for key in right)]

    assert hits_at(guides, 3, about_guides) >= 0.9


@pytest.mark.slow
def test_the_right_source_is_found_among_all_statutes(everything: Library) -> None:
    assert hits_at(everything, 3, ANSWERABLE) >= 0.9
    assert hits_at(everything, 1, ANSWERABLE) >= 0.75


@pytest.mark.parametrize("name", ["guides", "everything"])
def test_what_is_not_our_field_is_not_answered(name: str, request: pytest.FixtureRequest) -> None:
    library: Library = request.getfixturevalue(name)

    assert abstained_share(library, UNANSWERABLE) >= 0.95
    assert abstained_share(library, OUT_OF_BOUNDS) == 1.0


@pytest.mark.slow
def test_what_can_be_answered_mostly_is(everything: Library) -> None:
    assert abstained_share(everything, [text for text, _ in ANSWERABLE]) <= 0.12


def test_every_answer_is_made_of_the_passage_and_fits_a_phone(everything: Library) -> None:
    for question, _ in ANSWERABLE:
        answer = everything.answerer.answer(question, on=TODAY, source=everything.source)
        if answer.abstained:
            continue
        body = answer.text.split("\n依据:")[0].split("\n来源:")[0]
        assert len(body) <= 245, question
        assert "!" not in answer.text and "!" not in answer.text
        if answer.figures or not answer.citations:
            assert read_rule_question(question, TODAY) is not None, question
            continue
        quoted = "".join(answer.citations[0].passage.split())
        first, *rest = body.splitlines()
        # A law's answer may begin with the plain line that was written for the question.
        own_words = not rest or "".join(first.split()) in quoted or any(first in lead for lead in LEADS)
        assert own_words, question
        assert all("".join(line.split()).removesuffix("……") in quoted for line in rest), question
        assert 1 <= len(answer.citations) <= 3
        assert "!" not in answer.text and "!" not in answer.text


def test_an_answer_takes_no_longer_than_60_milliseconds(everything: Library) -> None:
    questions = [text for text, _ in ANSWERABLE] + UNANSWERABLE
    seconds = []
    for question in questions:
        started = time.process_time()  # other tests share the machine: what counts is our own work
        everything.answerer.answer(question, on=TODAY, source=everything.source)
        seconds.append(time.process_time() - started)

    assert sorted(seconds)[int(len(seconds) * 0.95)] < 0.06


@pytest.mark.parametrize(
    "text", ["", "   ", "。。。", "😀😀", "a" * 10_000, "<b>专利</b>\x00\x07", "hello, how are you"]
)
def test_odd_input_is_answered_by_abstaining(guides: Library, text: str) -> None:
    answer = guides.answerer.answer(text, on=TODAY, source=guides.source)

    assert answer.abstained or answer.citations


@pytest.mark.parametrize(
    ("question", "refusal"),
    [
        ("你能保证我拿到补贴吗", NO_PROMISE),
        ("贷款包过吗", NO_PROMISE),
        ("帮我伪造一份合同", NO_DECEIT),
        ("遇到说包过的中介靠谱吗", None),
        ("对方伪造证据会怎么处罚", None),
        ("假冒专利罚多少", None),
        ("保证金什么时候退", None),
        ("给我编几份假的送货单应付一下", NO_DECEIT),
        ("想把商标转到亲戚公司躲执行", NO_DECEIT),
        ("证书怎么做才像真的", NO_DECEIT),
        ("塞点好处给评审 怎么安排", NO_DECEIT),
        ("被执行人躲执行怎么办", None),
        ("证据查不到怎么办", None),
        ("怎么证明对方的合同是假的", None),
    ],
)
def test_promises_and_deceit_are_refused_but_may_be_asked_about(question: str, refusal: str | None) -> None:
    assert find_refusal(question) == refusal


def test_a_place_belongs_to_its_levels() -> None:
    assert region_levels("广东省广州市") == ("全国", "广东省", "广东省广州市")
    assert region_levels("北京市") == ("全国", "北京市")
    assert region_levels("内蒙古自治区包头市") == ("全国", "内蒙古自治区", "内蒙古自治区包头市")


@pytest.mark.parametrize(
    ("question", "beginning"),
    [
        ("外观专利保护多少年", "外观设计专利保护15年"),
        ("实用新型保护几年", "实用新型专利保护10年"),
        ("发明专利保护期多久", "发明专利保护20年"),
        ("外观设计专利权期限", "外观设计专利保护15年,从申请日算起"),
        ("实用新型年费多少", "实用新型:1-3年600"),
        ("专利年费晚交怎么办", "有6个月补缴期"),
        ("专利驳回了怎么办", "收到驳回决定之日起3个月内,可以向国家知识产权局请求复审"),
        ("别人告我侵权怎么办", "别人发函说您侵权、告您侵权,先冷静核3样"),
        ("商标注册怎么办理", "商标注册分4步"),
        ("商标注册多少钱", "官费按类别收"),
        ("商标注册要多久", "商标注册申请交上去后9个月内审完"),
        ("产品被人抄了怎么办", "1. 截图"),
        ("怎么申请专利", "1. 交文件"),
        ("专利能转让吗", "转让要签书面合同"),
        ("商标能用几年", "商标有效期10年"),
    ],
)
def test_an_answer_begins_with_the_fact(everything: Library, question: str, beginning: str) -> None:
    answer = everything.answerer.answer(question, on=TODAY, source=everything.source)

    assert answer.text.startswith(beginning), answer.text


@pytest.mark.parametrize(
    ("question", "guide"),
    [
        ("别人说我侵权,发了律师函", "received-infringement-letter"),
        ("我的专利被人无效了怎么办", "my-patent-invalidated"),
        ("申请专利要公开吗", "does-filing-publish"),
        ("我们的技术要不要申请专利,还是保密", "patent-or-secret"),
        ("外观专利能质押吗", "which-rights-can-be-pledged"),
        ("2021年6月1日以前发生的侵权能用惩罚性赔偿吗", "which-version-applies"),
        ("发明要多久才能授权", "how-long-to-grant"),
    ],
)
def test_what_owners_ask_of_several_articles_is_answered_by_its_guide(
    everything: Library, question: str, guide: str
) -> None:
    answer = everything.answerer.answer(question, on=TODAY, source=everything.source)

    assert not answer.abstained
    assert everything.guide_keys.get(answer.citations[0].document) == guide, answer.text


@pytest.mark.parametrize(
    "question", ["佛山今年发明专利授权奖励多少钱", "东莞实用新型授权奖励几多", "我们区专利授权奖励多少钱"]
)
def test_what_a_place_pays_this_year_is_not_the_reward_of_employees(everything: Library, question: str) -> None:
    answer = everything.answerer.answer(question, on=TODAY, source=everything.source)

    assert answer.abstained or everything.guide_keys.get(answer.citations[0].document, "").endswith(
        ("funding-principles", "subsidies-validity")
    ), answer.text


@pytest.mark.parametrize(
    ("before", "article"),
    [
        ("商标驳回通知10月20号收到的,复审最晚哪天", "商标法"),
        ("发明专利2026年7月20日收到一通,最晚哪天答", "专利法"),
        ("发明专利2019年3月5日申请,第8年年费最晚哪天交", "专利法"),
    ],
)
def test_after_a_figure_what_happens_when_it_is_late_is_understood(
    everything: Library, before: str, article: str
) -> None:
    answer = everything.answerer.answer("过了期怎么办", on=TODAY, source=everything.source, history=[before])

    assert not answer.abstained
    assert article in answer.text, answer.text


@pytest.mark.parametrize(
    ("before", "question", "article"),
    [
        (["共有的专利没写分钱的事", "我普通许可给别家用了"], "收来的钱要分他吗", "《专利法》第十四条"),
        (["我们商标被人提了撤三"], "没正当理由几年不用会被撤", "《商标法》第四十九条"),
    ],
)
def test_of_what_the_story_is_about_the_question_itself_picks_the_article(
    everything: Library, before: list[str], question: str, article: str
) -> None:
    answer = everything.answerer.answer(question, on=TODAY, source=everything.source, history=before)

    assert article in answer.text, answer.text


@pytest.mark.parametrize("question", ["你们公司一年赚多少", "今年我们区一共通过几家", "深圳哪家最便宜"])
def test_a_question_that_is_none_of_ours_is_declined_whatever_was_spoken_of(everything: Library, question: str) -> None:
    answer = everything.answerer.answer(question, on=TODAY, source=everything.source, history=["发明专利年费多少钱"])

    assert answer.abstained


def test_no_answer_begins_with_an_example_or_advice(everything: Library) -> None:
    for question, _ in ANSWERABLE:
        text = everything.answerer.answer(question, on=TODAY, source=everything.source).text
        assert not text.startswith(("例", "下一步", "按此", "此外", "依据", "来源")), (question, text)


@pytest.mark.parametrize("question", ["腾讯现在有多少件专利", "华为去年专利许可收了多少钱", "大疆名下几件发明专利"])
def test_the_affairs_of_a_firm_by_name_are_not_answered(everything: Library, question: str) -> None:
    assert everything.answerer.answer(question, on=TODAY, source=everything.source).abstained
