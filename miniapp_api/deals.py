"""Deals: asked for, answered, offered, confirmed, written about, ended; what was sold and to whom."""

from collections.abc import Callable, Mapping
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from miniapp_api.asking import ensure_conversation
from miniapp_api.cases import own_conversation
from miniapp_api.context import current_api, current_caller
from miniapp_api.deal_shapes import customer_out, deal_out, item_out, message_out, sale_out
from miniapp_api.once import Keep, once
from miniapp_api.schemas.common import Page
from miniapp_api.schemas.deals import (
    CheckIn,
    ConsentIn,
    CustomersOut,
    DealIn,
    DealMessageIn,
    DealMessageOut,
    DealMessagesOut,
    DealOut,
    DealsOut,
    DealsQuery,
    EndIn,
    OfferAnswerIn,
    OfferIn,
    PaidIn,
    RightsIn,
    SalesOut,
)
from miniapp_api.shown import confirm_when_sent, list_waiting
from models import DealState, User
from services.deals.access import get_own_deal
from services.deals.checklist import confirm
from services.deals.ending import SAID, end_deal
from services.deals.enquiring import Answer, Enquiry, answer_enquiry, enquire
from services.deals.graph import CLOSED
from services.deals.listing import labels_of, list_customers, list_deals, list_sales
from services.deals.messages import list_deal_messages, say_to_broker
from services.deals.naming import RightsForm, name_rights
from services.deals.offers import OfferForm, answer_offer, make_offer
from services.deals.payments import say_paid
from services.deals.quick import take_quick_licence


class KeptDeal(BaseModel):
    """What is kept of an answer that may be asked for again."""

    number: str


def add_routes(api: APIBlueprint) -> None:
    api.get("/deals")(api.input(DealsQuery, location="query")(api.output(DealsOut)(list_own_deals)))
    api.post("/deals")(api.input(DealIn)(api.output(DealOut, 201)(create_deal)))
    api.get("/deals/<number>")(api.output(DealOut)(show_deal))
    api.put("/deals/<number>/consent")(api.input(ConsentIn)(api.output(DealOut)(put_consent)))
    api.put("/deals/<number>/rights")(api.input(RightsIn)(api.output(DealOut)(put_rights)))
    api.post("/deals/<number>/offers")(api.input(OfferIn)(api.output(DealOut, 201)(create_offer)))
    api.put("/deals/<number>/offer-answer")(api.input(OfferAnswerIn)(api.output(DealOut)(put_offer_answer)))
    api.put("/deals/<number>/checks")(api.input(CheckIn)(api.output(DealOut)(put_check)))
    api.put("/deals/<number>/payments")(api.input(PaidIn)(api.output(DealOut)(put_payment)))
    api.put("/deals/<number>/end")(api.input(EndIn)(api.output(DealOut)(put_end)))
    api.get("/deals/<number>/messages")(api.input(Page, location="query")(api.output(DealMessagesOut)(list_said)))
    api.post("/deals/<number>/messages")(api.input(DealMessageIn)(api.output(DealMessageOut, 201)(write_to_broker)))
    api.get("/deal-sales")(api.input(Page, location="query")(api.output(SalesOut)(list_own_sales)))
    api.get("/deal-customers")(api.output(CustomersOut)(list_own_customers))


def list_own_deals(query_data: DealsQuery) -> DealsOut:
    """我的交易

    新的在前。`side=offer&is_open=true` 就是出让方的线索。
    """
    api, caller = current_api(), current_caller()
    scope = f"deals:{caller.user_id}:{query_data.side}:{query_data.is_open}"
    before = api.cursors.read(scope, query_data.cursor)["before"] if query_data.cursor else None
    states = None
    if query_data.is_open is not None:
        states = sorted(frozenset(DealState) - CLOSED if query_data.is_open else CLOSED)
    with api.database.reading() as session:
        rows = list_deals(
            session,
            caller.user_id,
            side=query_data.side,
            states=states,
            before_id=before,
            limit=query_data.limit + 1,
        )
        shown = rows[: query_data.limit]
        items = [item_out(row) for row in shown]
        cursor = api.cursors.make(scope, {"before": shown[-1].deal.id}) if len(rows) > len(shown) else None
    return DealsOut(items=items, next_cursor=cursor)


def create_deal(json_data: DealIn) -> BaseModel | dict[str, Any]:
    """想谈一条

    对方收到询问,同意后双方互看称呼和电话,经纪人在 `promised_at` 前联系。对方已经先问过您的,这样就算双方同意。
    """
    enquiry = Enquiry(**json_data.model_dump(exclude={"takes_terms", "terms_version"}))
    version = json_data.terms_version if json_data.takes_terms else None

    def work(session: Session, user: User) -> str:
        try:
            now = current_api().clock.now()
            if version is not None:
                return take_quick_licence(session, user, enquiry, now, version=version).number
            return enquire(session, user, enquiry, now).number
        except NotFound as missing:
            name = "match_id" if json_data.match_id is not None else "post_id"
            raise InvalidInput(missing.message, fields={name: missing.message}) from None

    return once(json_data, lambda _key, keep: _done(work, keep), again=_again)


def show_deal(number: str) -> DealOut:
    """看一单

    到哪一步、双方出过的价、要核对的清单、登记备案的期限、现在可以做什么。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        deal, side = get_own_deal(session, caller.user_id, number)
        return deal_out(session, deal, side, api.clock.now(), api.resources.payments)


def put_consent(number: str, json_data: ConsentIn) -> BaseModel:
    """同意谈,或不谈

    被问的一方第一次回答;之后任一方可以收回或恢复互看联系方式。收回后这里存的都不再显示,已经发到对方微信里的收不回来。
    """
    answer = Answer(json_data.agrees, json_data.name, json_data.phone)

    def work(session: Session, user: User) -> str:
        now = current_api().clock.now()
        return answer_enquiry(session, user, number, answer, now, version=json_data.version).number

    return _done(work)


def put_rights(number: str, json_data: RightsIn) -> BaseModel:
    """写明谈的是哪件权利

    对方问的是需求、出让方没有挂牌的,谈成以前由出让方写:自己托管的专利,或者说没有专利。等着答复的出价就不作数了。
    """
    form = RightsForm(rights=json_data.rights, is_technology=json_data.is_technology)

    def work(session: Session, user: User) -> str:
        now = current_api().clock.now()
        return name_rights(session, user.id, number, form, now, version=json_data.version).number

    return _done(work)


def create_offer(number: str, json_data: OfferIn) -> BaseModel | dict[str, Any]:
    """出价或还价

    同时只有一个出价在等答复:对方的没答复就出价,算还价。
    """
    share = json_data.share_percent
    form = OfferForm.model_validate(
        {
            **json_data.model_dump(exclude={"version", "share_percent"}),
            "share_bp": round(share * 100) if share is not None else None,
        }
    )

    def work(session: Session, user: User) -> str:
        make_offer(session, user.id, number, form, current_api().clock.now(), version=json_data.version)
        return number

    return once(json_data, lambda _key, keep: _done(work, keep), again=_again)


def put_offer_answer(number: str, json_data: OfferAnswerIn) -> BaseModel:
    """答复出价

    说清是哪一个:对方的可以接受、不接受,自己的可以收回;对方已经收回或换了价的返回409。接受前再查一遍权利状态。
    """

    def work(session: Session, user: User) -> str:
        now = current_api().clock.now()
        deal, _ = get_own_deal(session, user.id, number, lock=True)
        if not deal.offers:
            raise Conflict("还没有人出价。")
        answer_offer(session, user.id, number, json_data.offer, json_data.verdict, now, version=json_data.version)
        return number

    return _done(work)


def put_check(number: str, json_data: CheckIn) -> BaseModel:
    """确认清单上的一项

    只能确认 `is_mine` 的。都确认了就进到签合同。
    """

    def work(session: Session, user: User) -> str:
        now = current_api().clock.now()
        return confirm(session, user.id, number, json_data.key, now, version=json_data.version).number

    return _done(work)


def put_payment(number: str, json_data: PaidIn) -> BaseModel:
    """记一期付款

    受让方说付了,出让方说收到了。钱不经过我们,这里只记双方说的。
    """

    def work(session: Session, user: User) -> str:
        api, place, version = current_api(), json_data.payment, json_data.version
        reports = api.resources.payments
        return say_paid(session, user.id, number, place, api.clock.now(), reports=reports, version=version).number

    return _done(work)


def put_end(number: str, json_data: EndIn) -> BaseModel:
    """不谈了

    先问过用户再调。签了合同要解除的,跟经纪人说。
    """
    if json_data.reason not in SAID:
        raise InvalidInput(fields={"reason": "请选一个原因。"})

    def work(session: Session, user: User) -> str:
        now = current_api().clock.now()
        return end_deal(session, user.id, number, json_data.reason, now, version=json_data.version).number

    return _done(work)


def list_said(number: str, query_data: Page) -> DealMessagesOut:
    """和经纪人的往来

    只有您和经纪人说的,以及这一单给您的通知;对方和经纪人说的看不到。最近的在前。
    """
    api, caller = current_api(), current_caller()
    scope = f"deal-messages:{caller.user_id}:{number}"
    before = api.cursors.read(scope, query_data.cursor)["before"] if query_data.cursor else None
    with api.database.reading() as session:
        deal, _ = get_own_deal(session, caller.user_id, number)
        rows = list_deal_messages(session, deal, caller.user_id, before_id=before, limit=query_data.limit + 1)
        shown = rows[: query_data.limit]
        items = [message_out(row) for row in shown]
        waiting = list_waiting(session, [row.id for row in shown])
        cursor = api.cursors.make(scope, {"before": shown[-1].id}) if len(rows) > len(shown) else None
    confirm_when_sent(waiting)
    return DealMessagesOut(items=items, next_cursor=cursor)


def write_to_broker(number: str, json_data: DealMessageIn) -> BaseModel | dict[str, Any]:
    """跟经纪人说

    经纪人马上收到提醒;对方看不到。
    """
    ensure_conversation(current_caller().identity_id)
    return once(json_data, lambda key, keep: _write(number, json_data, key, keep))


def list_own_sales(query_data: Page) -> SalesOut:
    """出售记录

    作为出让方办完的,新的在前。
    """
    api, caller = current_api(), current_caller()
    scope = f"deal-sales:{caller.user_id}"
    before = api.cursors.read(scope, query_data.cursor)["before"] if query_data.cursor else None
    with api.database.reading() as session:
        rows = list_sales(session, caller.user_id, before_id=before, limit=query_data.limit + 1)
        shown = rows[: query_data.limit]
        labels = labels_of(session, shown)
        items = [sale_out(row, labels[row.deal.id]) for row in shown]
        cursor = api.cursors.make(scope, {"before": shown[-1].deal.id}) if len(rows) > len(shown) else None
    return SalesOut(items=items, next_cursor=cursor)


def list_own_customers() -> CustomersOut:
    """我的客户

    作为出让方谈过的、现在双方都同意互看联系方式的。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        return CustomersOut(items=[customer_out(each) for each in list_customers(session, caller.user_id)])


def _done(work: Callable[[Session, User], str], keep: Keep | None = None) -> DealOut:
    """Do it in one unit of work, and answer the deal as the caller sees it then."""
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        number = work(session, session.get_one(User, caller.user_id))
        deal, side = get_own_deal(session, caller.user_id, number)
        answer = deal_out(session, deal, side, api.clock.now(), api.resources.payments)
        if keep is not None:
            # Whom one deals with may be taken back: what is kept names the deal alone.
            keep(session, KeptDeal(number=number), [])
    return answer


def _again(kept: Mapping[str, Any]) -> DealOut:
    return show_deal(str(kept["number"]))


def _write(number: str, wanted: DealMessageIn, key: str, keep: Keep) -> DealMessageOut:
    api = current_api()
    with api.database.unit_of_work() as session:
        conversation = own_conversation(session)
        message = say_to_broker(session, conversation, number, wanted.text, api.clock.now(), form_key=key)
        answer = message_out(message)
        keep(session, answer, [])
    return answer
