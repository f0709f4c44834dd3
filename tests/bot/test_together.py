"""A second service begun along with one just filed asks only what is new, and both cases know of each other."""

from sqlalchemy import select

from models import Case, FormDraft, User
from services.casework.drafts import start_draft
from services.casework.together import linked_numbers
from services.catalogue import service_of
from tests.bot.test_case_talk import say
from tests.support.casework import PLEDGE

REST = {"cover": "enforcement", "insured_sum": 500_000, "has_dispute": False}


def test_insurance_along_with_a_loan_fills_in_the_common_fields_and_links_the_cases(client, pusher, resources, clock):
    say(client, pusher, "你好", 1)
    with resources.database.unit_of_work() as session:
        user = session.scalars(select(User)).one()
        start_draft(session, user=user, service=service_of("pledge_financing"), said=PLEDGE, now=clock.now())
    say(client, pusher, "继续填", 2)
    filed = say(client, pusher, "提交", 3)
    assert "要一起办的,相同的不用再填。" in filed and ">一起办知识产权保险<" in filed

    begun = say(client, pusher, "一起办知识产权保险", 4)

    assert "相同的不用再填" in begun and "想保哪一种" in begun
    with resources.database.unit_of_work() as session:
        draft = session.scalars(select(FormDraft)).one()
        assert draft.values == {name: PLEDGE[name] for name in ("patents", "company", "region", "phone")}
        user = session.scalars(select(User)).one()
        start_draft(session, user=user, service=service_of("ip_insurance"), said=REST, now=clock.now())
    say(client, pusher, "继续填", 5)
    assert say(client, pusher, "提交", 6).startswith("已提交,单号 RZ")
    with resources.database.reading() as session:
        loan, insurance = session.scalars(select(Case).order_by(Case.id)).all()
        assert (linked_numbers(session, loan), linked_numbers(session, insurance)) == (
            [insurance.number], [loan.number]
        )  # fmt: skip
