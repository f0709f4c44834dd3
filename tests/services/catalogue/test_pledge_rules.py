"""Pledge financing by rule: what the records tell, which products fit and why, figures worked out by hand."""

from datetime import date

import pytest

from core.clock import china_date
from services.catalogue.facts import Facts, Level
from services.catalogue.pledge_checks import check_pledge
from services.catalogue.pledge_costs import estimate_pledge
from tests.support.casework import PLEDGE
from tests.support.dated_data import load_reference, make_record
from tests.support.rights import make_right

NUMBER = PLEDGE["patents"][0]


@pytest.fixture
def reference(database, clock):
    with database.unit_of_work() as session:
        load_reference(session, clock.now())


def checked(database, clock, *, region="广东省广州市南沙区", rights=({},), **changes):
    with database.unit_of_work() as session:
        for columns in rights:
            make_right(session, clock.now(), **columns)
        return check_pledge(Facts(session, {**PLEDGE, **changes}, region, china_date(clock.now())))


def said(findings, level=None) -> str:
    return "\n".join(each.text for each in findings if level in {None, each.level})


def test_a_right_in_force_that_outlasts_the_loan_is_fine_and_says_when_its_fee_is_due(database, clock):
    found = checked(database, clock)

    assert "有效,2041年3月15日到期,下次年费2027年3月15日前缴" in said(found, Level.FINE)
    assert "演示数据" in said(found)
    assert not said(found, Level.STOP)
    assert all(each.source for each in found)


@pytest.mark.parametrize(
    ("columns", "changes", "words"),
    [
        ({"legal_status": "lapsed"}, {}, "已失效"),
        ({"legal_status": "pending"}, {}, "还没授权"),
        ({"application_date": date(2007, 6, 1)}, {"term_months": 12}, "2027年6月1日到期"),
        ({"kind": "utility_model", "application_date": date(2016, 11, 1)}, {}, "保护期已满"),
        ({"kind": "design", "application_date": date(2017, 5, 1)}, {"term_months": 6}, "2027年5月1日到期"),
    ],
)
def test_what_cannot_be_pledged_stops_with_its_article(database, clock, columns, changes, words):
    found = checked(database, clock, rights=[columns], **changes)

    assert words in said(found, Level.STOP)
    assert all("条" in each.source for each in found if each.level is Level.STOP)


def test_a_right_that_ends_the_day_after_the_loan_is_no_stop(database, clock):
    until_24_november = {"application_date": date(2007, 11, 24)}

    assert not said(checked(database, clock, rights=[until_24_november]), Level.STOP)


def test_whose_it_is_and_what_burdens_it_is_asked_and_left_to_the_register(database, clock):
    owners = [{"name": "广州云测科技有限公司"}, {"name": "华南某大学"}]
    found = checked(database, clock, rights=[{"applicants": owners}], has_co_owners=False, is_encumbered=True)
    assert "像是有共有人" in said(found, Level.GAP)
    assert "先注销" in said(found, Level.GAP)

    consent = checked(database, clock, rights=(), has_co_owners=True)
    assert any(each.source == "《专利法》第十四条" and "同意书" in each.text for each in consent)
    stranger = checked(database, clock, rights=(), company="佛山某某陶瓷有限公司")
    assert "不是佛山某某陶瓷有限公司" in said(stranger, Level.GAP)


def test_a_number_that_we_do_not_have_is_left_to_the_register(database, clock):
    assert f"{NUMBER}:库里没有这件" in said(checked(database, clock, rights=()), Level.GAP)


def test_products_that_fit_come_with_reasons_the_cheapest_first_and_those_that_one_thing_keeps_away(
    database, clock, reference
):
    found = [each.text for each in checked(database, clock) if "年利率" in each.text]

    assert found[0].startswith("演示银行·专利贷 合适:500万元以内、期限6至36个月、1件发明专利可用;年利率3.45%至4.35%")
    assert found[1].startswith("演示南沙银行·知融贷 只差一样:还要2件有效的发明、实用新型专利")
    assert found[2].startswith("演示银行·设计贷 只差一样:金额降到100万元以内")


def test_a_product_of_another_city_is_not_offered_and_two_gaps_are_no_offer(database, clock, reference):
    found = said(checked(database, clock, amount=20_000_000, term_months=60))
    assert "年利率" not in found
    assert "演示青岛银行" not in said(checked(database, clock, rights=()))
    assert "演示青岛银行·专利权质押保险贷 合适" in said(checked(database, clock, rights=(), region="青岛市市南区"))


def test_an_unknown_patent_opens_a_product_once_it_is_verified(database, clock, reference):
    assert f"核实{NUMBER}是有效的发明专利" in said(checked(database, clock, rights=()))


def estimated(database, clock, *, region, results=None, **changes):
    with database.reading() as session:
        facts = Facts(session, {**PLEDGE, **changes}, region, china_date(clock.now()), results or {})
        return estimate_pledge(facts)


def test_the_net_cost_in_qingdao_worked_out_by_hand(database, clock, reference):
    with database.unit_of_work() as session:
        make_right(session, clock.now())

    estimate = estimated(database, clock, region="山东省青岛市市南区")

    # 3,000,000 x 3.45 % = 103,500 interest, 5,000 evaluation; half of the interest back: 56,750, 1.89 % a year.
    # At 4.35 %: 130,500 + 5,000 - 65,250 = 70,250, 2.34 %.
    assert "净成本56,750元至70,250元,折合年1.89%至2.34%。(用了演示数据)" in estimate.headline
    assert "利息:300万元×3.45%×12/12=10.35万元。" in estimate.lines
    assert "贷款利息补贴:51,750元。" in estimate.lines
    notes = "\n".join(estimate.notes)
    assert "贷款贴息:补50%。来源:青岛市《科技型中小微企业专利权质押贷款资助实施细则》" in notes
    assert "保险费资助:青岛市质押贷款保险费资助没查到比例,没算。" in notes
    assert "保险60%、担保20%、银行20%" in notes
    assert "演示青岛专利评价费参考:演示数据。" in notes
    assert "主管部门定" in notes


def test_the_net_cost_in_xuchang_by_the_banks_terms_with_caps_worked_out_by_hand(database, clock, reference):
    approved = {"approved": {"amount": 2_000_000, "rate": 4.0, "term_months": 18}}

    estimate = estimated(database, clock, region="河南省许昌市", results=approved)

    # Interest 2,000,000 x 4 % x 18/12 = 120,000; premium 1.5 % x 1.5 years = 45,000; guarantee 1 % x 1.5 = 30,000;
    # valuation 20,000: 215,000. Back: premium 50 % = 22,500, capped at 20,000; valuation 50 % = 10,000; interest: no
    # share is known. 215,000 - 30,000 = 185,000; / 2,000,000 x 12 / 18 = 6.17 % a year.
    assert "净成本185,000元,折合年6.17%" in estimate.headline
    assert "保险费补贴:2万元。" in estimate.lines
    assert "专利评估费补贴:1万元。" in estimate.lines
    assert any("许昌市质押贷款贴息没查到比例" in note for note in estimate.notes)


def test_a_scheme_whose_window_is_over_is_not_counted(database, clock, reference):
    with database.unit_of_work() as session:
        make_right(session, clock.now())
        values = {"item": "interest", "share": 100, "window_from": "2026-01-01", "window_to": "2026-11-22"}
        make_record(session, clock.now(), key="over", region="广东省广州市南沙区", values=values)

    estimate = estimated(database, clock, region="广东省广州市南沙区")

    # 103,500 + 20,000 and 130,500 + 20,000, nothing back.
    assert "净成本123,500元至150,500元" in estimate.headline
    assert "贷款贴息:没有查到当地在有效期内的规定,没算。" in estimate.notes


def test_without_a_fitting_product_nothing_is_reckoned(database, clock, reference):
    assert estimated(database, clock, region="广东省广州市南沙区") is None


@pytest.mark.parametrize(
    ("region", "principal", "words", "fund"),
    [
        # 6:2:2 of a million
        ("山东省青岛市", 1_000_000, ["保险机构60万元", "担保机构20万元", "银行20万元"], "没有查到当地的风险补偿资金"),
        # 30:20:50 of five millions; the fund's half is capped at two
        ("广东省广州市南沙区", 5_000_000, ["担保机构150万元", "银行100万元", "250万元"], "最多补偿2,000,000元"),
    ],
)
def test_a_loss_is_split_by_the_scheme_of_the_place(database, clock, reference, region, principal, words, fund):
    estimate = estimated(database, clock, region=region, results={"defaulted": {"principal": principal}})

    assert all(each in estimate.headline for each in words), estimate.headline
    assert fund in "\n".join(estimate.notes)
    assert "企业仍要全额还款" in "\n".join(estimate.lines)
