"""The market: what is offered and sought, which of it fits together, and what both sides thought of that."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from core.db import Base
from core.ids import new_public_id
from models.company import Company, User


class PostSide(StrEnum):
    OFFER = "offer"
    NEED = "need"


class PostState(StrEnum):
    """draft: its owner writes · review: staff look at it · published: found and matched · refused: may be written anew
    · suspended: a rule does not let it be traded now, it comes back once the rule is met · withdrawn by its owner ·
    expired: its last day is over, may be renewed"""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class FeedbackVerdict(StrEnum):
    INTERESTED = "interested"
    DISMISSED = "dismissed"


class MarketPost(Base):
    """An offer or a need. Modes, right kinds and states are those of nlp.market.posts. `rights` are numbers of patents;
    several make a bundle, none a technology without one. `amount` is whole yuan."""

    __tablename__ = "market_posts"
    __table_args__ = (
        Index("ix_market_posts_state_until", "state", "until", "side"),
        Index("ix_market_posts_state_published_at", "state", "published_at"),
        Index("ix_market_posts_published_at", "published_at", "section"),
        Index("ix_market_posts_changed_at", "changed_at"),
        Index("ix_market_posts_state_checked_at", "state", "checked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    side: Mapped[str] = mapped_column(String(5))
    state: Mapped[str] = mapped_column(String(10), default=PostState.DRAFT)
    title: Mapped[str] = mapped_column(String(80), default="")
    text: Mapped[str] = mapped_column(Text)
    # Read only by whoever promised to keep it to themselves; "" where there is nothing of the kind.
    details: Mapped[str] = mapped_column(Text, default="")
    rights: Mapped[list[str]] = mapped_column(default=list)
    classes: Mapped[list[str]] = mapped_column(default=list)
    # The letter of its first class, by which pages of figures count; set with the classes.
    section: Mapped[str | None] = mapped_column(String(1))
    modes: Mapped[list[str]] = mapped_column(default=list)
    amount: Mapped[int | None]
    regions: Mapped[list[str]] = mapped_column(default=list)
    region_is_must: Mapped[bool] = mapped_column(default=False)
    right_kinds: Mapped[list[str]] = mapped_column(default=list)
    right_state: Mapped[str | None] = mapped_column(String(12))
    # Who it is from is told to nobody until both sides agree.
    is_anonymous: Mapped[bool] = mapped_column(default=True)
    until: Mapped[date]
    # The first of its places, by which the board is filtered.
    place: Mapped[str | None] = mapped_column(String(60))
    # Standard terms of a quick licence, as services/market/quick_terms.py writes them.
    quick_terms: Mapped[dict[str, Any] | None]
    # What its owner says of its rights, by the names of nlp.market.trade_facts.Answers.
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # What the rules said last, as services/market/checks.py writes it, and the signs of a text that tells too much.
    findings: Mapped[list[Any]] = mapped_column(default=list)
    signs: Mapped[list[Any]] = mapped_column(default=list)
    checked_at: Mapped[datetime | None]
    # Its owner read the warning, and publishes the details all the same.
    accepts_disclosure: Mapped[bool] = mapped_column(default=False)
    # pass, review or risky, of the words as they were in this version; null where nobody has judged them yet.
    content_verdict: Mapped[str | None] = mapped_column(String(6))
    content_reason: Mapped[str | None] = mapped_column(String(60))
    # Like posts of other owners: [{"id": public id, "kind": "right" | "text", "share": …}]
    duplicates: Mapped[list[Any]] = mapped_column(default=list)
    review_note: Mapped[str | None] = mapped_column(String(300))
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    # Of whatever matters to matching: by it the index of a process reads on.
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    user: Mapped[User] = relationship()
    company: Mapped[Company | None] = relationship()

    @validates("classes")
    def _note_section(self, _name: str, classes: list[str]) -> list[str]:
        self.section = classes[0][:1] if classes else None
        return classes


class MarketPostRight(Base):
    """A right that a post offers, by one number for all that it has: who else offers the same is found by it."""

    __tablename__ = "market_post_rights"

    post_id: Mapped[int] = mapped_column(ForeignKey("market_posts.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class MarketFavourite(Base):
    """A post that somebody keeps to look at again."""

    __tablename__ = "market_favourites"
    __table_args__ = (UniqueConstraint("user_id", "post_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("market_posts.id"), index=True)
    created_at: Mapped[datetime]

    post: Mapped[MarketPost] = relationship()


class MarketPromise(Base):
    """Somebody promised to keep the details of an offer to themselves: by which version of our words, and as the offer
    was then. Null where who promised has left and their data went."""

    __tablename__ = "market_promises"
    __table_args__ = (UniqueConstraint("user_id", "post_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("market_posts.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int]
    post_version: Mapped[int]
    promised_at: Mapped[datetime]


class MarketMatch(Base):
    """A need and an offer that fit. Reasons are as they were when it was found last; `missing` are pairs of side and
    words."""

    __tablename__ = "market_matches"
    __table_args__ = (
        UniqueConstraint("need_id", "offer_id"),
        Index("ix_market_matches_offer_id", "offer_id", "found_at"),
        # Whatever is counted of matches by week and field is in it.
        Index("ix_market_matches_found_at", "found_at", "section", "need_told", "offer_told"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    need_id: Mapped[int] = mapped_column(ForeignKey("market_posts.id"))
    offer_id: Mapped[int] = mapped_column(ForeignKey("market_posts.id"))
    # The offer's, as it was when it was found last.
    section: Mapped[str | None] = mapped_column(String(1))
    score: Mapped[float]
    reasons: Mapped[list[str]] = mapped_column(default=list)
    to_talk: Mapped[list[str]] = mapped_column(default=list)
    missing: Mapped[list[Any]] = mapped_column(default=list)
    found_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    # The key of the notice that told each side of it, and its place there; no place where it was only counted.
    need_told: Mapped[str | None] = mapped_column(String(80))
    need_place: Mapped[int | None]
    offer_told: Mapped[str | None] = mapped_column(String(80))
    offer_place: Mapped[int | None]
    # Those of notices before: who dismissed a match is told of it anew once the post says something else.
    told_before: Mapped[list[str]] = mapped_column(default=list)

    need: Mapped[MarketPost] = relationship(foreign_keys=[need_id])
    offer: Mapped[MarketPost] = relationship(foreign_keys=[offer_id])


class MarketFeedback(Base):
    """What one side of a match thought of it; the last word counts. `reason` is one of services/market/feedback.py."""

    __tablename__ = "market_feedback"
    __table_args__ = (UniqueConstraint("match_id", "side"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("market_matches.id"))
    side: Mapped[str] = mapped_column(String(5))
    verdict: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(20))
    given_at: Mapped[datetime]
    # A mark of what the other post said then, and when that word ended because it was published with other words.
    about: Mapped[str | None] = mapped_column(String(32))
    ended_at: Mapped[datetime | None]

    match: Mapped[MarketMatch] = relationship()
