"""Practice in chat: which words begin it, how an answer may be spelled, and that it can be left and taken up again."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from bot.skills.exam_words import read_letters
from core.clock import FixedClock
from models import Conversation, ExamAnswer, ExamQuestion, ExamRun, RunState, Turn
from services.exams.loading import load_own_questions
from services.exams.practice import answer_current, current_question
from services.resources import Resources
from tests.bot.test_conversations import _check_voice
from tests.support.exams import BANK
from tests.support.pushes import Pusher

OPENID = "oUser0000000000000000000031"


class Learner:
    """Somebody who practises on the bus."""

    def __init__(self, client: FlaskClient, pusher: Pusher, resources: Resources) -> None:
        self._client, self._pusher, self.resources = client, pusher, resources

    def say(self, *texts: str) -> str:
        """The answer to the last of them; every answer keeps to the voice."""
        for text in texts:
            reply = self._pusher.say(self._client, OPENID, text)
            _check_voice(reply, f"{text}: {reply}")
        return reply

    def question(self) -> ExamQuestion:
        """The question that waits for an answer."""
        with self.resources.database.reading() as session:
            question = current_question(session, self._run(session))
            assert question is not None
            return question

    def run(self) -> ExamRun:
        with self.resources.database.reading() as session:
            return self._run(session)

    def _run(self, session) -> ExamRun:
        return session.scalars(select(ExamRun).order_by(ExamRun.id.desc()).limit(1)).one()

    def wrong_letter(self) -> str:
        return next(letter for letter in "ABCD" if letter != self.question().answer)

    def last_skill(self) -> str | None:
        with self.resources.database.reading() as session:
            return session.scalar(select(Turn.skill).order_by(Turn.id.desc()).limit(1))

    def memory(self) -> dict:
        with self.resources.database.reading() as session:
            return dict(session.scalars(select(Conversation)).one().memory)


@pytest.fixture
def learner(client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock) -> Learner:
    with resources.database.unit_of_work() as session:
        load_own_questions(session, BANK, clock.now())
    return Learner(client, pusher, resources)


def test_ten_questions_one_by_one_each_with_its_article(learner: Learner) -> None:
    reply = learner.say("来十道题")
    for place in range(1, 11):
        assert f"第{place}题/共10题" in reply
        question = learner.question()
        assert question.stem in reply
        assert all(f"{letter}. {option}" in reply for letter, option in zip("ABCD", question.options, strict=True))
        is_right = place != 4
        reply = learner.say(question.answer if is_right else learner.wrong_letter())
        assert reply.startswith("对。" if is_right else f"不对,答案是{'、'.join(question.answer)}。")
        assert question.explanation in reply
        assert "依据:《" in reply

    assert "练完了:10题对9题。" in reply
    assert "practice" not in learner.memory()
    assert learner.say("错题本").startswith("错题本里有1题,今天没有该复习的。")


def test_a_side_question_is_answered_and_the_question_waits(learner: Learner) -> None:
    learner.say("刷题")
    question = learner.question()
    aside = learner.say("外观设计专利保护多少年")
    assert learner.last_skill() == "policy"
    assert "15年" in aside
    assert "题还在,回复“继续练题”接着做" in aside
    assert "题还在" not in learner.say("专利侵权的诉讼时效是几年")

    assert question.stem in learner.say("继续练题")
    assert learner.say(question.answer).startswith("对。")


def test_leaving_tells_the_result_and_a_letter_means_nothing_afterwards(learner: Learner) -> None:
    learner.say("练题")
    learner.say(learner.question().answer, learner.wrong_letter())
    reply = learner.say("算了")
    assert reply.startswith("先到这:2题对1题。")
    assert learner.run().state == RunState.LEFT
    learner.say("A")
    assert learner.last_skill() != "exams"
    assert learner.say("练题", "不练了").startswith("好,先放下。")


def test_what_was_offered_beside_the_questions_is_declined_first(learner: Learner) -> None:
    learner.say("练题", "我要托管专利")
    assert learner.memory()["pending"]
    assert learner.say("算了").startswith("好。题还在")
    assert learner.run().state == RunState.OPEN
    assert learner.say("算了").startswith("好,先放下。")
    assert learner.run().state == RunState.LEFT


def test_questions_left_lying_are_found_again_after_a_new_start(learner: Learner) -> None:
    learner.say("练题", "重新开始")
    assert "practice" not in learner.memory()
    assert learner.question().stem in learner.say("继续练题")


def test_a_question_passed_over_shows_its_answer_and_goes_into_the_book(learner: Learner, clock: FixedClock) -> None:
    learner.say("练题")
    answer = learner.question().answer
    assert learner.say("不会").startswith(f"答案是{'、'.join(answer)}。")
    learner.say("算了")
    assert "还没有" not in learner.say("错题本")
    clock.advance(timedelta(days=1))
    assert learner.say("错题本").startswith("错题本里有1题,今天该复习1题。")
    assert "第1题/共1题" in learner.say("练错题")


def test_several_letters_for_a_question_with_one_right_answer_are_asked_back(learner: Learner) -> None:
    learner.say("练题")
    while learner.question().is_multiple:
        learner.say("跳过")
    stem = learner.question().stem
    assert learner.say("AB") == learner.say("a和b")
    assert learner.question().stem == stem
    assert "只选一个" in learner.say("全选")


def test_a_topic_and_a_number_are_taken_from_the_sentence(learner: Learner) -> None:
    for text, count, topic in (
        ("来5道商标的题", 5, "trademark"), ("练年费题", 10, "term_fees"), ("我想练练侵权的题", 10, "protection"),
        ("再来三道", 3, None), ("刷两道职务发明的真题", 2, "ownership"),
    ):  # fmt: skip
        learner.say(text)
        run = learner.run()
        assert (len(run.question_ids), run.topic) == (count, topic), text


def test_words_that_mean_practice(learner: Learner) -> None:
    for text in (
        "练题", "刷题", "做题", "来十道题", "来10道题", "我想练题", "刷专利法的题", "考考我", "练习题", "帮我出几道题",
        "做几道专利代理师考试的题", "有没有专利代理师考试的题可以练", "错题本", "我的错题", "复习错题", "练题进度",
        "模拟考试", "来一套模拟卷", "排行榜",
    ):  # fmt: skip
        learner.say(text)
        assert learner.last_skill() == "exams", text


def test_words_that_mean_something_else_without_a_question_on_the_table(learner: Learner) -> None:
    for text in (
        "我有个问题", "来个难题", "找刷题软件的专利", "出了问题怎么办", "做课题能申请补贴吗", "A", "ABC", "继续",
        "专利代理师考试的培训有没有", "商标怎么续展", "专题培训什么时候",
    ):  # fmt: skip
        learner.say(text)
        assert learner.last_skill() != "exams", text


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("A", "A"), ("ac", "AC"), ("a c", "AC"), ("C A", "AC"), ("选A和C", "AC"), ("我选b", "B"), ("答案是BD", "BD"),
        ("A、C、D", "ACD"), ("A,C都对", "AC"), ("应该选d吧", "D"), ("选B项", "B"), ("全选", "ABCD"), ("都对", "ABCD"),
        ("不会", ""), ("跳过", ""), ("不知道", ""), ("AA", "A"), ("E", None), ("A公司怎么样", None), ("选哪个", None),
        ("abs", None), ("CN112345678B", None), ("B是什么意思", None),
    ],
)  # fmt: skip
def test_an_answer_is_read_in_any_spelling(text: str, letters: str | None) -> None:
    assert read_letters(text, "ABCD") == letters


def test_what_was_answered_in_the_mini_program_meanwhile_is_not_answered_again(
    learner: Learner, resources: Resources, clock: FixedClock
) -> None:
    learner.say("练题")
    with resources.database.unit_of_work() as session:
        run = session.scalars(select(ExamRun)).one()
        answer_current(session, run, "", clock.now())
    reply = learner.say("A")
    assert reply.startswith("这道题已经答过了。")
    assert "第2题/共10题" in reply
    with resources.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ExamAnswer)) == 1


def test_progress_names_the_weakest_topic_and_the_board_only_who_wants_it(learner: Learner) -> None:
    assert learner.say("练题进度").startswith("还没有练过题")
    learner.say("来1道商标的题")
    learner.say(learner.question().answer)
    learner.say("来1道优先权的题")
    learner.say(learner.wrong_letter())
    progress = learner.say("练题进度")
    assert progress.startswith("一共答了2次,对50%。")
    assert "最弱的是优先权。" in progress

    assert "还没有人" in learner.say("排行榜")
    assert "不显示您的名字" in learner.say("加入排行榜")
    assert "· 1题 · 您" in learner.say("排行榜")
    assert "还没有人" in learner.say("退出排行榜", "排行榜")


def test_without_questions_it_says_so(client: FlaskClient, pusher: Pusher, resources: Resources) -> None:
    assert Learner(client, pusher, resources).say("练题").startswith("这个范围还没有能练的题")
