"""Whoever had a case ended for them is asked once what they think of it."""

from sqlalchemy import select

from models import CaseOutcome, Message, Staff
from services.casework.moves import Mover, allowed_moves, move_case
from services.casework.satisfaction import INVITATION
from services.catalogue import catalogue
from tests.services.casework.test_state_machines import filled
from tests.support.casework import make_service_case


def test_every_service_that_staff_end_asks_the_owner_and_one_that_was_withdrawn_does_not(database, clock):
    asked = {}
    with database.unit_of_work() as session:
        for key, service in catalogue().items():
            for is_owner in (False, True):
                case = make_service_case(
                    session, clock.now(), kind=key, values=filled(service.form), is_taken=not is_owner
                )
                owner = Mover(user_id=case.user_id)
                mover = owner if is_owner else Mover(staff=session.get_one(Staff, case.assignee_id))
                ends = [
                    move
                    for move, missing in allowed_moves(session, case, mover)
                    if service.stage(move.to).outcome is not None and not missing
                ]
                for move in ends[:1]:
                    answers = filled(move.asks) if move.asks else None
                    move_case(session, case_id=case.id, to=move.to, mover=mover, answers=answers, now=clock.now())
                    texts = session.scalars(select(Message.text).where(Message.case_id == case.id)).all()
                    asked[key, move.to] = case.outcome, sum(text.endswith(INVITATION) for text in texts)

    outcomes = {outcome for outcome, _ in asked.values()}
    assert {CaseOutcome.REFUSED, CaseOutcome.WITHDRAWN} <= outcomes and len(asked) > len(catalogue())
    assert {key: count for key, (outcome, count) in asked.items() if count != (outcome != CaseOutcome.WITHDRAWN)} == {}
