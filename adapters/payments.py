"""Where it is known how far a payment of a deal is: from both sides' own words. A bank or an escrow service that
reports it would stand beside this one."""

from dataclasses import replace
from datetime import datetime

from core.payments import PaymentReportsError, PaymentState, PaymentWords


class StatedPayments:
    """By the word of both: the buyer paid, the seller received. Only the seller's word settles it."""

    def state_of(self, words: PaymentWords) -> PaymentState:
        if words.received_said_at is not None:
            return PaymentState.RECEIVED
        return PaymentState.PAID_SAID if words.paid_said_at is not None else PaymentState.AWAITED

    def say(self, words: PaymentWords, *, is_payee: bool, now: datetime) -> PaymentWords:
        if is_payee:
            return replace(words, received_said_at=words.received_said_at or now)
        return replace(words, paid_said_at=words.paid_said_at or now)


class FailingPayments:
    """One that is away: for tests of what happens then."""

    def state_of(self, words: PaymentWords) -> PaymentState:
        raise PaymentReportsError("away")

    def say(self, words: PaymentWords, *, is_payee: bool, now: datetime) -> PaymentWords:
        raise PaymentReportsError("away")
