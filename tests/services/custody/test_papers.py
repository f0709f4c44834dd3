"""Papers of a proof: who brings and sees them, what may not be taken away, and that their bytes go when they go."""

import io
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.db import Database
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.files import new_storage_key
from core.outbox import OutboxRow
from models import CustodyPaper, MemberRole, OwnershipProof, ProofBasis, Role
from services.casework.documents import receive
from services.custody.erasure import forget_keeper
from services.custody.leaving import end_custody
from services.custody.papers import (
    MOST_PAPERS,
    WANTED,
    add_paper,
    link_for_staff,
    list_papers,
    make_paper_link,
    open_paper_link,
    remove_paper,
)
from services.custody.proofs import decide_proof, submit_proof
from services.job_names import JobName
from tests.support.custody import bring, join, make_owner
from tests.support.sample_files import pdf, word
from tests.support.staff import make_staff

SECRET, BASE = "s" * 32, "https://zhiqiao.example"


@pytest.fixture
def now(clock: FixedClock) -> datetime:
    return clock.now()


def add(session: Session, user_id: int, right_id: str, now: datetime, text: str = "proof") -> CustodyPaper:
    received = receive(io.BytesIO(pdf(text)), "登记簿副本.pdf", WANTED)
    return add_paper(
        session, user_id=user_id, right_id=right_id, received=received, storage_key=new_storage_key(), now=now
    )


def collected(session: Session) -> list[str]:
    jobs = session.scalars(select(OutboxRow).where(OutboxRow.job_name == JobName.COLLECT_FILE)).all()
    return [str(job.arguments["storage_key"]) for job in jobs]


def test_only_papers_come_in_and_the_same_one_once(database: Database, now: datetime) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now)
        first, again = (add(session, owner.user_id, right.public_id, now) for _ in range(2))

        assert first is again
        with pytest.raises(InvalidInput):
            receive(io.BytesIO(word()), "a.docx", WANTED)
        for each in range(MOST_PAPERS - 1):
            add(session, owner.user_id, right.public_id, now, f"{each}")
        with pytest.raises(Conflict):
            add(session, owner.user_id, right.public_id, now, "one more")


def test_who_decides_over_the_right_sees_its_papers_and_nobody_else(database: Database, now: datetime) -> None:
    with database.unit_of_work() as session:
        keeper, runner, member, stranger = (make_owner(session, now) for _ in range(4))
        join(session, runner.user_id, now)
        for each in (keeper, member):
            join(session, each.user_id, now, role=MemberRole.MEMBER)
        right = bring(session, keeper.user_id, now)
        paper = add(session, keeper.user_id, right.public_id, now)

        for each in (keeper, runner):
            assert list(list_papers(session, user_id=each.user_id, right_id=right.public_id)) == [paper]
        with pytest.raises(Forbidden):
            list_papers(session, user_id=member.user_id, right_id=right.public_id)
        with pytest.raises(Forbidden):
            add(session, member.user_id, right.public_id, now, "theirs")
        with pytest.raises(NotFound):
            list_papers(session, user_id=stranger.user_id, right_id=right.public_id)


def test_staff_who_check_open_a_paper_while_its_right_is_in_custody(database: Database, now: datetime) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now)
        paper = add(session, owner.user_id, right.public_id, now)
        supervisor, agent = make_staff(session, now, role=Role.SUPERVISOR), make_staff(session, now)
        given = {"paper_id": paper.public_id, "secret_key": SECRET, "base_url": BASE, "now": now}

        url = link_for_staff(session, staff=supervisor, **given)
        assert open_paper_link(session, SECRET, url.partition("?t=")[2], now) is paper
        with pytest.raises(Forbidden):
            link_for_staff(session, staff=agent, **given)
        end_custody(session, user_id=owner.user_id, public_id=right.public_id, now=now)
        with pytest.raises(NotFound):
            link_for_staff(session, staff=supervisor, **given)
        with pytest.raises(NotFound):
            open_paper_link(session, SECRET, url.partition("?t=")[2], now)


def test_a_link_is_for_minutes_and_for_papers_alone(database: Database, now: datetime, clock: FixedClock) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now)
        paper = add(session, owner.user_id, right.public_id, now)
        url, until = make_paper_link(SECRET, BASE, paper, now)
        token = url.partition("?t=")[2]

        for secret, given, at in ((SECRET, token, until), ("x" * 32, token, now), (SECRET, f"{token}x", now)):
            with pytest.raises(NotFound):
                open_paper_link(session, secret, given, at)


def test_a_paper_taken_away_leaves_no_row_and_its_bytes_are_collected(database: Database, now: datetime) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now)
        paper = add(session, owner.user_id, right.public_id, now)
        remove_paper(session, user_id=owner.user_id, right_id=right.public_id, paper_id=paper.public_id, now=now)

        assert session.scalars(select(CustodyPaper)).all() == []
        assert collected(session) == [paper.storage_key]


def test_what_a_right_was_proved_by_stays(database: Database, now: datetime) -> None:
    with database.unit_of_work() as session:
        owner = make_owner(session, now)
        right = bring(session, owner.user_id, now)
        paper = add(session, owner.user_id, right.public_id, now)
        right.proof = OwnershipProof.PROVED

        with pytest.raises(Conflict):
            remove_paper(session, user_id=owner.user_id, right_id=right.public_id, paper_id=paper.public_id, now=now)
        with pytest.raises(Conflict):
            add(session, owner.user_id, right.public_id, now, "another")


def test_an_erased_persons_papers_go_with_their_bytes_also_from_a_companys_right(
    database: Database, now: datetime
) -> None:
    with database.unit_of_work() as session:
        keeper, runner = make_owner(session, now), make_owner(session, now)
        own = bring(session, keeper.user_id, now, number="CN111000001B")
        join(session, runner.user_id, now)
        join(session, keeper.user_id, now, role=MemberRole.MEMBER)
        companys = bring(session, keeper.user_id, now)
        gone = [add(session, keeper.user_id, right.public_id, now, right.number) for right in (own, companys)]
        stays = add(session, runner.user_id, companys.public_id, now, "of the company")
        forget_keeper(session, keeper.user_id, now)
        session.flush()

        assert session.scalars(select(CustodyPaper)).all() == [stays]
        assert sorted(collected(session)) == sorted(each.storage_key for each in gone)


def test_staff_do_not_approve_papers_that_they_have_not_seen(database: Database, now: datetime) -> None:
    with database.unit_of_work() as session:
        owner, checker = make_owner(session, now), make_staff(session, now, role=Role.SUPERVISOR)
        right = bring(session, owner.user_id, now)
        before = right.version
        add(session, owner.user_id, right.public_id, now, "first")
        assert right.version == before
        submit_proof(
            session, user_id=owner.user_id, public_id=right.public_id, basis=ProofBasis.REGISTER, remark="", now=now
        )

        seen = right.version
        paper = add(session, owner.user_id, right.public_id, now, "second")
        for change in ("added", "removed"):
            if change == "removed":
                seen = right.version
                remove_paper(
                    session, user_id=owner.user_id, right_id=right.public_id, paper_id=paper.public_id, now=now
                )
            with pytest.raises(Conflict):
                decide_proof(
                    session, staff=checker, public_id=right.public_id, is_proved=True, reason="查过登记簿",
                    version=seen, now=now,
                )  # fmt: skip
