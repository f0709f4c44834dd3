"""The details of an offer, for whoever promised to keep them to themselves."""

from apiflask import APIBlueprint
from sqlalchemy.orm import Session

from miniapp_api.context import current_api, current_caller
from miniapp_api.schemas.market_promises import GuardedOut, PromiseIn
from models import MarketPost
from services.market.promises import VERSION, details_for, find_promise, get_guarded_post, promise, promise_text


def add_routes(api: APIBlueprint) -> None:
    api.get("/market/board/<id>/details")(api.output(GuardedOut)(show_details))
    api.put("/market/board/<id>/promise")(api.input(PromiseIn)(api.output(GuardedOut)(put_promise)))


def show_details(id: str) -> GuardedOut:
    """保密资料

    先给保密约定;同意了才有资料。没有保密资料的返回404。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        return _guarded_out(session, caller.user_id, get_guarded_post(session, id, api.clock.now()))


def put_promise(id: str, json_data: PromiseIn) -> GuardedOut:
    """同意保密约定

    记下时间和版本,谈起来后双方和经纪人都看得到。再同意一次不算错,以第一次为准。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        promise(session, caller.user_id, id, json_data.version, api.clock.now())
        return _guarded_out(session, caller.user_id, get_guarded_post(session, id, api.clock.now()))


def _guarded_out(session: Session, user_id: int, post: MarketPost) -> GuardedOut:
    given = find_promise(session, user_id, post.id)
    return GuardedOut(
        promise_text=promise_text(given.version if given is not None else VERSION),
        promise_version=VERSION,
        promised_at=given.promised_at if given is not None else None,
        promised_version=given.version if given is not None else None,
        details=details_for(session, user_id, post),
    )
