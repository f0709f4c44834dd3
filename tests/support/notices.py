"""A person with two apps, templates that WeChat has, and the ways a notice takes."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.wechat.local import LocalWeChat
from core.clock import FixedClock
from core.db import Database
from models import (
    AllowanceKind,
    Conversation,
    Delivery,
    MessageTemplate,
    Notice,
    Platform,
    TemplateKind,
    Topic,
    WeChatIdentity,
)
from services.allowances import open_allowance
from services.deliveries import send_waiting
from services.notices.facts import Fact
from services.notices.grants import note_popup
from services.notices.sending import send_push
from services.notices.telling import tell
from services.notices.writing import write_due
from tests.support.people import make_conversation, make_identity

DEADLINE, OLD_DEADLINE, MINI_DEADLINE = "TPL-DEADLINE", "old-DEADLINE", "mini-DEADLINE"
KEYWORDS = [{"code": "thing1", "name": "事项", "options": []}, {"code": "date2", "name": "到期日期", "options": []}]
FILLS = {"thing1": Fact.TITLE, "date2": Fact.DAY}
FACTS = {Fact.DAY: "2026年12月7日"}


def make_templates(session: Session, now: datetime, topic: Topic = Topic.DEADLINE) -> None:
    """One of each kind, all for one topic."""
    for platform, kind, template_id in (
        (Platform.OFFICIAL_ACCOUNT, TemplateKind.SUBSCRIPTION, DEADLINE),
        (Platform.OFFICIAL_ACCOUNT, TemplateKind.TEMPLATE, OLD_DEADLINE),
        (Platform.MINI_PROGRAM, TemplateKind.SUBSCRIPTION, MINI_DEADLINE),
    ):
        session.add(
            MessageTemplate(
                platform=platform, kind=kind, template_id=template_id, title="期限到期提醒", keywords=KEYWORDS,
                example="", topic=topic, fills=FILLS, seen_at=now,
            )
        )  # fmt: skip
    session.flush()


class Reader:
    """Somebody who follows the account and uses the mini-program, with a phone in each that keeps what arrives."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        self.official = LocalWeChat(clock=clock, minds_windows=True)
        self.mini = LocalWeChat(Platform.MINI_PROGRAM, clock=clock, minds_windows=True)
        self.apps = {Platform.OFFICIAL_ACCOUNT: self.official, Platform.MINI_PROGRAM: self.mini}
        with database.unit_of_work() as session:
            identity = make_identity(session, clock.now())
            self.user_id, self.identity_id, self.openid = identity.user_id, identity.id, identity.openid
            make_conversation(session, identity, clock.now())
            own = WeChatIdentity(
                user_id=identity.user_id, platform=Platform.MINI_PROGRAM, app_id="wxsim0000000000b2",
                openid=f"mini-{identity.id}", created_at=clock.now(),
            )  # fmt: skip
            session.add(own)
            session.flush()
            self.mini_id, self.mini_openid = own.id, own.openid

    def writes(self) -> None:
        """Five customer-service messages are allowed for 48 hours."""
        self.official.open_window(self.openid)
        with self.database.unit_of_work() as session:
            open_allowance(
                session, identity_id=self.identity_id, kind=AllowanceKind.MESSAGE, grant=(5, timedelta(hours=48)),
                now=self.clock.now(),
            )  # fmt: skip

    def grants(self, template_id: str, *, really: bool = True) -> None:
        """One acceptance, as WeChat's event tells it; not `really` where WeChat forgot."""
        is_mini = template_id == MINI_DEADLINE
        app, openid = (self.mini, self.mini_openid) if is_mini else (self.official, self.openid)
        if really:
            app.grants[openid, template_id] = app.grants.get((openid, template_id), 0) + 1
        with self.database.unit_of_work() as session:
            count = len(session.scalars(select(Notice.id)).all())
            note_popup(
                session, identity_id=self.mini_id if is_mini else self.identity_id,
                answers=[{"template_id": template_id, "status": "accept"}],
                key=f"{self.user_id}-{template_id}-{count}-{self.clock.now()}", now=self.clock.now(),
            )  # fmt: skip

    def is_told(self, key: str = "fee-1", **details: object) -> Notice | None:
        with self.database.unit_of_work() as session:
            values = {
                "topic": Topic.DEADLINE, "title": "CN112345678B年费到期", "text": "年费还有15天到期。", "facts": FACTS,
                "is_urgent": True, **details,
            }  # fmt: skip
            return tell(session, user_id=self.user_id, key=key, now=self.clock.now(), **values)  # type: ignore[arg-type]

    def writing(self) -> int:
        with self.database.unit_of_work() as session:
            return write_due(session, self.user_id, self.clock.now())

    def sending(self) -> None:
        """What the jobs do with all that waits."""
        send_waiting(self.database, self.official, self.clock, identity_id=self.identity_id)
        with self.database.reading() as session:
            waiting = session.scalars(select(Delivery.id).order_by(Delivery.id)).all()
        for delivery_id in waiting:
            send_push(self.database, self.apps, self.clock, delivery_id=delivery_id)

    def told(self, **details: object) -> Delivery:
        """Told, written and sent; the ledger's row of it."""
        self.is_told(**details)  # type: ignore[arg-type]
        assert self.writing() == 1
        self.sending()
        return self.rows()[-1]

    def rows(self) -> list[Delivery]:
        with self.database.reading() as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.id)))

    def texts(self) -> list[str]:
        return self.official.texts_to(self.openid)

    def conversations(self) -> list[Conversation]:
        with self.database.reading() as session:
            return list(session.scalars(select(Conversation).where(Conversation.user_id == self.user_id)))
