"""What a skill may look at while it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from core.clock import china_date
from nlp.grounded.answering import OnSentence
from nlp.types import Understanding
from services.resources import Resources
from services.turns import Work


@dataclass(frozen=True)
class TurnContext:
    """One inbound message with what is known about its sender. `session` only reads."""

    resources: Resources
    session: Session
    kind: str
    event: str | None
    event_key: str
    text: str
    details: Mapping[str, Any]
    memory: Mapping[str, Any]
    region: str | None
    conversation_id: int
    identity_id: int
    user_id: int
    platform: str
    now: datetime
    # Gets the sentences of an answer while it is being written, where somebody watches.
    on_sentence: OnSentence | None = None

    @classmethod
    def of(
        cls, work: Work, session: Session, resources: Resources, on_sentence: OnSentence | None = None
    ) -> "TurnContext":
        inbound = work.inbound
        return cls(
            resources=resources,
            session=session,
            kind=inbound["kind"],
            event=inbound.get("event"),
            event_key=inbound.get("event_key") or "",
            text=(inbound.get("text") or "").strip(),
            details=inbound.get("details") or {},
            memory=work.memory,
            region=work.region or work.memory.get("region"),
            conversation_id=work.conversation_id,
            identity_id=work.identity_id,
            user_id=work.user_id,
            platform=work.platform,
            now=resources.clock.now(),
            on_sentence=on_sentence,
        )

    @property
    def today(self) -> date:
        """The day in China."""
        return china_date(self.now)

    @cached_property
    def plain(self) -> str:
        """The sentence half-width, in simplified characters, key terms spelled right."""
        return self.resources.understander.plain(self.text)

    @cached_property
    def understanding(self) -> Understanding:
        """The sentence understood; computed once, and only if a skill needs it."""
        history = [self.memory["last_search_text"]] if self.memory.get("last_search_text") else []
        return self.resources.understander.understand(self.text, at=self.today, history=history)
