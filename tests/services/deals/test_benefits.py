"""How a seller shares what a deal brings: the law beside it, each one's money to the fen, and who reads it."""

import csv
import io
import json
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.clock import FixedClock, china_date
from core.db import Database
from core.errors import Conflict, InvalidInput, NotFound
from core.yaml_text import read_yaml
from models import (
    AuditEntry,
    BenefitBasis,
    BenefitHolder,
    BenefitPlan,
    BenefitRole,
    BenefitShare,
    BenefitWord,
    CustodyRight,
    DealEvent,
    DealState,
    MarketPost,
    Role,
)
from nlp.market.posts import Mode
from services.deals.benefit_law import DATA, percent, points_on
from services.deals.benefit_split import WHOLE, divide, nets_of
from services.deals.benefit_view import view_benefits, view_benefits_as_broker
from services.deals.benefits import (
    BenefitForm,
    ShareForm,
    WordForm,
    drop_plan,
    note_word,
    note_word_as_broker,
    write_plan,
)
from services.deals.broker import take_deal
from services.deals.contract import ContractForm, PaymentPart, sign_contract
from services.deals.ending import Reason, end_deal
from services.deals.export import Table, export_deals
from services.memberships import leave_company
from services.privacy import erase_user
from services.retention import forget_old_rows
from tests.services.deals.test_leaving import company_scene
from tests.support.deals import Scene, agree, confirm_all, make_scene, settle
from tests.support.staff import make_staff

UNIT, WANG, LI = (BenefitRole.UNIT, ""), (BenefitRole.INVENTOR, "王工"), (BenefitRole.INVENTOR, "李工")


def plan_of(*lines, basis=BenefitBasis.NONE, **fields) -> BenefitForm:
    """Lines are (role, name), percent."""
    shares = [ShareForm(role=role, name=name, share_bp=round(share * 100)) for (role, name), share in lines]
    return BenefitForm(basis=basis, shares=shares, **fields)


HALF = ((UNIT, 50), (WANG, 30), (LI, 20))


def make_sale(session, now, **price) -> Scene:
    scene = make_scene(session, now)
    agree(session, scene, now)
    settle(session, scene, now, **price)
    return scene


def keys_of(view) -> list[str]:
    return [each.key for each in view.warnings]


def test_a_plan_makes_a_whole_and_says_what_each_gets_of_the_agreed_price(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_sale(session, now, mode=Mode.TRANSFER, amount=100_001)
        number, version = scene.deal.number, scene.deal.version
        with pytest.raises(InvalidInput) as refused:
            write_plan(session, scene.seller.id, number, plan_of((UNIT, 50), (WANG, 30)), now)
        assert "加起来是80%" in refused.value.fields["shares"]
        with pytest.raises(InvalidInput):
            write_plan(session, scene.seller.id, number, plan_of((WANG, 50), (WANG, 50)), now)
        assert view_benefits(session, scene.seller.id, number, now).plan is None

        write_plan(session, scene.seller.id, number, plan_of(*HALF, costs_fen=100_010), now)

        view = view_benefits(session, scene.seller.id, number, now)
        assert view.price is not None
        assert (view.price.gross_fen, view.price.net_fen) == (10_000_100, 9_900_090)
        assert list(view.price.parts) == [4_950_045, 2_970_027, 1_980_018]
        assert keys_of(view) == []
        assert scene.deal.version == version, "the buyer must not be able to tell that something was written"
        with pytest.raises(Conflict):
            write_plan(session, scene.seller.id, number, plan_of(*HALF), now, version=0)


def test_each_payment_is_shared_and_the_costs_go_off_all_of_them_in_proportion(
    database: Database, clock: FixedClock
) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"])
        scene = make_sale(session, now, amount=150_000)
        number = scene.deal.number
        confirm_all(session, scene, broker, now)
        parts = [PaymentPart(name="首付", amount=50_001), PaymentPart(name="尾款", amount=99_999)]
        sign_contract(session, broker, number, ContractForm(signed_on=today, effective_on=today, payments=parts), now)
        write_plan(session, scene.seller.id, number, plan_of(*HALF, costs_fen=1_000_000), now)
        view = view_benefits(session, scene.seller.id, number, now)
        assert view.price is not None
        assert [paid.portion.net_fen for paid in view.payments] == [4_666_760, 9_333_240]
        assert sum(paid.portion.net_fen for paid in view.payments) == view.price.net_fen == 14_000_000
        for place in range(3):
            assert sum(paid.portion.parts[place] for paid in view.payments) == view.price.parts[place]
        assert list(view.payments[0].portion.parts) == [2_333_380, 1_400_028, 933_352]


@given(
    st.lists(st.tuples(st.integers(1, 500), st.booleans()), min_size=1, max_size=20),
    st.integers(0, 200_000_000_000),
)
def test_every_fen_goes_to_somebody_and_no_percentage_of_those_who_did_the_work_is_missed(weights, fen) -> None:
    left = WHOLE - sum(share for share, _ in weights)
    shares = [*weights, (left, False)] if left > 0 else [(WHOLE, weights[0][1])]
    parts = divide(fen, shares)
    assert sum(parts) == fen and min(parts) >= 0
    theirs = sum(share for share, is_theirs in shares if is_theirs)
    got = sum(part for part, (_, is_theirs) in zip(parts, shares, strict=True) if is_theirs)
    assert got * WHOLE >= fen * theirs and (got - 1) * WHOLE < max(fen * theirs, 1)
    assert divide(fen, shares) == parts
    for part, (share, _) in zip(parts, shares, strict=True):
        assert abs(part * WHOLE - fen * share) <= 2 * WHOLE


@given(st.lists(st.integers(100, 10**11), min_size=1, max_size=12), st.integers(0, 10**12))
def test_costs_are_taken_off_once(payments, costs) -> None:
    nets = nets_of(payments, costs)
    assert all(0 <= net <= payment for net, payment in zip(nets, payments, strict=True))
    assert sum(nets) == max(sum(payments) - costs, 0)


@pytest.mark.parametrize(
    ("basis", "holder", "keys"),
    [
        (BenefitBasis.NONE, BenefitHolder.UNIT, ["below_default"]),
        (BenefitBasis.AGREED, BenefitHolder.UNIT, ["below_agreed", "unagreed"]),
        (BenefitBasis.RULES, BenefitHolder.UNIT, ["below_agreed"]),
        (BenefitBasis.RULES, BenefitHolder.PUBLIC, ["below_public"]),
        (BenefitBasis.NONE, BenefitHolder.PERSON, []),
    ],
)
def test_a_plan_under_the_laws_share_is_written_down_and_warned_of(
    database: Database, clock: FixedClock, basis: BenefitBasis, holder: BenefitHolder, keys: list[str]
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_sale(session, now)
        form = plan_of((UNIT, 60.5), (WANG, 39.5), basis=basis, holder=holder, rests_on="成果转化管理办法")
        write_plan(session, scene.seller.id, scene.deal.number, form, now)
        view = view_benefits(session, scene.seller.id, scene.deal.number, now)
        assert keys_of(view) == keys
        if holder is BenefitHolder.PERSON:
            assert view.law == []
            return
        first = view.warnings[0]
        assert "50%" in first.text and "39.5%" in first.text and first.point is not None
        assert (
            first.point.said
            == {
                "below_default": "《促进科技成果转化法》(2015年修正)第四十五条",
                "below_agreed": "《促进科技成果转化法》(2015年修正)第四十四条",
                "below_public": "《促进科技成果转化法》(2015年修正)第四十五条第二款",
            }[first.key]
        )
        said = [point.said for point in view.law]
        assert "《专利法》(2020年修正)第十五条" in said
        for article in ("第九十二条", "第九十三条", "第九十四条"):
            assert f"《专利法实施细则》(2023年修订){article}" in said


def test_a_university_of_zhejiang_reads_its_own_provinces_standard_and_who_is_named_in_the_record_is_missed(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_scene(session, now)
        session.get_one(MarketPost, scene.deal.offer_post_id).answers = {"is_public_institution": True}
        session.scalars(select(CustodyRight)).one().inventors = ["王工", "赵工"]
        agree(session, scene, now)
        settle(session, scene, now)
        scene.deal.region = "浙江省杭州市"
        form = plan_of(*HALF, basis=BenefitBasis.RULES)
        write_plan(session, scene.seller.id, scene.deal.number, form, now)
        view = view_benefits(session, scene.seller.id, scene.deal.number, now)
        assert view.holder is BenefitHolder.PUBLIC
        assert keys_of(view) == ["below_local", "unnamed", "no_ground"]
        assert "70%" in view.warnings[0].text and "第三十七条" in view.warnings[0].point.said
        assert "赵工" in view.warnings[1].text and "王工" not in view.warnings[1].text
        assert "public" in [point.key for point in view.law]


def test_of_shares_the_law_counts_what_is_valued(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_sale(session, now)
        scene.deal.mode = Mode.EQUITY
        write_plan(session, scene.seller.id, scene.deal.number, plan_of(*HALF, costs_fen=5_000_000), now)
        view = view_benefits(session, scene.seller.id, scene.deal.number, now)
        assert view.price is not None and view.price.net_fen == 15_000_000
        assert [point.key for point in view.law][:2] == ["agreed", "equity"]


def test_what_somebody_said_is_kept_with_who_wrote_it_down_until_the_shares_change(
    database: Database, clock: FixedClock
) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        broker = make_staff(session, now, skills=["market"])
        scene = make_sale(session, now)
        seller, number = scene.seller.id, scene.deal.number
        take_deal(session, broker, number, now)
        agreed = plan_of(*HALF, basis=BenefitBasis.AGREED, rests_on="2026年协议")
        with pytest.raises(NotFound):
            note_word(session, seller, number, WordForm(share=2, word=BenefitWord.KNOWN, said_on=today), now)
        write_plan(session, seller, number, agreed, now)
        assert keys_of(view_benefits(session, seller, number, now)) == ["unagreed"]
        for form in (
            WordForm(share=1, word=BenefitWord.AGREED, said_on=today),
            WordForm(share=9, word=BenefitWord.AGREED, said_on=today),
            WordForm(share=2, word=BenefitWord.AGREED, said_on=today + timedelta(days=1)),
        ):
            with pytest.raises(InvalidInput):
                note_word(session, seller, number, form, now)
        note_word(session, seller, number, WordForm(share=2, word=BenefitWord.AGREED, said_on=today), now)
        word = WordForm(share=3, word=BenefitWord.OBJECTED, said_on=today)
        plan = note_word_as_broker(session, broker, number, word, now)
        assert [(each.word, each.user_id, each.staff_id) for each in plan.shares] == [
            (None, None, None),
            (BenefitWord.AGREED, seller, None),
            (BenefitWord.OBJECTED, None, broker.id),
        ]
        assert keys_of(view_benefits(session, seller, number, now)) == ["objected"]

        write_plan(session, seller, number, agreed.model_copy(update={"costs_fen": 500}), now)
        assert [each.word for each in plan.shares] == [None, BenefitWord.AGREED, BenefitWord.OBJECTED]
        write_plan(session, seller, number, plan_of((UNIT, 40), (WANG, 30), (LI, 30), basis=BenefitBasis.AGREED), now)
        assert [each.word for each in plan.shares] == [None, None, None]

        events = session.scalars(select(DealEvent).where(DealEvent.kind.startswith("benefit"))).all()
        assert [event.kind for event in events] == ["benefit_planned", *["benefit_word"] * 2, *["benefit_planned"] * 2]
        assert "王工" not in str([event.details for event in events])
        audited = session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("deal_benefit"))).all()
        assert len(audited) == len(events)


def test_the_buyer_and_whoever_does_not_broker_it_find_nothing(database: Database, clock: FixedClock) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        broker, other = make_staff(session, now, skills=["market"]), make_staff(session, now, skills=["market"])
        boss = make_staff(session, now, role=Role.SUPERVISOR)
        scene = make_sale(session, now)
        number = scene.deal.number
        write_plan(session, scene.seller.id, number, plan_of(*HALF), now)
        word = WordForm(share=2, word=BenefitWord.KNOWN, said_on=today)
        with pytest.raises(NotFound):
            view_benefits_as_broker(session, broker, number, now)
        take_deal(session, broker, number, now)
        for person in (broker, boss):
            assert view_benefits_as_broker(session, person, number, now).plan is not None
        for call in (
            lambda: view_benefits(session, scene.buyer.id, number, now),
            lambda: write_plan(session, scene.buyer.id, number, plan_of(*HALF), now),
            lambda: note_word(session, scene.buyer.id, number, word, now),
            lambda: drop_plan(session, scene.buyer.id, number, now),
            lambda: view_benefits_as_broker(session, other, number, now),
            lambda: note_word_as_broker(session, other, number, word, now),
        ):
            with pytest.raises(NotFound):
                call()
        drop_plan(session, scene.seller.id, number, now)
        assert session.scalar(select(func.count()).select_from(BenefitShare)) == 0
        with pytest.raises(NotFound):
            drop_plan(session, scene.seller.id, number, now)


def test_nothing_is_shared_before_both_want_to_talk(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_scene(session, now)
        with pytest.raises(Conflict):
            write_plan(session, scene.seller.id, scene.deal.number, plan_of(*HALF), now)
        agree(session, scene, now)
        write_plan(session, scene.seller.id, scene.deal.number, plan_of(*HALF), now)
        assert view_benefits(session, scene.seller.id, scene.deal.number, now).price is None


def test_a_plan_goes_with_a_seller_who_is_erased_and_stays_when_the_buyer_is(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        for gone, left in (("buyer", 1), ("seller", 0)):
            scene = make_sale(session, now)
            write_plan(session, scene.seller.id, scene.deal.number, plan_of(*HALF), now)
            erase_user(session, getattr(scene, gone), now)
            of_deal = select(func.count()).select_from(BenefitPlan).where(BenefitPlan.deal_id == scene.deal.id)
            assert session.scalar(of_deal) == left


def test_a_companys_plan_is_its_own_whoever_leaves_or_is_erased(database: Database, clock: FixedClock) -> None:
    now, today = clock.now(), china_date(clock.now())
    with database.unit_of_work() as session:
        boss, company, scene = company_scene(session, now)
        agree(session, scene, now)
        number = scene.deal.number
        write_plan(session, scene.seller.id, number, plan_of(*HALF), now)
        note_word(session, scene.seller.id, number, WordForm(share=2, word=BenefitWord.KNOWN, said_on=today), now)
        leave_company(session, user_id=scene.seller.id, public_id=company.public_id, now=now)
        with pytest.raises(NotFound):
            view_benefits(session, scene.seller.id, number, now)
        erase_user(session, scene.seller, now)
        session.expire_all()
        plan = view_benefits(session, boss.id, number, now).plan
        assert plan is not None
        assert [(each.word, each.user_id) for each in plan.shares][1] == (BenefitWord.KNOWN, None)


def test_the_plans_of_what_came_to_nothing_are_forgotten_after_half_a_year(
    database: Database, clock: FixedClock
) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_sale(session, now)
        write_plan(session, scene.seller.id, scene.deal.number, plan_of(*HALF), now)
        end_deal(session, scene.seller.id, scene.deal.number, Reason.PRICE, now)
        assert scene.deal.state == DealState.ENDED
    assert forget_old_rows(database, now + timedelta(days=179))["benefit_plans"] == 0
    assert forget_old_rows(database, now + timedelta(days=181))["benefit_plans"] == 1


def test_the_seller_takes_the_shares_along_as_a_table(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    with database.unit_of_work() as session:
        scene = make_sale(session, now, amount=150_001)
        write_plan(session, scene.seller.id, scene.deal.number, plan_of(*HALF), now)
        text = export_deals(session, user_id=scene.seller.id, table=Table.BENEFITS)
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
        assert [(row[2], row[3], row[4], row[5]) for row in rows[1:]] == [
            ("单位", "", "50", "75000.50"),
            ("发明人", "王工", "30", "45000.30"),
            ("发明人", "李工", "20", "30000.20"),
        ]
        assert len(export_deals(session, user_id=scene.buyer.id, table=Table.BENEFITS).splitlines()) == 1


def test_every_provision_is_quoted_as_it_reads(shared_data) -> None:
    texts: dict[str, str] = {}
    for line in (shared_data / "laws" / "statutes.jsonl").read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        name = found["law"].removeprefix("中华人民共和国")
        if name in {"促进科技成果转化法", "专利法"}:
            texts[f"{name}{found['article']}"] = found["text"]
    for line in (shared_data / "laws" / "regulations.jsonl").read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        if (found["title"], found["date"]) == ("专利法实施细则", "2023-12-11"):
            starts = [found["text"].index(f"\n{article} ") for article in ("第九十二条", "第九十三条", "第九十四条")]
            for (start, end), article in zip(
                pairwise([*starts, starts[-1] + 400]), ("第九十二条", "第九十三条", "第九十四条"), strict=True
            ):
                texts[f"专利法实施细则{article}"] = found["text"][start:end]
    entries = read_yaml(DATA)
    assert len(entries) == 8
    for entry in entries:
        article = entry["article"].partition("条")[0] + "条"
        assert entry["text"] in texts[f"{entry['law']}{article}"], entry["key"]


def test_a_provision_is_shown_in_the_version_of_its_day(clock: FixedClock) -> None:
    today = china_date(clock.now())
    assert set(points_on(today)) > {"agreed", "default", "bonus"}
    assert "bonus" not in points_on(today.replace(year=2023))
    assert [percent(each) for each in (5000, 3950, 1667, 1)] == ["50%", "39.5%", "16.67%", "0.01%"]
