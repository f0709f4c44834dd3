"""From deals as one side sees them to what the API answers."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from miniapp_api.schemas.deals import (
    BarrierOut,
    CheckOut,
    ContactOut,
    CustomerOut,
    DealArticleOut,
    DealItemOut,
    DealMessageOut,
    DealOut,
    DealRegistrationOut,
    OfferOut,
    PaymentOut,
    PublicityOut,
    QuoteOut,
    QuoteRequestItemOut,
    SaleOut,
    SecrecyOut,
    ShareOut,
)
from models import Deal, DealOffer, DealPayment, Message, PostSide, QuoteRequest
from nlp.market.conditions import MODE_NAMES
from nlp.market.posts import Mode
from nlp.rules.model import Article
from services.deals.contact import other_side, party_of
from services.deals.ending import REASON_NAMES, Reason
from services.deals.listing import Customer, OwnDeal
from services.deals.payments import state_of
from services.deals.quotes import Quote
from services.deals.view import CheckLine, DealView, view_deal
from services.deals.wording import said_state
from services.market.promises import promise_text
from services.ports import PaymentReports


def item_out(own: OwnDeal) -> DealItemOut:
    return DealItemOut.model_validate(_item(own.deal, own.side))


def deal_out(session: Session, deal: Deal, side: PostSide, now: datetime, reports: PaymentReports) -> DealOut:
    view = view_deal(session, deal, side, now)
    return DealOut.model_validate(
        {
            **_item(deal, side),
            **{
                name: getattr(deal, name)
                for name in ("opening", "is_technology", "mode", "promised_at", "signed_on", "effective_on")
            },
            "registered_on": deal.registered_on,
            "rights": list(view.rights),
            "rights_count": len(deal.rights),
            "other": view.other,
            "contact": _contact(view),
            "is_shared": view.is_shared,
            "broker": deal.broker.display_name if deal.broker is not None else None,
            "split": _split(deal.split),
            "offers": [offer_out(offer, side) for offer in view.offers],
            "checks": [_check(line) for line in view.checks],
            "barriers": [
                BarrierOut(right=each.right, text=each.text, todo=each.todo, article=_article(each.article))
                for each in view.barriers
            ],
            "registration": _registration(view),
            "publicity": _publicity(view),
            "promise": _promise(view),
            "payments": [_payment(deal, each, reports) for each in deal.payments],
            "end_reason": REASON_NAMES[Reason(deal.end_reason)] if deal.end_reason is not None else None,
            "doings": list(view.doings),
        }
    )


def sale_out(own: OwnDeal, other: str) -> SaleOut:
    deal = own.deal
    return SaleOut.model_validate(
        {
            **_item(deal, own.side),
            "mode": deal.mode,
            "split": _split(deal.split),
            "other": other,
            "signed_on": deal.signed_on,
            "registered_on": deal.registered_on,
        }
    )


def customer_out(found: Customer) -> CustomerOut:
    return CustomerOut(
        name=found.contact.name,
        phone=found.contact.phone,
        company=found.company,
        deals=[deal.number for deal in found.deals],
    )


def offer_out(offer: DealOffer, side: PostSide) -> OfferOut:
    values = {
        name: getattr(offer, name)
        for name in ("number", "mode", "amount", "is_split_even", "terms", "until", "state", "created_at")
    }
    return OfferOut.model_validate(
        {
            **values,
            "is_mine": offer.side == side,
            "share_percent": offer.share_bp / 100 if offer.share_bp is not None else None,
            "valuation": offer.valuation,
            "mode_label": MODE_NAMES[Mode(offer.mode)],
            "split": _split(offer.split),
        }
    )


def message_out(message: Message) -> DealMessageOut:
    return DealMessageOut.model_validate(
        {
            "id": message.id,
            "author": message.author,
            "staff": message.staff.display_name if message.staff else None,
            "text": message.text,
            "created_at": message.created_at,
        }
    )


def quote_out(quote: Quote) -> QuoteOut:
    item = item_out(OwnDeal(quote.deal, PostSide.NEED))
    return QuoteOut(deal=item, offer=offer_out(quote.offer, PostSide.NEED) if quote.offer is not None else None)


def request_item(request: QuoteRequest) -> dict[str, Any]:
    return {
        "id": request.public_id,
        "text": request.text,
        "until": request.until,
        "created_at": request.created_at,
    }


def request_item_out(request: QuoteRequest) -> QuoteRequestItemOut:
    return QuoteRequestItemOut.model_validate(request_item(request))


def _item(deal: Deal, side: PostSide) -> dict[str, Any]:
    names = ("number", "title", "state", "amount", "created_at", "state_since", "version")
    return {
        **{name: getattr(deal, name) for name in names},
        "side": side,
        "state_label": said_state(deal),
        "asked_by_me": deal.asked_by == side,
    }


def _contact(view: DealView) -> ContactOut | None:
    if view.contact is None:
        return None
    company = party_of(view.deal, other_side(view.side)).company
    return ContactOut(
        name=view.contact.name, phone=view.contact.phone, company=company.name if company is not None else None
    )


def _check(line: CheckLine) -> CheckOut:
    return CheckOut.model_validate(
        {
            "key": line.key,
            "text": line.text,
            "article": _article(line.article) if line.article is not None else None,
            "is_confirmed": line.is_confirmed,
            "is_mine": line.is_mine,
            "is_mine_confirmed": line.is_mine_confirmed,
            "waits_for": list(line.waits_for),
        }
    )


def _registration(view: DealView) -> DealRegistrationOut | None:
    found = view.registration
    if found is None:
        return None
    return DealRegistrationOut(
        name=found.name, text=found.text, article=_article(found.article), until=view.deal.register_by
    )


def _promise(view: DealView) -> SecrecyOut | None:
    given = view.promise
    if given is None:
        return None
    return SecrecyOut(version=given.version, promised_at=given.promised_at, text=promise_text(given.version))


def _publicity(view: DealView) -> PublicityOut | None:
    found = view.publicity
    if found is None:
        return None
    names = ("name", "amount", "place", "link", "starts_on", "ends_on")
    return PublicityOut.model_validate(
        {
            "standing": found.standing,
            "text": found.said,
            "days": found.days,
            "source": found.source,
            **{name: getattr(found.row, name, None) or None for name in names},
            "objections": len(found.row.objections) if found.row is not None else 0,
        }
    )


def _payment(deal: Deal, payment: DealPayment, reports: PaymentReports) -> PaymentOut:
    return PaymentOut(
        number=payment.number,
        name=payment.name,
        amount=payment.amount,
        due_on=payment.due_on,
        state=state_of(deal, payment, reports),
    )


def _split(shares: list[Any]) -> list[ShareOut]:
    return [ShareOut(right=each["right"], amount=each["amount"]) for each in shares]


def _article(article: Article) -> DealArticleOut:
    return DealArticleOut(law=article[0], article=article[1])
