"""Turns asked for through the API: run in the call, answered in the call, repeated safely."""

import time
from collections.abc import Callable

from sqlalchemy import select

from bot.turn import PassiveSlot, TurnRunner
from core.errors import UpstreamUnavailable
from models import Author, Delivery, DeliveryChannel, Turn, TurnState
from services.asking import Answered
from services.intake import Receipt, receive_question, resume_turn
from services.resources import Resources
from services.turns import JOB_LEASE

ANSWER_WITHIN_SECONDS = 25.0
POLL_SECONDS = 0.05
WITH_STAFF = "专员正在处理这段会话,您的话已经送到,请等专员回复。"
LATE = "上一句还在处理,请稍后在会话里看回复。"


class Asker:
    """Satisfies services.asking.Ask."""

    def __init__(self, resources: Resources, runner: TurnRunner) -> None:
        self._resources = resources
        self._runner = runner

    def __call__(
        self, *, identity_id: int, text: str, key: str, on_sentence: Callable[[str], None] | None = None
    ) -> Answered:
        """Raises UpstreamUnavailable where an earlier message is still being worked on when the time is up."""
        deadline = time.monotonic() + ANSWER_WITHIN_SECONDS
        now = self._resources.clock.now()
        with self._resources.database.unit_of_work() as session:
            receipt = receive_question(session, identity_id=identity_id, text=text, key=key, now=now)
        while receipt.kind == "wait" and receipt.turn_id is not None and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            receipt = self._resume(receipt.turn_id)
        if receipt.kind == "wait":
            raise UpstreamUnavailable(LATE)
        if receipt.work is not None:
            slot = PassiveSlot(DeliveryChannel.API, seconds=deadline - time.monotonic())
            self._runner.run(receipt.work, slot, may_be_slow=True, on_sentence=on_sentence)
        return self._answer(f"api-{identity_id}-{key}")

    def _resume(self, turn_id: int) -> Receipt:
        with self._resources.database.unit_of_work() as session:
            return resume_turn(session, turn_id, now=self._resources.clock.now(), lasting=JOB_LEASE)

    def _answer(self, dedupe_key: str) -> Answered:
        with self._resources.database.reading() as session:
            turn = session.scalars(select(Turn).where(Turn.dedupe_key == dedupe_key)).one()
            public_id = turn.conversation.public_id
            if turn.state in {TurnState.FOR_STAFF, TurnState.SUPPRESSED}:
                return Answered(WITH_STAFF, (), (), public_id, None, is_held_by_staff=True)
            delivery = session.get(Delivery, turn.passive_delivery_id) if turn.passive_delivery_id else None
            if delivery is None or delivery.message.author != Author.BOT:
                raise UpstreamUnavailable(LATE)
            details = delivery.message.details
            return Answered(
                delivery.message.text,
                details.get("citations", ()),
                details.get("choices", ()),
                public_id,
                delivery.id,
            )
