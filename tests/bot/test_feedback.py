"""有用, 没用 in the chat; questions without an answer are noted; nobody is asked after every answer."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.skills.feedback import HINT, find_verdict
from core.clock import FixedClock
from models import AnswerFeedback, Case, Message, Miss, MissKind, Verdict
from services.resources import Resources
from tests.support.pushes import Pusher

OPENID = "oFeedback000000000000000001"
QUESTION = "专利年费晚交怎么办"
OTHER_QUESTIONS = ("外观专利保护多少年", "专利转让要办什么手续", "专利侵权诉讼时效几年")
# Within the field, so that it is a question of law; nothing of ours speaks of it.
UNKNOWN = "越南专利局的年费优惠怎么申请"


@pytest.fixture
def say(client: FlaskClient, pusher: Pusher) -> Callable[[str], str]:
    return lambda text: pusher.say(client, OPENID, text)


def verdicts(resources: Resources) -> list[tuple[str, str]]:
    with resources.database.reading() as session:
        rows = session.scalars(select(AnswerFeedback))
        return [(row.verdict, session.get_one(Message, row.message_id).text) for row in rows]


def misses(resources: Resources) -> list[Miss]:
    with resources.database.reading() as session:
        return list(session.scalars(select(Miss).order_by(Miss.id)))


@pytest.mark.parametrize("text", ["有用", "很有用", "有帮助", "挺管用的", "这个回答有用"])
def test_praise_is_understood(text: str) -> None:
    assert find_verdict(text) is Verdict.USEFUL


@pytest.mark.parametrize("text", ["没用", "没有用", "没什么用", "没啥帮助", "答错了", "答非所问", "回答没用"])
def test_blame_is_understood(text: str) -> None:
    assert find_verdict(text) is Verdict.USELESS


@pytest.mark.parametrize(
    "text", ["这个专利有用吗", "没用的商标会被撤销吗", "有用信息在哪", "没用过的商标", "不客气", ""]
)
def test_a_question_is_no_verdict(text: str) -> None:
    assert find_verdict(text) is None


def test_a_verdict_after_an_answer_with_sources_is_kept_with_it(say, resources: Resources) -> None:
    answer = say(QUESTION)
    assert "依据" in answer

    assert say("有用") == "记下了,谢谢。"

    [(verdict, text)] = verdicts(resources)
    assert verdict == Verdict.USEFUL
    assert text.split("\n")[0] in answer


def test_no_use_offers_a_person_who_gets_the_question(say, resources: Resources) -> None:
    say(QUESTION)

    assert "要请专员回答吗" in say("没用")
    assert "单号" in say("好")

    assert [verdict for verdict, _ in verdicts(resources)] == [Verdict.USELESS]
    with resources.database.reading() as session:
        assert QUESTION in str(session.scalars(select(Case)).one().package)


def test_a_slip_is_corrected_by_the_next_word(say, resources: Resources) -> None:
    say(QUESTION)
    say("有用")
    say("没用")

    assert [verdict for verdict, _ in verdicts(resources)] == [Verdict.USELESS]


def test_without_an_answer_to_speak_of_it_is_small_talk(say, resources: Resources, clock: FixedClock) -> None:
    say("帮助")
    assert "记下" not in say("没用")
    say(QUESTION)
    clock.advance(timedelta(hours=25))
    assert "记下" not in say("有用")

    assert verdicts(resources) == []


def test_the_hint_comes_once_a_day_under_the_second_answer(say, clock: FixedClock) -> None:
    first_day = [HINT in say(question) for question in (QUESTION, *OTHER_QUESTIONS)]
    clock.advance(timedelta(days=1))
    second_day = [HINT in say(question) for question in OTHER_QUESTIONS]

    assert first_day == [False, True, False, False]
    assert second_day == [False, True, False]


def test_an_unanswered_question_is_noted_once_without_names(say, resources: Resources) -> None:
    for _ in range(2):
        say("电话13912345678,越南专利法里年费优惠是怎么规定的")

    [miss] = misses(resources)
    assert miss.text == "电话〔电话〕,越南专利法里年费优惠是怎么规定的"
    assert (miss.kind, miss.cluster, miss.vector) == (MissKind.NO_BASIS, None, None)


def test_the_second_miss_that_leads_to_a_person_is_noted_too(say, resources: Resources) -> None:
    say(UNKNOWN)
    assert "单号" in say("越南的商标代理收费标准是什么")

    assert len(misses(resources)) == 2


def test_what_was_answered_or_is_no_question_of_law_is_not_noted(say, resources: Resources) -> None:
    for text in (QUESTION, "找石墨烯专利", "谢谢", "转人工"):
        say(text)

    assert misses(resources) == []
