"""Deals: two owners of posts who talk about rights, what they offer each other, and how far it has come."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.ids import new_public_id
from models.company import Company, User
from models.deal_publicity import DealPublicity
from models.staff import Staff


class DealState(StrEnum):
    """enquired: one side asked, the other has not answered · talking: both agreed, offers go to and fro · agreed: an
    offer was accepted, the checklist is gone through · contract: being signed · registration: signed, the register or
    the office is to be told · done · declined: whoever was asked does not want to, or did not answer · ended"""

    ENQUIRED = "enquired"
    TALKING = "talking"
    AGREED = "agreed"
    CONTRACT = "contract"
    REGISTRATION = "registration"
    DONE = "done"
    DECLINED = "declined"
    ENDED = "ended"


class OfferState(StrEnum):
    """One at most is open; the other side accepts, refuses or counters it, its own side may take it back."""

    OPEN = "open"
    ACCEPTED = "accepted"
    COUNTERED = "countered"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    LAPSED = "lapsed"


class Deal(Base):
    """`number` (GX…) can be read aloud. `rights`, `mode`, `amount` and `split` are what is dealt in: rights from the
    beginning, the others once an offer was accepted. `checks` holds by key of the checklist who confirmed it and when;
    `next_notice_on` is the day on which the clock looks at it again."""

    __tablename__ = "deals"
    __table_args__ = (
        Index("ix_deals_state_broker_id", "state", "broker_id"),
        Index("ix_deals_next_notice_on", "next_notice_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    state: Mapped[str] = mapped_column(String(12), default=DealState.ENQUIRED)
    # Who asked: offer or need, as PostSide.
    asked_by: Mapped[str] = mapped_column(String(5))
    # Null where a side has no post, or its owner was erased.
    offer_post_id: Mapped[int | None] = mapped_column(ForeignKey("market_posts.id"), index=True)
    need_post_id: Mapped[int | None] = mapped_column(ForeignKey("market_posts.id"), index=True)
    quote_request_id: Mapped[int | None] = mapped_column(ForeignKey("quote_requests.id"), index=True)
    title: Mapped[str] = mapped_column(String(80), default="")
    # What whoever asked wrote with it.
    opening: Mapped[str] = mapped_column(String(300), default="")
    rights: Mapped[list[str]] = mapped_column(default=list)
    # The seller said that it is a technology without a patent; needed where no offer says so.
    is_technology: Mapped[bool] = mapped_column(default=False)
    region: Mapped[str | None] = mapped_column(String(60))
    mode: Mapped[str | None] = mapped_column(String(20))
    amount: Mapped[int | None]
    split: Mapped[list[Any]] = mapped_column(default=list)
    checks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    broker_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # By when a broker is to have spoken to both: what they were told.
    promised_at: Mapped[datetime | None]
    signed_on: Mapped[date | None]
    effective_on: Mapped[date | None]
    # The last day of a registration that the law limits.
    register_by: Mapped[date | None]
    registered_on: Mapped[date | None]
    registration_number: Mapped[str | None] = mapped_column(String(60))
    # Of services.deals.ending.Reason.
    end_reason: Mapped[str | None] = mapped_column(String(20))
    next_notice_on: Mapped[date | None]
    created_at: Mapped[datetime]
    state_since: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    broker: Mapped[Staff | None] = relationship()
    parties: Mapped[list["DealParty"]] = relationship(back_populates="deal", order_by="DealParty.id")
    offers: Mapped[list["DealOffer"]] = relationship(order_by="DealOffer.number")
    payments: Mapped[list["DealPayment"]] = relationship(order_by="DealPayment.number")
    # Oldest first; the last one counts.
    publicities: Mapped[list[DealPublicity]] = relationship(order_by=DealPublicity.id)


class DealParty(Base):
    """One side of a deal. The contact is what this person agreed to show, kept as it was when they agreed."""

    __tablename__ = "deal_parties"
    __table_args__ = (UniqueConstraint("deal_id", "side"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"))
    side: Mapped[str] = mapped_column(String(5))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    consented_at: Mapped[datetime | None]
    contact_name: Mapped[str | None] = mapped_column(String(40))
    contact_phone: Mapped[str | None] = mapped_column(String(20))

    deal: Mapped[Deal] = relationship(back_populates="parties")
    user: Mapped[User] = relationship()
    company: Mapped[Company | None] = relationship()


class DealOffer(Base):
    """`split` says what of the amount is for which right of a bundle: [{"right": …, "amount": …}], whole yuan."""

    __tablename__ = "deal_offers"
    __table_args__ = (UniqueConstraint("deal_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"))
    number: Mapped[int]
    side: Mapped[str] = mapped_column(String(5))
    mode: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int]
    split: Mapped[list[Any]] = mapped_column(default=list)
    # Nobody said how: shared out evenly.
    is_split_even: Mapped[bool] = mapped_column(default=False)
    terms: Mapped[str] = mapped_column(String(500), default="")
    # Of shares: how many hundredths of a percent, and how the right was valued (services.deals.equity.Valuation).
    share_bp: Mapped[int | None]
    valuation: Mapped[str | None] = mapped_column(String(12))
    # Its last day.
    until: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default=OfferState.OPEN)
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class DealPayment(Base):
    """A part of the price, as the contract says it. No money goes through us: both sides say what they did."""

    __tablename__ = "deal_payments"
    __table_args__ = (UniqueConstraint("deal_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(40))
    amount: Mapped[int]
    due_on: Mapped[date | None]
    paid_said_at: Mapped[datetime | None]
    received_said_at: Mapped[datetime | None]


class DealEvent(Base):
    """The append-only history. `side` or `staff_id` is who did it, neither for the clock. `details` hold values; only a
    note of staff (`noted`) is text."""

    __tablename__ = "deal_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    side: Mapped[str | None] = mapped_column(String(5))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]

    deal: Mapped[Deal] = relationship()


class QuoteRequest(Base):
    """One buyer asks the owners of several offers for their price at once; each of them has a deal of their own."""

    __tablename__ = "quote_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    text: Mapped[str] = mapped_column(String(300), default="")
    until: Mapped[date]
    created_at: Mapped[datetime]
