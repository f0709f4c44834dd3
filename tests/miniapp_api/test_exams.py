"""Practice, mock papers, wrong answers and the leaderboard through the API: the runs of the chat, only one's own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from models import ExamAnswer, ExamRun, Subject
from services.resources import Resources
from tests.miniapp_api.conftest import Phone
from tests.support.exams import make_questions


@pytest.fixture
def bank(resources: Resources, clock: FixedClock) -> None:
    with resources.database.unit_of_work() as session:
        make_questions(session, clock.now(), 8)
        make_questions(session, clock.now(), 14, answer="AC", topic="ownership")
        make_questions(session, clock.now(), 2, subject=Subject.RELATED_LAW, topic="trademark")


def start(phone: Phone, **wanted: Any) -> dict[str, Any]:
    answer = phone.post("/practice-runs", wanted)
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def test_questions_are_answered_one_by_one_and_each_tells_its_solution_only_then(phone: Phone, bank: None) -> None:
    run = start(phone, topic="term_fees", count=2)
    assert "solution" not in run["question"]
    assert run["question"]["options"] == ["10年", "15年", "20年", "25年"]

    first = phone.post(f"/practice-runs/{run['id']}/answers", {"letters": "b", "question": run["question"]["id"]})
    assert first.status_code == 201
    assert first.get_json()["is_right"] is True
    assert first.get_json()["solution"] == {
        "letters": "B", "explanation": "从申请日起算15年。", "basis": "《专利法》第四十二条",
    }  # fmt: skip
    second = phone.post(f"/practice-runs/{run['id']}/answers", {"letters": "AB"}).get_json()
    assert second["is_right"] is False
    assert second["run"]["state"] == "done"
    assert second["run"]["question"] is None
    assert (second["run"]["answered"], second["run"]["right"]) == (2, 1)
    assert phone.post(f"/practice-runs/{run['id']}/answers", {"letters": "A"}).status_code == 409

    book = phone.get("/wrong-answers").get_json()
    assert [item["wrong_count"] for item in book["items"]] == [1]
    assert (book["due"], book["next_cursor"]) == (0, None)


def test_an_answer_sent_twice_under_one_key_counts_once(phone: Phone, bank: None, resources: Resources) -> None:
    run = start(phone)
    path = f"/practice-runs/{run['id']}/answers"
    first = phone.post(path, {"letters": "A"}, key="answer-0001")
    again = phone.post(path, {"letters": "A"}, key="answer-0001")

    assert again.get_json() == first.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert phone.post(path, {"letters": "A", "question": run["question"]["id"]}).status_code == 409
    with resources.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ExamAnswer)) == 1


def test_nothing_is_reviewed_before_its_day_and_the_book_is_paged(phone: Phone, bank: None) -> None:
    assert phone.post("/practice-runs", {"kind": "review"}).status_code == 409
    run = start(phone, count=3)
    for _ in range(3):
        phone.post(f"/practice-runs/{run['id']}/answers", {"letters": ""})
    assert phone.post("/practice-runs", {"kind": "review"}).status_code == 409
    page = phone.get("/wrong-answers", limit=2).get_json()
    assert len(page["items"]) == 2
    rest = phone.get("/wrong-answers", limit=2, cursor=page["next_cursor"]).get_json()
    assert len(rest["items"]) == 1
    assert rest["next_cursor"] is None


def test_a_mock_paper_hides_its_solutions_until_it_is_handed_in(phone: Phone, bank: None) -> None:
    created = phone.post("/mock-papers", {"subject": "patent_law"}, key="paper-0001")
    assert created.status_code == 201
    assert phone.post("/mock-papers", {"subject": "patent_law"}, key="paper-0001").get_json() == created.get_json()
    refused = phone.post("/mock-papers", {"subject": "patent_law"})
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (409, "paper_open")
    paper = created.get_json()
    assert len(paper["questions"]) == 20
    assert paper["points_each"] == 1.5
    assert all(each["solution"] is None and each["is_right"] is None for each in paper["questions"])

    for each in paper["questions"][:7]:
        letters = "CA" if each["is_multiple"] else "B"
        put = phone.put(f"/mock-papers/{paper['id']}/answers/{each['id']}", {"letters": letters})
        assert put.get_json() == {"question": each["id"], "letters": "AC" if each["is_multiple"] else "B"}
    seen = phone.get(f"/mock-papers/{paper['id']}").get_json()
    assert [each["letters"] for each in seen["questions"][:8]] == ["B"] * 6 + ["AC", ""]
    assert seen["result"] is None
    # It is no practice either: that would tell.
    assert phone.get(f"/practice-runs/{paper['id']}").status_code == 404

    done = phone.post(f"/mock-papers/{paper['id']}/submission").get_json()
    assert done["result"] == {"points": 10.5, "of": 30.0, "usual_pass": 18.0, "right": 7, "answered": 7}
    assert all(each["solution"] for each in done["questions"])
    late = phone.put(f"/mock-papers/{paper['id']}/answers/{paper['questions'][0]['id']}", {"letters": "A"})
    assert late.status_code == 409


def test_a_paper_is_taken_in_when_its_time_is_over(phone: Phone, bank: None, clock: FixedClock) -> None:
    paper = phone.post("/mock-papers", {"subject": "patent_law"}).get_json()
    clock.advance(timedelta(minutes=31))
    question = paper["questions"][0]["id"]
    assert phone.put(f"/mock-papers/{paper['id']}/answers/{question}", {"letters": "B"}).status_code == 409
    seen = phone.get(f"/mock-papers/{paper['id']}").get_json()
    assert (seen["state"], seen["ended_at"]) == ("done", paper["due_at"])
    assert seen["result"]["answered"] == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/practice-runs", {"count": 0}),
        ("/practice-runs", {"topic": "cooking"}),
        ("/mock-papers", {"subject": "cooking"}),
        ("/mock-papers", {}),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_field(phone: Phone, bank: None, path: str, body: Any) -> None:
    answer = phone.post(path, body)

    assert answer.status_code == 422
    assert answer.get_json()["error"]["fields"]


def test_there_is_no_paper_without_enough_questions_and_no_letter_beyond_them(phone: Phone, bank: None) -> None:
    assert phone.post("/mock-papers", {"subject": "related_law"}).status_code == 409
    paper = phone.post("/mock-papers", {"subject": "patent_law"}).get_json()
    single = paper["questions"][0]["id"]
    for letters in ("E", "AB"):
        answer = phone.put(f"/mock-papers/{paper['id']}/answers/{single}", {"letters": letters})
        assert answer.get_json()["error"]["fields"] == {"letters": "只能选这道题有的选项,单选题只选一个。"}
    assert phone.put(f"/mock-papers/{paper['id']}/answers/nothing", {"letters": "A"}).status_code == 404


def test_progress_is_one_s_own_and_the_leaderboard_shows_only_who_joined(
    log_in: Callable[..., Phone], bank: None
) -> None:
    one, other = log_in("oMini1"), log_in("oMini2")
    for phone in (one, other):
        run = start(phone, topic="term_fees", count=1)
        phone.post(f"/practice-runs/{run['id']}/answers", {"letters": "B"})
    assert one.get("/exam-leaderboard").get_json() == {"items": [], "own_name": None}

    joined = one.put("/exam-leaderboard/membership").get_json()
    assert joined["own_name"].startswith("考友")
    assert joined["items"] == [{"place": 1, "name": joined["own_name"], "right": 1, "is_own": True}]
    assert [each["is_own"] for each in other.get("/exam-leaderboard").get_json()["items"]] == [False]
    assert one.delete("/exam-leaderboard/membership").status_code == 204
    assert other.get("/exam-leaderboard").get_json()["items"] == []

    found = {each["topic"]: each for each in one.get("/exam-progress").get_json()["items"]}
    assert (found["term_fees"]["answers"], found["term_fees"]["right"], found["ownership"]["seen"]) == (1, 1, 0)


def test_ending_a_practice_keeps_what_was_answered(phone: Phone, bank: None, resources: Resources) -> None:
    run = start(phone)
    phone.post(f"/practice-runs/{run['id']}/answers", {"letters": "A"})
    for _ in range(2):
        ended = phone.post(f"/practice-runs/{run['id']}/end").get_json()
        assert (ended["state"], ended["answered"], ended["question"]) == ("left", 1, None)
    with resources.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ExamRun)) == 1
