"""Documents of cases: taken by content, once, for those whose case it is; gone when they are removed."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters.files_local import LocalFiles
from core.db import Database
from core.errors import Conflict, Forbidden, InvalidInput, NotFound, UpstreamUnavailable
from core.files import FileMissing, FileStoreError
from core.outbox import OutboxRow
from models import Case, CaseDocument, CaseEvent, CaseStatus, Role, Staff, StaffNotification
from services.casework.access import get_document_for, get_own_document, keys_for_partner
from services.casework.documents import (
    MAX_DOCUMENTS,
    MAX_UPLOAD_BYTES,
    Sender,
    collect_file,
    keep_bytes,
    list_documents,
    read_document,
    receive,
    remove_document,
    wanted_of,
)
from services.casework.file_links import make_link, open_link
from services.casework.moves import Mover, allowed_moves, move_case
from services.catalogue import SERVICES
from services.catalogue.model import Party, WantedDocument
from services.permissions import Action
from services.privacy import erase_user_by_id
from tests.support.casework import RECOMMEND, make_institution, make_service_case
from tests.support.documents import add_file
from tests.support.sample_files import pdf, picture, sheet
from tests.support.staff import make_staff

SECRET = "a-secret-key-of-at-least-32-signs"
SMALL = WantedDocument("small", "小材料", "只为测试", max_bytes=1024 * 1024)


@pytest.fixture
def files(tmp_path) -> LocalFiles:
    return LocalFiles(tmp_path / "files")


@pytest.fixture
def case(database, clock):
    with database.unit_of_work() as session:
        return make_service_case(session, clock.now(), is_taken=True)


def owner(case) -> Sender:
    return Sender(user_id=case.user_id)


def details(database: Database, case, kind: str) -> list[dict]:
    with database.reading() as session:
        query = select(CaseEvent.details).where(CaseEvent.case_id == case.id, CaseEvent.kind == kind)
        return list(session.scalars(query.order_by(CaseEvent.id)))


def collect_all(database: Database, files: LocalFiles) -> None:
    """Run every job that deletes bytes, whenever it is due."""
    with database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.job_name == "jobs.files.collect_file")).all()
        keys = [row.arguments["storage_key"] for row in rows]
    for key in keys:
        collect_file(database, files, key)


def test_a_document_is_kept_whole_under_a_key_that_tells_nothing(database, clock, files, case):
    document = add_file(database, files, case.id, clock.now(), sender=owner(case), content=pdf("何晓雯"))

    assert b"".join(read_document(files, document)) == pdf("何晓雯")
    assert document.file_name == "执照.pdf" and document.media_type == "application/pdf"
    assert "执照" not in document.storage_key and document.sha256 not in document.storage_key
    assert details(database, case, "document_added") == [{"document": document.id, "key": "licence"}]
    with database.reading() as session:
        told = list(session.scalars(select(StaffNotification.text)))
    assert f"质押融资 {case.number}:企业上传了营业执照" in told and not any("执照.pdf" in text for text in told)


def test_what_a_move_needs_is_there_once_it_is_added(database, clock, files, case):
    with database.unit_of_work() as session:
        session.get(Case, case.id).stage = "approved"

    def missing() -> str:
        with database.reading() as session:
            moves = allowed_moves(session, session.get(Case, case.id), mover(session, case))
            return next(text for move, text in moves if move.to == "registered")

    assert missing() == "还差质押合同"
    document = add_file(database, files, case.id, clock.now(), sender=owner(case), key="contract")
    assert missing() == ""
    with database.unit_of_work() as session:
        remove_document(session, document=session.get(CaseDocument, document.id), sender=owner(case), now=clock.now())
    assert missing() == "还差质押合同"


def mover(session, case) -> Mover:
    return Mover(staff=session.get(Staff, case.assignee_id))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg onload='x'/>", "小材料只收PDF、JPG、PNG"),
        (sheet(), "小材料只收PDF、JPG、PNG"),
        (b"", "文件是空的"),
        (pdf() + b"0" * 1024 * 1024, "文件超过1MB"),
    ],
    ids=["other type", "not asked for", "empty", "too large"],
)
def test_what_cannot_be_taken_is_refused_with_what_would_be_right(content, said):
    with pytest.raises(InvalidInput, match=said) as refused:
        receive(io.BytesIO(content), "执照.pdf", SMALL)
    assert "file" in refused.value.fields


def test_a_file_that_never_ends_is_refused_at_its_limit():
    class Endless(io.RawIOBase):
        given = 0

        def read(self, count: int = -1) -> bytes:
            self.given += count
            assert self.given < 3 * SMALL.max_bytes, "read on after the limit"
            return b"0" * count

        def seek(self, offset: int, whence: int = 0) -> int:
            return 0

    with pytest.raises(InvalidInput, match="1MB"):
        receive(Endless(), "a.pdf", SMALL)


def test_the_same_file_twice_is_one_document(database, clock, files, case):
    first = add_file(database, files, case.id, clock.now(), sender=owner(case))
    again = add_file(database, files, case.id, clock.now(), sender=owner(case), name="同一份.pdf")
    elsewhere = add_file(database, files, case.id, clock.now(), sender=owner(case), key="certificate")

    assert again.id == first.id and elsewhere.id != first.id
    assert len(details(database, case, "document_added")) == 2
    clock.advance(timedelta(hours=2))
    collect_all(database, files)
    for document in (first, elsewhere):
        assert b"".join(files.read(document.storage_key)) == pdf()
    assert len([path for path in files._folder.rglob("*") if path.is_file()]) == 2


def test_a_document_is_replaced_by_another_of_its_kind(database, clock, files, case):
    old = add_file(database, files, case.id, clock.now(), sender=owner(case))
    new = add_file(database, files, case.id, clock.now(), sender=owner(case), content=picture(), replaces=old.public_id)

    with database.reading() as session:
        assert [row.id for row in list_documents(session, case.id)] == [new.id]
        assert session.get(CaseDocument, old.id).file_name == ""
    collect_all(database, files)
    with pytest.raises(FileMissing):
        files.read(old.storage_key)
    with pytest.raises(InvalidInput):
        add_file(database, files, case.id, clock.now(), sender=owner(case), key="contract", replaces=new.public_id)


def test_a_removed_document_is_gone_with_its_bytes_and_stays_in_the_history(database, clock, files, case):
    document = add_file(database, files, case.id, clock.now(), sender=owner(case))
    for _ in range(2):
        with database.unit_of_work() as session:
            remove_document(
                session, document=session.get(CaseDocument, document.id), sender=owner(case), now=clock.now()
            )
    collect_all(database, files)

    with pytest.raises(FileMissing):
        files.read(document.storage_key)
    assert details(database, case, "document_removed") == [{"document": document.id, "key": "licence"}]
    with database.reading() as session, pytest.raises(NotFound):
        get_own_document(session, case.user_id, document.public_id)


def test_bytes_that_no_document_names_are_collected(database, clock, files, case):
    with database.reading() as session:
        wanted = wanted_of(session.merge(case, load=False), "licence")
    key = keep_bytes(database, files, receive(io.BytesIO(pdf()), "a.pdf", wanted), clock.now())
    with database.reading() as session:
        row = session.scalar(select(OutboxRow).where(OutboxRow.job_name == "jobs.files.collect_file"))
    assert row.run_after - row.created_at == timedelta(hours=1)

    collect_file(database, files, key)
    collect_file(database, files, key)
    with pytest.raises(FileMissing):
        files.read(key)


def test_a_store_that_fails_keeps_nothing_and_says_so(database, clock, case):
    class Failing:
        def put(self, *_: object, **__: object) -> None:
            raise FileStoreError("disk full")

    with pytest.raises(UpstreamUnavailable, match="文件没存成功"):
        add_file(database, Failing(), case.id, clock.now(), sender=owner(case))
    with database.reading() as session:
        assert list_documents(session, case.id) == []


def test_an_ended_case_takes_and_loses_nothing(database, clock, files, case):
    document = add_file(database, files, case.id, clock.now(), sender=owner(case))
    with database.unit_of_work() as session:
        move_case(session, case_id=case.id, to="withdrawn", mover=Mover(user_id=case.user_id), now=clock.now())

    with pytest.raises(Conflict, match="已经结束"):
        add_file(database, files, case.id, clock.now(), sender=owner(case), key="contract")
    with pytest.raises(Conflict, match="已经结束"), database.unit_of_work() as session:
        remove_document(session, document=session.get(CaseDocument, document.id), sender=owner(case), now=clock.now())


def test_a_case_has_room_for_so_many_documents(database, clock, files, case):
    for number in range(MAX_DOCUMENTS):
        add_file(database, files, case.id, clock.now(), sender=owner(case), content=pdf(str(number)))

    with pytest.raises(Conflict, match=str(MAX_DOCUMENTS)):
        add_file(database, files, case.id, clock.now(), sender=owner(case), content=pdf("one more"))


def test_an_owner_does_not_remove_what_staff_added(database, clock, files, case):
    with database.reading() as session:
        handler = session.get(Staff, case.assignee_id)
    document = add_file(database, files, case.id, clock.now(), sender=Sender(staff=handler))

    with pytest.raises(Conflict, match="专员"), database.unit_of_work() as session:
        remove_document(session, document=session.get(CaseDocument, document.id), sender=owner(case), now=clock.now())


def test_a_strangers_document_looks_like_a_missing_one(database, clock, files, case):
    document = add_file(database, files, case.id, clock.now(), sender=owner(case))
    with database.unit_of_work() as session:
        stranger = make_service_case(session, clock.now()).user_id
        other_desk = make_staff(session, clock.now(), skills=["patent"])
        partner = make_staff(session, clock.now(), role=Role.PARTNER)
        supervisor = make_staff(session, clock.now(), role=Role.SUPERVISOR)

    said = set()
    with database.reading() as session:
        assert get_own_document(session, case.user_id, document.public_id).id == document.id
        assert get_document_for(session, supervisor, document.public_id, on=clock.now().date()).id == document.id
        for look in (
            lambda: get_own_document(session, stranger, document.public_id),
            lambda: get_own_document(session, stranger, "nothing"),
            lambda: get_document_for(session, other_desk, document.public_id, on=clock.now().date()),
            lambda: get_document_for(session, other_desk, "nothing", on=clock.now().date()),
            lambda: get_document_for(session, partner, document.public_id, on=clock.now().date()),
        ):
            with pytest.raises(NotFound) as refused:
                look()
            said.add(refused.value.message)
    assert len(said) == 1


def test_a_partner_sees_what_is_meant_for_parties_while_it_has_a_task(database, clock, files, case):
    with database.unit_of_work() as session:
        bank = make_institution(session, clock.now(), party=Party.BANK).id
        other = make_institution(session, clock.now(), party=Party.AGENCY).id
        people = [make_staff(session, clock.now(), role=Role.PARTNER) for _ in range(2)]
        people[0].institution_id, people[1].institution_id = bank, other
    open_to_parties = add_file(database, files, case.id, clock.now(), sender=owner(case), key="licence")
    kept_from_them = add_file(database, files, case.id, clock.now(), sender=owner(case), key="statements")
    with database.reading() as session, pytest.raises(NotFound):
        get_document_for(session, people[0], open_to_parties.public_id, on=clock.now().date())

    with database.unit_of_work() as session:
        move_case(session, case_id=case.id, to="recommended", mover=mover(session, case), answers=RECOMMEND,
                  now=clock.now())  # fmt: skip
    with database.reading() as session:
        seen = get_document_for(session, people[0], open_to_parties.public_id, on=clock.now().date())
        assert seen.id == open_to_parties.id
        assert "licence" in keys_for_partner(session, people[0], case, clock.now().date())
        assert keys_for_partner(session, people[1], case, clock.now().date()) == []
        with pytest.raises(Forbidden):
            get_document_for(session, people[0], open_to_parties.public_id, Action.MOVE, on=clock.now().date())
        for person, document in ((people[0], kept_from_them), (people[1], open_to_parties)):
            with pytest.raises(NotFound):
                get_document_for(session, person, document.public_id, on=clock.now().date())


def test_a_link_works_for_minutes_for_its_document_only(database, clock, files, case):
    document = add_file(database, files, case.id, clock.now(), sender=owner(case))
    address, until = make_link(SECRET, "https://example.org/", document, clock.now())
    token = address.partition("?t=")[2]

    def opened(token: str, secret: str = SECRET) -> bool:
        with database.reading() as session:
            try:
                return open_link(session, secret, token, clock.now()).id == document.id
            except NotFound:
                return False

    assert address.startswith("https://example.org/files?t=")
    assert until - clock.now() == timedelta(minutes=5)
    assert opened(token)
    assert not any(opened(odd) for odd in ("", "x", token[:-1], token + "x", "." * 40, "\x00", "ä"))
    assert not opened(token, "another-secret-key-of-32-signs!!!")
    clock.advance(timedelta(minutes=5))
    assert not opened(token)


def test_a_link_to_a_removed_document_opens_nothing(database, clock, files, case):
    document = add_file(database, files, case.id, clock.now(), sender=owner(case))
    token = make_link(SECRET, "", document, clock.now())[0].partition("?t=")[2]
    with database.unit_of_work() as session:
        remove_document(session, document=session.get(CaseDocument, document.id), sender=owner(case), now=clock.now())

    with database.reading() as session, pytest.raises(NotFound):
        open_link(session, SECRET, token, clock.now())


def test_an_erased_persons_documents_are_gone_rows_and_bytes(database, clock, files, case):
    document = add_file(database, files, case.id, clock.now(), sender=owner(case))
    with database.unit_of_work() as session:
        kept = make_service_case(session, clock.now())
    other = add_file(database, files, kept.id, clock.now(), sender=owner(kept))

    with database.unit_of_work() as session:
        erase_user_by_id(session, case.user_id, clock.now())
    collect_all(database, files)

    with database.reading() as session:
        assert session.get(CaseDocument, document.id) is None
    with pytest.raises(FileMissing):
        files.read(document.storage_key)
    assert b"".join(files.read(other.storage_key)) == pdf()


def test_every_declared_document_fits_into_one_upload():
    assert all(each.max_bytes < MAX_UPLOAD_BYTES for service in SERVICES for each in service.documents)


def test_what_an_erased_person_added_to_a_colleagues_case_goes_and_its_handler_hears_of_it(database, files, clock):
    with database.unit_of_work() as session:
        case_id = make_service_case(session, clock.now(), is_taken=True).id
        colleague = make_service_case(session, clock.now()).user_id
    document = add_file(database, files, case_id, clock.now(), sender=Sender(user_id=colleague), name="张三身份证.pdf")

    with database.unit_of_work() as session:
        erase_user_by_id(session, colleague, clock.now())

    with database.reading() as session:
        assert list_documents(session, case_id) == []
        row = session.get(CaseDocument, document.id)
        assert (row.user_id, row.file_name) == (None, "")
        case = session.get(Case, case_id)
        news = session.scalars(select(StaffNotification.text).where(StaffNotification.staff_id == case.assignee_id))
        assert any("上传人要求删除资料,营业执照已删,请企业重传" in text for text in news)
        assert case.status != CaseStatus.CLOSED
    collect_file(database, files, document.storage_key)
    with pytest.raises(FileMissing):
        b"".join(files.read(document.storage_key))
