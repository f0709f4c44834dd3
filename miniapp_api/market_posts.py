"""One's own offers and needs: written, handed in, changed, renewed, withdrawn."""

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel

from core.clock import china_date
from miniapp_api.context import current_api, current_caller
from miniapp_api.custody_shapes import articles_out
from miniapp_api.market_shapes import form_of, post_out
from miniapp_api.once import Keep, once
from miniapp_api.schemas.market import (
    DeclarationOut,
    DeclarationsOut,
    DeclarationsQuery,
    OwnPostsQuery,
    PostChangeIn,
    PostIn,
    PostOut,
    PostsOut,
    RenewalIn,
    SubmissionIn,
)
from models import User
from nlp.market.declaration import ARTICLES
from services.market.access import get_own_post
from services.market.open_licences import draft_declarations
from services.market.own import list_own_posts
from services.market.posting import change_post, renew_post, submit_post, withdraw_post, write_post


def add_routes(api: APIBlueprint) -> None:
    api.get("/market/posts")(api.input(OwnPostsQuery, location="query")(api.output(PostsOut)(list_mine)))
    api.post("/market/posts")(api.input(PostIn)(api.output(PostOut, 201)(create_post)))
    api.get("/market/posts/<id>")(api.output(PostOut)(show_mine))
    api.put("/market/posts/<id>")(api.input(PostChangeIn)(api.output(PostOut)(put_post)))
    api.delete("/market/posts/<id>")(api.output({}, 204)(delete_post))
    api.post("/market/posts/<id>/submission")(api.input(SubmissionIn)(api.output(PostOut)(hand_in)))
    api.put("/market/posts/<id>/until")(api.input(RenewalIn)(api.output(PostOut)(put_until)))
    api.get("/market/posts/<id>/declarations")(
        api.input(DeclarationsQuery, location="query")(api.output(DeclarationsOut)(show_declarations))
    )


def list_mine(query_data: OwnPostsQuery) -> PostsOut:
    """我的供需

    自己发的供给和需求,新的在前,公众号里发的也在。
    """
    api, caller = current_api(), current_caller()
    scope = f"market-posts:{caller.user_id}:{query_data.side}:{query_data.state}"
    offset = int(api.cursors.read(scope, query_data.cursor)["offset"]) if query_data.cursor else 0
    today = china_date(api.clock.now())
    with api.database.reading() as session:
        page = list_own_posts(
            session, caller.user_id, side=query_data.side, state=query_data.state, offset=offset,
            limit=query_data.limit,
        )  # fmt: skip
        items = [post_out(each, today) for each in page.items]
    cursor = api.cursors.make(scope, {"offset": page.next_offset}) if page.next_offset is not None else None
    return PostsOut(items=items, total=page.total, next_cursor=cursor)


def create_post(json_data: PostIn) -> BaseModel | dict[str, Any]:
    """写一条供给或需求

    先存成没交的,只有自己看得见。`findings` 逐条说能不能交易、依据哪一条、要办什么;`warning` 提醒文中有做法的细节。
    """
    form = form_of(json_data)

    def work(_key: str, keep: Keep) -> BaseModel:
        api, caller = current_api(), current_caller()
        now = api.clock.now()
        with api.database.unit_of_work() as session:
            post = write_post(session, session.get_one(User, caller.user_id), form, now)
            answer = post_out(post, china_date(now))
            keep(session, answer, [])
        return answer

    return once(json_data, work)


def show_mine(id: str) -> PostOut:
    """看自己的一条"""
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        return post_out(get_own_post(session, caller.user_id, id), china_date(api.clock.now()))


def put_post(id: str, json_data: PostChangeIn) -> PostOut:
    """改一条

    改过的要重新交;展示中的改了就先撤下,等审核过再展示。
    """
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    form = form_of(json_data)
    with api.database.unit_of_work() as session:
        user = session.get_one(User, caller.user_id)
        return post_out(change_post(session, user, id, form, now, version=json_data.version), china_date(now))


def delete_post(id: str) -> tuple[dict[str, Any], int]:
    """撤下一条

    不再展示和对接。先问过用户再调;要再挂就重新写一条。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        withdraw_post(session, session.get_one(User, caller.user_id), id, api.clock.now())
    return {}, 204


def hand_in(id: str, json_data: SubmissionIn) -> BaseModel | dict[str, Any]:
    """交审核

    409 的 `code`:`not_tradable` 是规则不允许,`message` 里有依据和办法;`tells_too_much` 是文中有做法的细节,
    用户看过提醒还要发的,带 `accepts_disclosure` 再交。
    """

    def work(_key: str, keep: Keep) -> BaseModel:
        api, caller = current_api(), current_caller()
        now = api.clock.now()
        with api.database.unit_of_work() as session:
            post = submit_post(
                session, session.get_one(User, caller.user_id), id, now, version=json_data.version,
                accepts_disclosure=json_data.accepts_disclosure,
            )  # fmt: skip
            answer = post_out(post, china_date(now))
            keep(session, answer, [])
        return answer

    return once(json_data, work)


def put_until(id: str, json_data: RenewalIn) -> PostOut:
    """续期

    展示中的延长,到期的重新展示;规则不允许的返回409。
    """
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        user = session.get_one(User, caller.user_id)
        post = renew_post(session, user, id, json_data.until, now, version=json_data.version)
        return post_out(post, china_date(now))


def show_declarations(id: str, query_data: DeclarationsQuery) -> DeclarationsOut:
    """开放许可声明的草稿

    每件专利一份,缺什么、不能怎么写都指出来。没有用专利做开放许可的返回409。我们不代为提交。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        found = draft_declarations(
            session, get_own_post(session, caller.user_id, id), payment=query_data.payment, until=query_data.until,
            remark=query_data.remark, today=china_date(api.clock.now()),
        )  # fmt: skip
    items = [
        DeclarationOut(number=each.number, text=each.text, missing=list(each.missing), faults=list(each.faults))
        for each in found
    ]
    return DeclarationsOut(items=items, articles=articles_out(ARTICLES))
