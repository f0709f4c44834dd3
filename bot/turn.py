"""One turn: understand, let a skill answer, and finish in one transaction, unless a person took over meanwhile."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.dialogue import Dialogue
from bot.replies import Reply
from core import metrics
from core.errors import AppError
from core.logs import get_logger
from models import Conversation, DeliveryChannel, DeliveryReason, TurnState
from services.deals.told_contacts import TELLS
from services.deliveries import Queued, queue_deliveries
from services.job_names import JobName, request_job
from services.knowledge_upkeep.misses import record_miss
from services.resources import Resources
from services.turns import (
    JOB_LEASE,
    MAX_ATTEMPTS,
    Work,
    add_bot_message,
    complete_turn,
    find_held,
    hold_conversation,
    release_lease,
)

log = get_logger(__name__)

# 谢谢, 在吗, a verdict: what was talked about before them still is.
SMALL_TALK = frozenset({"chitchat", "greeting", "acknowledge", "feedback"})
FAILED_TEXT = "这条没处理成功,内容我留着了。1分钟后再试,或说“转人工”。"


class PassiveSlot:
    """One chance to answer while WeChat waits. Whoever comes first decides: the turn claims it, or the request,
    out of time, closes it; never both. After `seconds` nobody can claim it: the connection may be gone."""

    def __init__(self, channel: DeliveryChannel = DeliveryChannel.PASSIVE, *, seconds: float) -> None:
        self.channel = channel
        self._lock = threading.Lock()
        self._is_free = True
        self._ends = time.monotonic() + seconds

    def claim(self) -> bool:
        """True once, for the turn that comes first and in time."""
        return time.monotonic() < self._ends and self.close()

    def close(self) -> bool:
        """True if nobody had claimed it."""
        with self._lock:
            was_free, self._is_free = self._is_free, False
            return was_free


@dataclass(frozen=True)
class Finished:
    """What the turn decided: its reply, and the piece to answer the waiting push or call with."""

    reply: Reply | None = None
    first: Queued | None = None


class TurnRunner:
    """Runs turns; it does not know WeChat."""

    def __init__(self, resources: Resources, dialogue: Dialogue) -> None:
        self._resources = resources
        self._dialogue = dialogue

    def run(
        self,
        work: Work,
        slot: PassiveSlot,
        *,
        may_be_slow: bool = False,
        on_sentence: Callable[[str], None] | None = None,
    ) -> Finished:
        """Work on a turn whose lease we hold. A skill that is slow by nature goes to a job unless `may_be_slow`.

        `on_sentence` gets what a slow skill has ready of its answer; only the end decides what was answered.
        """
        started = time.perf_counter()
        skill, reply = self._compose(work, may_be_slow=may_be_slow, on_sentence=on_sentence)
        if reply is None:
            self._hand_to_job(work)
            return Finished()
        finished = self._finish(work, skill, reply, slot)
        metrics.turn_seconds.labels(skill).observe(time.perf_counter() - started)
        return finished

    def _compose(
        self, work: Work, *, may_be_slow: bool, on_sentence: Callable[[str], None] | None
    ) -> tuple[str, Reply | None]:
        if work.attempt_count > MAX_ATTEMPTS:
            log.error("turn_given_up", turn_id=work.lease.turn_id, attempts=work.attempt_count)
            return "failed", Reply(FAILED_TEXT)
        try:
            with self._resources.database.reading() as session:
                context = TurnContext.of(work, session, self._resources, on_sentence)
                skill = self._dialogue.choose(context)
                if skill.is_slow and not may_be_slow:
                    return skill.name, None
                if skill.is_slow:
                    session.rollback()  # neither a snapshot nor a connection is held while it works
                    self._lengthen_lease(work)
                return skill.name, skill.answer(context)
        except AppError as error:
            log.warning("skill_refused", turn_id=work.lease.turn_id, code=error.code)
            return "failed", Reply(error.message, is_miss=True)
        except Exception:
            log.exception("skill_failed", turn_id=work.lease.turn_id)
            return "failed", Reply(FAILED_TEXT, is_miss=True)

    def _lengthen_lease(self, work: Work) -> None:
        """A slow skill outlasts the lease of a request: the sweep must not take its turn for cut off."""
        with self._resources.database.unit_of_work() as session:
            held = find_held(session, work)
            if held is not None:
                held[0].lease_until = self._resources.clock.now() + JOB_LEASE

    def _hand_to_job(self, work: Work) -> None:
        now = self._resources.clock.now()
        with self._resources.database.unit_of_work() as session:
            held = find_held(session, work)
            if held is None:
                return
            conversation, turn = held
            turn.state = TurnState.QUEUED
            release_lease(conversation)
            key = f"{turn.id}-slow-{turn.attempt_count}"
            request_job(session, JobName.RUN_TURN, key=key, now=now, turn_id=turn.id)

    def _finish(self, work: Work, skill: str, reply: Reply, slot: PassiveSlot) -> Finished:
        now = self._resources.clock.now()
        memory = remember(work.memory, reply, skill) if reply.on_commit is None else None
        with self._resources.database.unit_of_work() as session:
            if not hold_conversation(session, work, now=now, memory=memory):
                log.info("turn_overtaken", turn_id=work.lease.turn_id)
                return Finished()
            if reply.missed is not None:
                kind, text, region = reply.missed.kind, reply.missed.text, reply.missed.region
                record_miss(session, user_id=work.user_id, kind=kind, text=text, region=region, now=now)
            if reply.on_commit is not None:
                conversation = session.get_one(Conversation, work.conversation_id)
                reply = reply.on_commit(session, conversation)
                conversation.memory = remember(work.memory, reply, skill)
                session.flush()
            return self._speak(session, work, skill, reply, slot, now)

    def _speak(
        self, session: Session, work: Work, skill: str, reply: Reply, slot: PassiveSlot, now: datetime
    ) -> Finished:
        reply = _with_offer(reply, work, skill)
        details: dict[str, Any] = {
            "skill": skill,
            "citations": [dict(item) for item in reply.citations],
            "choices": [choice.text for choice in reply.choices],
        }
        if reply.contact_deal is not None:
            details[TELLS] = reply.contact_deal
        message_id = add_bot_message(session, work.conversation_id, text=reply.text, details=details, now=now)
        channel = slot.channel if slot.claim() else DeliveryChannel.CUSTOMER_SERVICE
        queued = queue_deliveries(
            session,
            identity_id=work.identity_id,
            message_id=message_id,
            payloads=self._dialogue.payloads(reply, channel),
            reason=DeliveryReason(reply.reason),
            now=now,
            first_channel=channel,
        )
        first = queued[0] if queued and channel is not DeliveryChannel.CUSTOMER_SERVICE else None
        complete_turn(
            session, work.lease.turn_id, skill=skill, delivery_id=first.delivery_id if first else None, now=now
        )
        return Finished(reply, first)


def _with_offer(reply: Reply, work: Work, skill: str) -> Reply:
    """The answer, with the offer of what could not be sent before."""
    if skill == "inbox" or not work.inbox_count:
        return reply
    return replace(reply, text=f"{reply.text}\n\n之前有{work.inbox_count}条消息可能没送到,回复“未读”查看。")


def remember(memory: Mapping[str, Any], reply: Reply, skill: str) -> dict[str, Any]:
    """The conversation's memory after a reply: what it sets, without what it clears, misses counted in a row."""
    updated = {key: value for key, value in {**memory, **reply.memory}.items() if value is not None}
    updated["misses"] = memory.get("misses", 0) + 1 if reply.is_miss else 0
    updated["last_skill"] = skill
    if skill not in SMALL_TALK:
        updated["last_matter"] = skill
    return updated
