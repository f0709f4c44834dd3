"""A firm's credit: from a lawful source, by two people, for a time, with the firm's word against it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.clock import china_date
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from models import (
    AuditEntry,
    CreditEvent,
    CreditKind,
    CreditPlea,
    CreditState,
    Deal,
    DealState,
    FlagKind,
    FlagState,
    Notice,
    PleaKind,
    PostSide,
    PostState,
    StaffNotification,
    TransferFlag,
    User,
)
from nlp.rules.periods import add_months
from services.credit.access import get_own_company
from services.credit.entering import confirm_event, drop_event, end_event, propose_event
from services.credit.forgetting import forget_old_events
from services.credit.pleas import decide_plea, may_plead, plead
from services.credit.record import (
    Band,
    CreditStanding,
    bands_of,
    count_kept_deals,
    kept_deals_shown,
    read_record,
    standing_of,
)
from services.credit.wording import said_rules, said_standing
from services.deals.contact import party_of
from services.market.posting import renew_post
from services.privacy import erase_user_by_id
from tests.support.credit import judgment, make_firm, make_member
from tests.support.deals import make_person, make_scene
from tests.support.market import make_post
from tests.support.staff import make_staff


@pytest.fixture
def scene(database, clock):
    with database.unit_of_work() as session:
        yield session, make_firm(session, clock.now())


def band(session, firm, now) -> Band:
    return bands_of(session, [firm.company.id], china_date(now))[firm.company.id]


def test_one_proposes_another_confirms_and_the_firm_is_told_at_once(scene, clock):
    session, firm = scene
    now = clock.now()
    event = propose_event(session, firm.author, firm.company.public_id, judgment(now), now)
    assert event.counts_until == add_months(event.happened_on, 24) and band(session, firm, now) is Band.GOOD
    assert read_record(session, firm.company, china_date(now)).events == []
    assert session.scalars(select(Notice)).all() == []
    waiting = session.scalars(select(StaffNotification.staff_id).where(StaffNotification.kind == "credit")).all()
    assert waiting == [firm.second.id]
    with pytest.raises(Forbidden):
        confirm_event(session, firm.author, event.public_id, now, version=event.version)
    with pytest.raises(Conflict):
        confirm_event(session, firm.second, event.public_id, now, version=event.version - 1)
    confirm_event(session, firm.second, event.public_id, now, version=event.version)
    assert band(session, firm, now) is Band.NOTED
    told = session.scalars(select(Notice)).one()
    assert told.user_id == firm.owner.id and "提异议" in told.text and "(2026)粤0605民初123号" in told.text
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["credit_proposed", "credit_confirmed"]


def test_only_a_lawful_source_is_taken(scene, clock):
    session, firm = scene
    now = clock.now()
    for other, field in (
        ({"link": "看过网页"}, "link"),
        ({"source": ""}, "source"),
        ({"evidence": ""}, "evidence"),
        ({"happened_on": china_date(now) + timedelta(days=1)}, "happened_on"),
        ({"happened_on": china_date(now) - timedelta(days=800)}, "happened_on"),
        ({"counts_until": china_date(now) + timedelta(days=900)}, "counts_until"),
        ({"kind": None}, "kind"),
        ({"kind": CreditKind.FALSE_POST, "number": "nothing"}, "number"),
        ({"kind": CreditKind.ODD_TRANSFER, "number": "GX991231-0001"}, "number"),
    ):
        with pytest.raises(InvalidInput) as refused:
            propose_event(session, firm.author, firm.company.public_id, judgment(now, **other), now)
        assert field in refused.value.fields, other
    firm.record(session, now)
    with pytest.raises(Conflict):
        propose_event(session, firm.author, firm.company.public_id, judgment(now), now)
    agent = make_staff(session, now)
    with pytest.raises(Forbidden):
        propose_event(session, agent, firm.company.public_id, judgment(now, number="别的"), now)


def test_a_record_of_ours_must_be_there(scene, clock):
    session, firm = scene
    now = clock.now()
    post = make_post(
        session, firm.owner.id, now, company_id=firm.company.id, state=PostState.REFUSED, reviewed_by_id=firm.author.id
    )
    deal = make_scene(session, now).deal
    deal.parties[0].company_id = firm.company.id
    flag = TransferFlag(deal_id=deal.id, kind=FlagKind.BULK, details={}, found_at=now, state=FlagState.FINE)
    session.add(flag)
    session.flush()
    with pytest.raises(InvalidInput):
        firm.record(session, now, kind=CreditKind.ODD_TRANSFER, number=deal.number)
    flag.state = FlagState.PURSUE
    session.flush()
    odd = firm.record(session, now, kind=CreditKind.ODD_TRANSFER, number=deal.number)
    false = firm.record(session, now, kind=CreditKind.FALSE_POST, number=post.public_id)
    assert odd.flag_id == flag.id and (false.source, false.link) == ("本平台", "")
    assert band(session, firm, now) is Band.RESTRICTED


def test_a_firm_without_a_code_or_without_anybody_to_tell_gets_none(database, clock):
    now = clock.now()
    with database.unit_of_work() as session:
        nameless = make_firm(session, now, code=None)
        with pytest.raises(Conflict):
            nameless.record(session, now)
        firm = make_firm(session, now, name="无人负责有限公司")
        erase_user_by_id(session, firm.owner.id, now)
        session.expire_all()
        with pytest.raises(Conflict):
            firm.record(session, now)
        event = session.scalars(select(CreditEvent).where(CreditEvent.company_id == firm.company.id)).one()
        dropped = drop_event(session, firm.author, event.public_id, "通知不到", now, version=event.version)
        assert dropped.state == CreditState.DROPPED


def test_an_objection_suspends_until_a_person_decided_and_is_made_once(scene, clock):
    session, firm = scene
    now = clock.now()
    event = firm.record(session, now)
    plea = plead(session, firm.owner.id, event.public_id, PleaKind.OBJECTION, "二审撤销了这份判决", now)
    assert standing_of(event, china_date(now)) is CreditStanding.SUSPENDED and band(session, firm, now) is Band.GOOD
    for kind in PleaKind:
        assert not may_plead(event, kind, now)
        with pytest.raises(Conflict):
            plead(session, firm.owner.id, event.public_id, kind, "再说一次", now)
    with pytest.raises(Conflict):
        end_event(session, firm.author, event.public_id, "记错了", now, version=event.version)
    with pytest.raises(Forbidden):
        decide_plea(session, firm.author, plea.id, is_granted=False, answer="还是生效的", now=now)
    decide_plea(session, firm.second, plea.id, is_granted=False, answer="二审维持原判", now=now)
    assert band(session, firm, now) is Band.NOTED
    assert "二审维持原判" in session.scalars(select(Notice.text).order_by(Notice.id.desc())).first()
    with pytest.raises(Conflict):
        plead(session, firm.owner.id, event.public_id, PleaKind.OBJECTION, "还是不对", now)
    repair = plead(session, firm.owner.id, event.public_id, PleaKind.REPAIR, "款已付清,有付款凭证", now)
    assert band(session, firm, now) is Band.NOTED, "asking for repair suspends nothing"
    decide_plea(session, firm.second, repair.id, is_granted=True, answer="核对过付款凭证", now=now)
    assert event.state == CreditState.ENDED and band(session, firm, now) is Band.GOOD
    assert "已修复,核对过付款凭证" in said_standing(event, china_date(now))
    with pytest.raises(Conflict):
        decide_plea(session, firm.second, repair.id, is_granted=False, answer="再想想", now=now)


def test_only_who_runs_the_firm_answers_and_strangers_find_nothing(scene, clock):
    session, firm = scene
    now = clock.now()
    event = firm.record(session, now)
    stranger, colleague = make_person(session, now), make_person(session, now)
    make_member(session, colleague, firm.company, now)
    assert get_own_company(session, colleague.id, firm.company.public_id) is firm.company
    with pytest.raises(Forbidden):
        plead(session, colleague.id, event.public_id, PleaKind.OBJECTION, "不是我们", now)
    with pytest.raises(NotFound):
        plead(session, stranger.id, event.public_id, PleaKind.OBJECTION, "不是我们", now)
    with pytest.raises(NotFound):
        get_own_company(session, stranger.id, firm.company.public_id)
    other = propose_event(session, firm.author, firm.company.public_id, judgment(now, number="(2026)2号"), now)
    with pytest.raises(NotFound):
        plead(session, firm.owner.id, other.public_id, PleaKind.OBJECTION, "还没确认的", now)


def test_an_event_counts_to_its_last_day_and_goes_a_year_later(database, clock):
    now = clock.now()
    with database.unit_of_work() as session:
        firm = make_firm(session, now)
        event = firm.record(session, now, counts_until=china_date(now) + timedelta(days=30))
        plea = plead(session, firm.owner.id, event.public_id, PleaKind.REPAIR, "款已付清", now)
        decide_plea(session, firm.second, plea.id, is_granted=False, answer="没有凭据", now=now)
        assert band(session, firm, now + timedelta(days=30)) is Band.NOTED
        assert band(session, firm, now + timedelta(days=31)) is Band.GOOD
    assert forget_old_events(database, now + timedelta(days=390)) == 0
    assert forget_old_events(database, now + timedelta(days=400)) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CreditPlea)) == 0


def test_what_a_restricted_firm_renews_a_person_looks_at_first(scene, clock):
    session, firm = scene
    now = clock.now()
    post = make_post(session, firm.owner.id, now, company_id=firm.company.id)
    until = china_date(now) + timedelta(days=200)
    firm.record(session, now)
    assert renew_post(session, firm.owner, post.public_id, until, now).state == PostState.PUBLISHED
    firm.record(session, now, number="(2026)粤0605民初456号")
    assert band(session, firm, now) is Band.RESTRICTED
    renewed = renew_post(session, firm.owner, post.public_id, until, now)
    assert renewed.state == PostState.REVIEW and renewed.content_verdict is None and renewed.until == until


def test_kept_deals_stand_beside_a_named_post_of_a_firm_in_good_standing(scene, clock):
    session, firm = scene
    now = clock.now()
    today = china_date(now)
    deal = make_scene(session, now).deal
    party_of(deal, PostSide.OFFER).company_id = firm.company.id
    named = make_post(session, firm.owner.id, now, company_id=firm.company.id, is_anonymous=False)
    hidden = make_post(session, firm.owner.id, now, company_id=firm.company.id, text="另一条,匿名发的需求")
    assert kept_deals_shown(session, [named, hidden], today) == {}
    deal.state, deal.registered_on = DealState.DONE, today
    session.flush()
    assert kept_deals_shown(session, [named, hidden], today) == {named.id: 1}
    flag = TransferFlag(deal_id=deal.id, kind=FlagKind.FLIP, details={}, found_at=now)
    session.add(flag)
    session.flush()
    assert count_kept_deals(session, [firm.company.id]) == {}
    flag.state = FlagState.FINE
    firm.record(session, now)
    assert kept_deals_shown(session, [named], today) == {}
    assert session.scalars(select(Deal.state)).one() == DealState.DONE


def test_who_objected_and_is_erased_is_named_no_more(scene, clock):
    session, firm = scene
    now = clock.now()
    event = firm.record(session, now)
    plead(session, firm.owner.id, event.public_id, PleaKind.OBJECTION, "不是我们,是同名的王某某", now)
    erase_user_by_id(session, firm.owner.id, now)
    session.expire_all()
    plea = session.scalars(select(CreditPlea)).one()
    assert plea.user_id is None and "王某某" not in plea.text and plea.is_granted is None
    assert session.get_one(User, firm.owner.id).erased_at is not None


def test_the_rules_that_a_firm_reads_are_those_that_are_kept(clock):
    rules = "".join(said_rules(china_date(clock.now())))
    assert "有2条以上是受限" in rules and "法院认定违约24个月" in rules and "不打分" in rules
