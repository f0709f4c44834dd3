"""One user in a running stack, and the question that every fault test ends with: was each message handled once?"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import select

from core.db import Database
from core.outbox import OutboxRow
from models import (
    Author,
    Case,
    Conversation,
    Delivery,
    DeliveryState,
    Message,
    Staff,
    StaffNotification,
    Turn,
    TurnState,
    WeChatIdentity,
)
from services.staff_messages import reply_to_user
from tests.support.killing import is_sprung, set_trap
from tests.support.stack import Stack
from tests.support.staff import make_staff

_names = itertools.count(1)
App = Literal["official", "miniprogram"]
SETTLED = {TurnState.DONE, TurnState.FOR_STAFF, TurnState.SUPPRESSED}


@dataclass
class Scene:
    """A fresh user, a follower already; `said` are the texts that the account has put on their screen."""

    stack: Stack
    database: Database
    app: App = "official"
    name: str = field(default_factory=lambda: f"user{next(_names)}")
    openid: str = ""
    welcomes: int = 0

    def __post_init__(self) -> None:
        person = self.stack.add_user(self.name)
        self.openid = person["openid_official" if self.app == "official" else "openid_mini"]
        if self.app == "official":
            self.stack.act(self.name, "follow")
            self.welcomes = 1

    def say(self, text: str, *, wait: bool = True) -> dict[str, Any]:
        return self.stack.act(self.name, "text", text=text, app=self.app, wait=wait)

    def said(self) -> list[str]:
        """Without the welcome."""
        return self.stack.said(self.name, self.app)[self.welcomes :]

    def faults_shown(self) -> int:
        """How often the user saw that the account cannot be reached."""
        return sum(item["via"] == "fault" for item in self.stack.chat(self.name, self.app))

    def rows(self, model: type[Any], *where: Any) -> list[Any]:
        """This user's rows of a table that knows conversations."""
        with self.database.reading() as session:
            return list(
                session.scalars(
                    select(model)
                    .join(Conversation, Conversation.id == model.conversation_id)
                    .join(WeChatIdentity, WeChatIdentity.id == Conversation.identity_id)
                    .where(WeChatIdentity.openid == self.openid, *where)
                    .order_by(model.id)
                )
            )

    def deliveries(self) -> list[Delivery]:
        """In the order in which they were written, without the welcome."""
        with self.database.reading() as session:
            rows = session.scalars(
                select(Delivery)
                .join(WeChatIdentity, WeChatIdentity.id == Delivery.identity_id)
                .where(WeChatIdentity.openid == self.openid)
                .order_by(Delivery.id)
            ).all()
        return list(rows[self.welcomes :])

    def states(self) -> list[tuple[str, str | None]]:
        return [(row.state, row.error_code) for row in self.deliveries()]

    def turns(self) -> list[Turn]:
        return self.rows(Turn)[self.welcomes :]

    def until(self, condition: Callable[[], Any], seconds: float = 40) -> Any:
        return self.stack.wait_until(condition, seconds)

    def settle(self, messages: int = 1, *, moving: float = 0, seconds: float = 60) -> None:
        """Wait until every message has ended and nothing waits to be sent; the clock moves on meanwhile."""

        def is_settled() -> bool:
            turns = self.turns()
            if len(turns) >= messages and all(turn.state in SETTLED for turn in turns):
                open_rows = [row for row in self.deliveries() if row.state == DeliveryState.QUEUED]
                if all(row.channel == "inbox" for row in open_rows):
                    return True
            self.stack.revive()
            if moving:
                self.stack.move_clock(advance_seconds=moving)
            return False

        self.until(is_settled, seconds)

    def check_once(self, messages: int = 1, *, seen: int | None = None) -> None:
        """Each message is one turn with one answer, and what the user sees is exactly what the ledger says was sent."""
        turns, bot = self.turns(), self.rows(Message, Message.author == Author.BOT)[self.welcomes :]
        assert [turn.state for turn in turns] == [TurnState.DONE] * messages
        assert len(bot) == messages
        rows = self.deliveries()
        assert len({row.key for row in rows}) == len(rows)
        said = self.said()
        if seen is None:
            assert {row.state for row in rows} == {DeliveryState.SENT}, self.states()
            assert said == [row.payload["text"] for row in rows]
        else:
            assert len(said) == seen, said
        assert len(set(said)) == len(said), f"doubled: {said}"


@dataclass
class Trap:
    """A part of the stack that is to die at a step, once."""

    stack: Stack
    part: str

    def set(self, when: str, step: str, *, whole: bool = True) -> None:
        set_trap(self.stack.traps(self.part), when, step, whole=whole)

    def wait(self, seconds: float = 40) -> None:
        """Until it died; fails where the step was never reached."""
        self.stack.wait_until(lambda: is_sprung(self.stack.traps(self.part)), seconds)

    def mend(self) -> None:
        """Wait until it died and start it again, as a supervisor would."""
        self.wait()
        self.stack.restart(self.part)


def add_staff(database: Database, now: Any) -> int:
    """Somebody who takes every case."""
    with database.unit_of_work() as session:
        return make_staff(session, now, regions=["全国"]).id


def staff_reply(scene: Scene, staff_id: int, text: str, now: Any) -> None:
    """What the console's reply does, in one transaction of its own."""
    with scene.database.unit_of_work() as session:
        conversation = session.scalars(
            select(Conversation).join(WeChatIdentity).where(WeChatIdentity.openid == scene.openid)
        ).one()
        staff = session.get_one(Staff, staff_id)
        reply_to_user(session, staff=staff, conversation_id=conversation.id, text=text, now=now)


def one_case(scene: Scene) -> Case:
    """The case of this user; there must be one only."""
    (case,) = scene.rows(Case)
    assert isinstance(case, Case)
    return case


def notices(scene: Scene, kind: str = "case_assigned") -> list[StaffNotification]:
    return scene.rows(StaffNotification, StaffNotification.kind == kind)


def jobs_of(database: Database, name: str) -> list[OutboxRow]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxRow).where(OutboxRow.job_name == name).order_by(OutboxRow.id)))
