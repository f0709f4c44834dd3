"""Before somebody sends a form the chat shows what it would cost, what it rests on and what fits, in a few lines."""

from sqlalchemy import select

from core.clock import FixedClock
from models import User
from services.casework.drafts import start_draft
from services.catalogue import service_of
from services.resources import Resources
from tests.bot.test_case_talk import say
from tests.support.casework import PLEDGE
from tests.support.dated_data import load_reference
from tests.support.rights import make_right

INSURANCE = {
    "cover": "enforcement", "patents": PLEDGE["patents"], "insured_sum": 500_000, "has_dispute": False,
    "company": PLEDGE["company"], "region": PLEDGE["region"], "phone": PLEDGE["phone"],
}  # fmt: skip


def filled_in(client, pusher, resources: Resources, clock: FixedClock, kind: str, values: dict) -> str:
    """The summary of a form to which nothing is missing, from somebody who takes it up again."""
    say(client, pusher, "你好", 1)
    with resources.database.unit_of_work() as session:
        load_reference(session, clock.now())
        make_right(session, clock.now())
        user = session.scalars(select(User)).one()
        start_draft(session, user=user, service=service_of(kind), said=values, now=clock.now())
    return say(client, pusher, "继续填", 2)


def test_the_summary_of_a_loan_shows_its_cost_its_basis_and_the_offers_with_reasons(client, pusher, resources, clock):
    answer = filled_in(client, pusher, resources, clock, "pledge_financing", PLEDGE)

    lines = answer.split("\n")
    shown = lines[lines.index(next(line for line in lines if line.startswith("估算:"))) :]
    assert shown[0].startswith("估算:贷300万元、12个月,") and "净成本" in shown[0] and "(用了演示数据)" in shown[0]
    assert shown[1].startswith("依据:利率按演示银行·专利贷(演示数据)。")
    assert shown[2].startswith("可选:演示银行·专利贷 合适:500万元以内、期限6至36个月、1件发明专利可用;年利率3.45%")
    assert shown[2].endswith("(演示数据)")
    assert shown[3].startswith("可选:演示南沙银行·知融贷 只差一样:")
    assert shown[4] == "以上是估算,不是承诺。要看每一步怎么算,回复“怎么算的”。"
    assert shown[5].startswith("没问题回复“提交”")
    assert max(len(line) for line in shown[:5]) <= 90


def test_every_step_and_assumption_comes_on_request_and_the_form_still_waits(client, pusher, resources, clock):
    filled_in(client, pusher, resources, clock, "pledge_financing", PLEDGE)

    answer = say(client, pusher, "怎么算的", 3)

    assert answer.startswith("估算,不是承诺:")
    assert "利息:300万元×3.45%×12/12=10.35万元。" in answer
    assert "主管部门定" in answer
    assert answer.rstrip().split("\n")[-1].startswith("回到刚才:") or "没问题回复“提交”" in answer
    assert say(client, pusher, "提交", 4).startswith("已提交,单号 RZ")


def test_the_summary_of_an_insurance_shows_its_premium_and_products(client, pusher, resources, clock):
    answer = filled_in(client, pusher, resources, clock, "ip_insurance", INSURANCE)

    assert "估算:保额50万元,一年保费" in answer
    assert "依据:费率按" in answer
    assert "可选:" in answer and "合适:年费率" in answer


def test_a_form_without_an_estimate_says_nothing_of_one(client, pusher, resources, clock):
    values = {**PLEDGE, "amount": 900_000_000_00, "region": "西藏自治区拉萨市"}
    answer = filled_in(client, pusher, resources, clock, "pledge_financing", values)

    assert "核对一下:" in answer
    assert "估算" not in answer and "怎么算" not in answer
