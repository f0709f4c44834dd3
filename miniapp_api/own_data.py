"""One's own data: deleted for good, with an explicit word that it is meant (PIPL art. 47)."""

from apiflask import APIBlueprint

from miniapp_api.context import current_api, current_caller
from miniapp_api.schemas.own_data import ErasureOut, ErasureQuery
from services.privacy import ask_for_erasure
from services.sessions import log_out_everywhere


def add_routes(api: APIBlueprint) -> None:
    api.delete("/me")(api.input(ErasureQuery, location="query")(api.output(ErasureOut, 202)(delete_own_data)))


def delete_own_data(query_data: ErasureQuery) -> ErasureOut:
    """删除我的数据

    聊天内容、保存的检索、电话、公司信息都会删掉,没办完的单会一起结束,删了找不回来;同一个人在公众号里的也一起删。所有令牌立即作废。
    用同一个令牌再调一次,只返回同样的时间。以后再登录,就是新用户。
    """
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        erased_by = ask_for_erasure(session, user_id=caller.user_id, now=now)
        log_out_everywhere(session, user_id=caller.user_id, now=now)
    return ErasureOut(erased_by=erased_by)
