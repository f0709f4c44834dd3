"""One person with two accounts becomes one, whichever account tells its unionid last; what moved is written down."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import FixedClock, china_date
from core.db import Base, Database
from core.ids import new_public_id
from models import (
    AnswerFeedback,
    ApiSession,
    Author,
    BenefitBasis,
    BenefitPlan,
    BenefitRole,
    BenefitShare,
    BenefitWord,
    Case,
    CaseDocument,
    Company,
    Conversation,
    CreditEvent,
    CreditKind,
    CreditPlea,
    CustodyPaper,
    ExamAnswer,
    FormDraft,
    IdempotencyRecord,
    IdentityMerge,
    MailingRecipient,
    MarketFavourite,
    MarketPromise,
    MemberRole,
    Membership,
    MemberState,
    Miss,
    NoticePreference,
    Platform,
    PleaKind,
    PostSide,
    RightKind,
    Role,
    SavedSearch,
    SessionQuestion,
    Topic,
    User,
    WatchKind,
    WeChatIdentity,
    WrongAnswer,
)
from services.case_records import lock_conversation
from services.deals.contact import party_of
from services.exams.practice import answer_current, start_practice
from services.exams.progress import join_board
from services.identities import learn_unionid
from services.identity_merge import MOVED, ONE_A_KEY
from services.market.posting import PostForm, write_post
from services.notices.mailings import MailingContent, write_mailing
from services.notices.preferences import Pace, prefer
from services.notices.segments import Group, Segment
from services.notices.telling import tell
from services.privacy import ask_for_erasure, erase_user
from services.training.seats import book
from services.watching import watch
from tests.support.casework import make_service_case
from tests.support.custody import bring
from tests.support.deals import make_quote_request, make_scene
from tests.support.exams import make_question
from tests.support.market import make_post
from tests.support.people import make_conversation, make_identity, make_message
from tests.support.staff import make_staff
from tests.support.training import make_session
from tests.support.waiting import wait_until_somebody_waits

UNIONID = "oUnion1"
# Who somebody is, and the record of merges itself.
NOT_MOVED = {"wechat_identities", "identity_merges"}


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.unit_of_work() as opened:
        yield opened


def make_pair(session: Session, now: datetime) -> tuple[WeChatIdentity, WeChatIdentity]:
    """A known person's account, and one that has not told its unionid yet."""
    known = make_identity(session, now)
    known.user.unionid = UNIONID
    new = make_identity(session, now, platform=Platform.MINI_PROGRAM)
    return known, new


def make_search(session: Session, user_id: int, now: datetime, fingerprint: str, total: int) -> SavedSearch:
    row = SavedSearch(
        public_id=new_public_id(), user_id=user_id, name="石墨烯", query={}, fingerprint=fingerprint, last_total=total,
        last_looked_at=now, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def make_draft(session: Session, user_id: int, now: datetime, **values: Any) -> FormDraft:
    row = FormDraft(user_id=user_id, kind="pledge_financing", values=values, created_at=now, updated_at=now)
    session.add(row)
    session.flush()
    return row


def make_learning(session: Session, user_id: int, now: datetime) -> list[Any]:
    """A practice with one wrong answer, and a place on the leaderboard."""
    make_question(session, now)
    run = start_practice(session, user_id=user_id, now=now)
    answer_current(session, run, "A", now)
    own = [session.scalars(select(table).where(table.user_id == user_id)).one() for table in (ExamAnswer, WrongAnswer)]
    return [run, *own, join_board(session, user_id=user_id, now=now)]


def make_notices(session: Session, user_id: int, now: datetime) -> list[Any]:
    """Something told, a wish about it, a watch, and a place on the list of a mailing."""
    told = tell(session, user_id=user_id, topic=Topic.WATCH, key="n1", title="H01M有新公开", text="有新公开。", now=now)
    prefer(session, user_id, {Topic.WATCH: Pace.WEEKLY}, now)
    own = watch(session, user_id, WatchKind.IPC, "H01M", now)
    boss = make_staff(session, now, role=Role.SUPERVISOR)
    content = MailingContent("质押公开课", "下周三有公开课。", Topic.COURSE, Segment(Group.ALL))
    listed = MailingRecipient(mailing_id=write_mailing(session, boss, content, now).id, user_id=user_id)
    session.add(listed)
    session.flush()
    return [told, session.scalars(select(NoticePreference)).one(), own, listed]


def make_word(session: Session, deal_id: int, user_id: int, now: datetime) -> BenefitShare:
    """What an inventor said to their share, written down by this person."""
    word = BenefitShare(
        number=1, role=BenefitRole.INVENTOR, name="王工", share_bp=10_000, word=BenefitWord.KNOWN,
        said_on=now.date(), user_id=user_id, noted_at=now,
    )  # fmt: skip
    session.add(BenefitPlan(deal_id=deal_id, basis=BenefitBasis.NONE, shares=[word], created_at=now, changed_at=now))
    session.flush()
    return word


def make_company(session: Session, now: datetime, name: str = "广州云测科技有限公司") -> Company:
    row = Company(name=name, region="广东省广州市", created_at=now)
    session.add(row)
    session.flush()
    return row


def make_plea(session: Session, user_id: int, now: datetime) -> CreditPlea:
    """What somebody said to an event of a company."""
    event = CreditEvent(
        company_id=make_company(session, now, "广州又一家有限公司").id, kind=CreditKind.PENALTY, source="某局",
        number="8号", facts="虚假宣传", evidence="公示", happened_on=now.date(), counts_until=now.date(),
        created_at=now, author_id=make_staff(session, now).id,
    )  # fmt: skip
    plea = CreditPlea(event=event, user_id=user_id, kind=PleaKind.REPAIR, text="款已付清", asked_at=now)
    session.add(plea)
    session.flush()
    return plea


def make_belongings(session: Session, identity: WeChatIdentity, now: datetime) -> dict[str, int]:
    """One row of every kind that is a person's; answers their ids by table."""
    conversation = make_conversation(session, identity, now)
    case = make_service_case(session, now, conversation=conversation)
    message = make_message(session, conversation, now, author=Author.BOT)
    user_id = identity.user_id
    rows: list[Any] = [
        ApiSession(
            user_id=user_id, identity_id=identity.id, family="f", access_hash="a", refresh_hash="r",
            access_expires_at=now, refresh_expires_at=now, created_at=now,
        ),
        CaseDocument(
            public_id=new_public_id(), case_id=case.id, key="licence", file_name="a.pdf", media_type="application/pdf",
            size_bytes=1, sha256="0" * 64, storage_key="k", user_id=user_id, created_at=now,
        ),
        Miss(user_id=user_id, kind="policy", text="问题", asked_at=now),
        AnswerFeedback(
            message_id=message.id, user_id=user_id, verdict="useful", document="专利法", created_at=now, updated_at=now
        ),
        Membership(user_id=user_id, company_id=make_company(session, now, "广州另一家有限公司").id, created_at=now),
        IdempotencyRecord(user_id=user_id, key="key-00001", request_hash="h", created_at=now),
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    held = make_session(session, now)
    rows.append(book(session, session_id=held.id, conversation=conversation, channel="chat", now=now))
    question = SessionQuestion(session_id=held.id, user_id=user_id, text="质押期间还能许可吗", asked_at=now)
    session.add(question)
    session.flush()
    rows.append(question)
    rows += make_learning(session, user_id, now)
    right = bring(session, user_id, now, number="12345678", kind=RightKind.TRADEMARK)
    paper = CustodyPaper(
        right_id=right.id, user_id=user_id, file_name="证书.pdf", media_type="application/pdf", size_bytes=1,
        sha256="0" * 64, storage_key="p", created_at=now,
    )  # fmt: skip
    session.add(paper)
    rows += [right, *right.events, paper]
    form = PostForm(side=PostSide.NEED, text="想找果汁不沉淀的办法", until=china_date(now))
    rows.append(write_post(session, session.get_one(User, user_id), form, now))
    shown = make_post(session, make_identity(session, now).user_id, now)
    rows.append(MarketFavourite(user_id=user_id, post_id=shown.id, created_at=now))
    session.add(rows[-1])
    rows.append(MarketPromise(user_id=user_id, post_id=shown.id, version=1, post_version=1, promised_at=now))
    session.add(rows[-1])
    session.flush()
    rows += make_notices(session, user_id, now)
    owner = session.get_one(User, user_id)
    rows.append(make_quote_request(session, owner, now))
    deal = make_scene(session, now, buyer=owner).deal
    rows.append(party_of(deal, PostSide.NEED))
    rows.append(make_word(session, deal.id, user_id, now))
    rows.append(make_plea(session, user_id, now))
    rows += [conversation, case, make_search(session, user_id, now, "one", 3), make_draft(session, user_id, now)]
    return {type(row).__tablename__: row.id for row in rows}


def owner_of(session: Session, table: type[Base], row_id: int) -> int:
    user_id: int = session.scalars(select(table.__table__.c.user_id).where(table.__table__.c.id == row_id)).one()
    return user_id


def test_every_table_that_is_a_persons_is_thought_of() -> None:
    persons = {
        table.name
        for table in Base.metadata.tables.values()
        if any(key.column.table.name == "users" for column in table.columns for key in column.foreign_keys)
    }

    assert persons - NOT_MOVED == {table.__tablename__ for table in (*MOVED, *ONE_A_KEY)}


def test_everything_of_an_only_account_moves_and_is_written_down(session: Session, clock: FixedClock) -> None:
    known, new = make_pair(session, clock.now())
    loser_id = new.user_id
    belongings = make_belongings(session, new, clock.now())

    user = learn_unionid(session, new, UNIONID, clock.now())

    assert user.id == known.user_id == new.user_id
    merge = session.scalars(select(IdentityMerge)).one()
    assert (merge.identity_id, merge.from_user_id, merge.to_user_id) == (new.id, loser_id, known.user_id)
    assert {name: ids for name, ids in merge.moved.items() if name != "profile"} == {
        name: [row_id] for name, row_id in belongings.items()
    }
    for table in (*MOVED, *ONE_A_KEY):
        assert owner_of(session, table, belongings[table.__tablename__]) == known.user_id
        left = select(func.count()).select_from(table.__table__).where(table.__table__.c.user_id == loser_id)
        assert session.scalar(left) == 0


def test_the_record_alone_is_enough_to_undo_a_merge(session: Session, clock: FixedClock) -> None:
    _, new = make_pair(session, clock.now())
    belongings = make_belongings(session, new, clock.now())
    loser_id = new.user_id
    learn_unionid(session, new, UNIONID, clock.now())
    merge = session.scalars(select(IdentityMerge)).one()

    for name, ids in merge.moved.items():
        if name != "profile":
            table = Base.metadata.tables[name]
            session.execute(table.update().where(table.c.id.in_(ids)).values(user_id=merge.from_user_id))

    for name, row_id in belongings.items():
        table = Base.metadata.tables[name]
        assert session.scalar(select(table.c.user_id).where(table.c.id == row_id)) == loser_id


def test_what_the_profile_lacks_is_filled_and_nothing_personal_stays_behind(
    session: Session, clock: FixedClock
) -> None:
    known, new = make_pair(session, clock.now())
    known.user.phone = "13900139000"
    loser = new.user
    loser.phone, loser.region, loser.company = "13800138000", "广东省广州市", make_company(session, clock.now())
    company_id = loser.company.id

    user = learn_unionid(session, new, UNIONID, clock.now())

    assert (user.phone, user.region, user.company_id) == ("13900139000", "广东省广州市", company_id)
    assert (loser.phone, loser.region, loser.company_id) == (None, None, None)
    merge = session.scalars(select(IdentityMerge)).one()
    assert merge.moved["profile"] == ["region", "company_id"]
    assert "13800138000" not in str(merge.moved)


@pytest.mark.parametrize("is_proved", [True, False])
def test_a_number_that_was_proved_goes_before_one_that_was_typed(
    session: Session, clock: FixedClock, is_proved: bool
) -> None:
    known, new = make_pair(session, clock.now())
    known.user.phone, new.user.phone = "13900139000", "13800138000"
    new.user.phone_verified_at = clock.now() if is_proved else None
    loser = new.user

    user = learn_unionid(session, new, UNIONID, clock.now())

    expected = ("13800138000", clock.now()) if is_proved else ("13900139000", None)
    assert (user.phone, user.phone_verified_at) == expected
    assert (loser.phone, loser.phone_verified_at) == (None, None)


def test_the_official_account_may_be_the_one_to_learn_later(session: Session, clock: FixedClock) -> None:
    mini = make_identity(session, clock.now(), platform=Platform.MINI_PROGRAM)
    learn_unionid(session, mini, UNIONID, clock.now())
    follower = make_identity(session, clock.now())
    conversation = make_conversation(session, follower, clock.now())

    user = learn_unionid(session, follower, UNIONID, clock.now())

    assert user.id == mini.user_id == follower.user_id
    assert session.get_one(Conversation, conversation.id).user_id == mini.user_id


def test_two_drafts_of_one_service_become_one_with_all_answers(session: Session, clock: FixedClock) -> None:
    known, new = make_pair(session, clock.now())
    older = make_draft(session, known.user_id, clock.now(), amount=1, term_months=12)
    newer = make_draft(session, new.user_id, clock.now() + timedelta(hours=1), amount=3_000_000)

    learn_unionid(session, new, UNIONID, clock.now())

    draft = session.scalars(select(FormDraft)).one()
    assert draft.user_id == known.user_id
    assert draft.values == {"amount": 3_000_000, "term_months": 12}
    # Whoever has either of them open must read it again first.
    assert draft.version == 2
    assert session.scalars(select(IdentityMerge)).one().moved["form_drafts_joined"] == [[newer.id, older.id]]


def test_a_question_wrong_in_both_accounts_is_one_in_the_book_and_asked_as_soon(
    session: Session, clock: FixedClock
) -> None:
    known, new = make_pair(session, clock.now())
    question = make_question(session, clock.now())
    for user_id in (known.user_id, new.user_id):
        run = start_practice(session, user_id=user_id, now=clock.now())
        answer_current(session, run, "A", clock.now())
        join_board(session, user_id=user_id, now=clock.now())
        clock.advance(timedelta(days=1))
    soonest = session.scalar(select(func.min(WrongAnswer.due_at)))

    learn_unionid(session, new, UNIONID, clock.now())

    row = session.scalars(select(WrongAnswer)).one()
    assert (row.user_id, row.question_id, row.wrong_count) == (known.user_id, question.id, 2)
    assert row.due_at == soonest
    assert session.scalar(select(func.count()).select_from(ExamAnswer).where(ExamAnswer.user_id == known.user_id)) == 2


def test_the_same_search_saved_twice_is_one_with_the_later_look(session: Session, clock: FixedClock) -> None:
    known, new = make_pair(session, clock.now())
    make_search(session, known.user_id, clock.now(), "same", 3)
    make_search(session, new.user_id, clock.now() + timedelta(days=1), "same", 5)
    make_search(session, new.user_id, clock.now(), "other", 7)

    learn_unionid(session, new, UNIONID, clock.now())

    rows = {row.fingerprint: row for row in session.scalars(select(SavedSearch))}
    assert {row.user_id for row in rows.values()} == {known.user_id}
    assert (rows["same"].last_total, rows["other"].last_total) == (5, 7)


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        (("member", "pending"), ("owner", "active"), ("owner", "active")),
        (("owner", "active"), ("member", "pending"), ("owner", "active")),
        (("member", "active"), ("owner", "ended"), ("member", "active")),
        (("member", "active"), ("owner", "active"), ("owner", "active")),
    ],
)
def test_of_two_memberships_the_stronger_stays(
    session: Session, clock: FixedClock, mine: tuple[str, str], theirs: tuple[str, str], expected: tuple[str, str]
) -> None:
    known, new = make_pair(session, clock.now())
    company = make_company(session, clock.now())
    for identity, (role, state) in ((known, mine), (new, theirs)):
        session.add(
            Membership(
                user_id=identity.user_id, company_id=company.id, role=MemberRole(role), state=MemberState(state),
                created_at=clock.now(),
            )
        )  # fmt: skip

    learn_unionid(session, new, UNIONID, clock.now())

    row = session.scalars(select(Membership)).one()
    assert (row.user_id, row.role, row.state) == (known.user_id, *expected)


def test_an_account_beside_another_takes_along_only_what_is_its_own(session: Session, clock: FixedClock) -> None:
    known, new = make_pair(session, clock.now())
    user = new.user
    other = WeChatIdentity(
        user_id=user.id, platform=Platform.OFFICIAL_ACCOUNT, app_id="wxother", openid="oOther", created_at=clock.now()
    )
    session.add(other)
    session.flush()
    cases = [
        make_service_case(session, clock.now(), conversation=make_conversation(session, identity, clock.now()))
        for identity in (new, other)
    ]
    draft = make_draft(session, user.id, clock.now())

    learn_unionid(session, new, UNIONID, clock.now())

    assert [owner_of(session, Case, case.id) for case in cases] == [known.user_id, user.id]
    assert session.get_one(FormDraft, draft.id).user_id == other.user_id == user.id


def test_a_unionid_told_again_merges_nothing(session: Session, clock: FixedClock) -> None:
    known, new = make_pair(session, clock.now())
    for _ in range(2):
        for identity in (new, known):
            assert learn_unionid(session, identity, UNIONID, clock.now()).id == known.user_id

    assert session.scalar(select(func.count()).select_from(IdentityMerge)) == 1


def test_somebody_with_another_unionid_is_somebody_else(session: Session, clock: FixedClock) -> None:
    known, new = make_pair(session, clock.now())
    new.user.unionid = "oUnion2"

    assert learn_unionid(session, new, UNIONID, clock.now()).id != known.user_id
    assert session.scalar(select(func.count()).select_from(IdentityMerge)) == 0


def test_who_asked_to_be_forgotten_is_not_merged_before_it_is_done(session: Session, clock: FixedClock) -> None:
    known, new = make_pair(session, clock.now())
    ask_for_erasure(session, user_id=new.user_id, now=clock.now())

    assert learn_unionid(session, new, UNIONID, clock.now()).id == new.user_id != known.user_id


def test_who_is_erased_takes_what_came_by_a_merge_along(session: Session, clock: FixedClock) -> None:
    _, new = make_pair(session, clock.now())
    make_belongings(session, new, clock.now())
    user = learn_unionid(session, new, UNIONID, clock.now())

    erase_user(session, user, clock.now())

    assert session.scalars(select(FormDraft)).all() == []
    assert session.scalars(select(Membership)).all() == []
    assert session.scalars(select(Case)).one().form == {}
    assert session.scalar(select(func.count()).select_from(User).where(User.unionid == UNIONID)) == 0


def test_a_turn_that_saves_a_search_and_a_merge_do_not_wait_for_each_other(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        known, new = make_pair(session, now)
        conversation_id = make_conversation(session, new, now).id
        identity_id, loser_id, winner_id = new.id, new.user_id, known.user_id

    def merge() -> None:
        with database.unit_of_work() as session:
            learn_unionid(session, session.get_one(WeChatIdentity, identity_id), UNIONID, now)

    with ThreadPoolExecutor(1) as pool:
        with database.unit_of_work() as session:
            lock_conversation(session, conversation_id)
            merging = pool.submit(merge)
            wait_until_somebody_waits(database)
            make_search(session, loser_id, now, "one", 3)
        merging.result(timeout=30)

    with database.reading() as session:
        assert session.scalars(select(SavedSearch.user_id)).one() == winner_id
        assert session.get_one(WeChatIdentity, identity_id).user_id == winner_id


def test_two_merges_of_one_account_at_once_are_one(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        known, new = make_pair(session, now)
        make_belongings(session, new, now)
        identity_id, winner_id = new.id, known.user_id

    def merge(_: int) -> int:
        with database.unit_of_work() as session:
            return learn_unionid(session, session.get_one(WeChatIdentity, identity_id), UNIONID, now).id

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(merge, range(4))) == {winner_id}

    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(IdentityMerge)) == 1
