"""Documents that ground most answers and are due come first; a check counts from its day, with a name."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import Forbidden, InvalidInput, NotFound
from models import AuditEntry, Author, Document, DocumentCheck, DocumentVersion, Message, Role
from services.knowledge_upkeep.documents import count_uses, has_uncounted, list_documents, mark_checked
from tests.support.people import make_conversation, make_identity
from tests.support.staff import make_staff


def add_document(session, key: str, checked_at: date, *, kind: str = "guide", title: str | None = None, **dates) -> int:
    document = Document(key=key, kind=kind, title=title or f"{key}的指引", region="全国")
    session.add(document)
    session.flush()
    session.add(
        DocumentVersion(
            document_id=document.id, version="1", source="知桥编写", checked_at=checked_at,
            content_hash=key, imported_at=session.info["clock"].now(), **dates,
        )
    )  # fmt: skip
    session.flush()
    return document.id


@pytest.fixture
def today(clock: FixedClock) -> date:
    return china_date(clock.now())


@pytest.fixture
def documents(database: Database, clock: FixedClock, today: date) -> dict[str, int]:
    with database.unit_of_work() as session:
        session.info["clock"] = clock
        old, older = today - timedelta(days=181), today - timedelta(days=400)
        return {
            "fresh": add_document(session, "年费", today),
            "due": add_document(session, "质押", old),
            "due_unused": add_document(session, "培训", older),
            "law": add_document(session, "专利法", old, kind="statute", title="中华人民共和国专利法"),
            "over": add_document(session, "旧办法", older, valid_to=today - timedelta(days=1)),
        }


def say(database: Database, at, *cited: str, author: Author = Author.BOT) -> None:
    with database.unit_of_work() as session:
        conversation = make_conversation(session, make_identity(session, at), at)
        details = {"citations": [{"document": name} for name in cited]}
        session.add(Message(conversation_id=conversation.id, author=author, text="…", details=details, created_at=at))


def keys(database: Database, today: date, **options) -> list[tuple[str, int]]:
    with database.reading() as session:
        return [(view.document.key, view.answer_count) for view in list_documents(session, today=today, **options)[0]]


def test_due_and_used_comes_first_then_what_is_used_most(database, clock, documents, today) -> None:
    past = clock.now() - timedelta(hours=1)
    say(database, past, "质押的指引", "质押的指引", "专利法")
    say(database, past, "质押的指引")
    say(database, past, "年费的指引")
    say(database, past, "年费的指引", author=Author.STAFF)
    say(database, past)

    assert count_uses(database, now=clock.now()) == 4

    assert keys(database, today) == [("质押", 2), ("培训", 0), ("年费", 1), ("专利法", 1)]
    with database.reading() as session:
        views, due_count = list_documents(session, today=today)
        assert due_count == 2
        assert [view.is_due(today) for view in views] == [True, True, False, False]


def test_each_answer_is_counted_once_and_a_fresh_one_later(database, clock, documents, today) -> None:
    say(database, clock.now() - timedelta(hours=1), "质押的指引")
    say(database, clock.now(), "质押的指引")

    assert [count_uses(database, now=clock.now()) for _ in range(2)] == [1, 0]
    clock.advance(timedelta(minutes=6))
    assert count_uses(database, now=clock.now()) == 1
    assert keys(database, today)[0] == ("质押", 2)
    with database.reading() as session:
        assert not has_uncounted(session)


def test_answers_of_last_spring_count_no_more(database, clock, documents, today) -> None:
    say(database, clock.now() - timedelta(days=100), "质押的指引")
    count_uses(database, now=clock.now())

    assert dict(keys(database, today))["质押"] == 0


def test_documents_are_found_by_name_and_paged(database, documents, today) -> None:
    assert [key for key, _ in keys(database, today, search="专利")] == ["专利法"]
    assert keys(database, today, search="100%") == []
    assert keys(database, today, page=1, limit=3) == keys(database, today)[3:]


def test_a_check_is_kept_with_day_and_name_and_moves_the_next_one(database, clock, documents, today) -> None:
    with database.unit_of_work() as session:
        staff = make_staff(session, clock.now(), display_name="王芳", role=Role.SUPERVISOR)
        mark_checked(
            session, staff=staff, document_id=documents["due"], checked_on=today, note="与官网一致", now=clock.now()
        )

    with database.reading() as session:
        view = next(each for each in list_documents(session, today=today)[0] if each.document.key == "质押")
        assert (view.version.checked_at, view.due_on) == (today, today + timedelta(days=180))
        assert view.last_check is not None
        assert (view.last_check.staff.display_name, view.last_check.note) == ("王芳", "与官网一致")
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.target) == ("document_checked", "document:质押")


def test_a_check_needs_a_possible_day_a_document_and_the_right(database, clock, documents, today) -> None:
    def check(role: Role, document_id: int, day: date) -> None:
        with database.unit_of_work() as session:
            staff = make_staff(session, clock.now(), role=role)
            mark_checked(session, staff=staff, document_id=document_id, checked_on=day, now=clock.now())

    with pytest.raises(Forbidden):
        check(Role.AGENT, documents["due"], today)
    with pytest.raises(NotFound):
        check(Role.SUPERVISOR, 99_999, today)
    for day in (today + timedelta(days=1), today - timedelta(days=300)):
        with pytest.raises(InvalidInput):
            check(Role.ADMINISTRATOR, documents["due"], day)
    with database.reading() as session:
        assert session.scalars(select(DocumentCheck)).all() == []
