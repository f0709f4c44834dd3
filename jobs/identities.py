"""Learning from WeChat who the new followers are."""

from collections.abc import Mapping, Sequence

from core.logs import get_logger
from jobs.runtime import outbox_job
from models import Platform, WeChatIdentity
from services import identities
from services.ports import WeChat, WeChatError
from services.resources import Resources

log = get_logger(__name__)

# What one call takes (wechat-contract §4.3).
AT_ONCE = 100
# Said of a list for one openid in it that is not the app's own, or because it is too long.
WRONG_LIST = frozenset({40003, 40032})


@outbox_job
def learn_unionids(resources: Resources) -> None:
    """Join new followers to the people who use our mini-program. Repeating it changes nothing.

    An app that is bound to no open-platform account has no unionids. Where WeChat refuses the app itself (it has no
    right to ask, the day's quota is used), the accounts stay apart and due: the next newcomer's job asks again.
    """
    platform, after = Platform.OFFICIAL_ACCOUNT, 0
    failure: Exception | None = None
    while True:
        with resources.database.reading() as session:
            due = identities.list_due(session, app_id=resources.app_id(platform), after=after, limit=AT_ONCE)
        if not due:
            break
        after = max(due.values())
        try:
            told = _ask(resources.wechat[platform], list(due))
        except WeChatError as error:
            if error.outcome != "refused":
                raise
            log.warning("unionids_refused", count=len(due), errcode=error.errcode)
            break
        failure = _write_down(resources, due, told) or failure
    if failure is not None:
        raise failure


def _write_down(resources: Resources, due: Mapping[str, int], told: Mapping[str, str]) -> Exception | None:
    """What WeChat told of them. One who cannot be written down keeps nobody else from it and is still due; answers
    what went wrong."""
    failure: Exception | None = None
    with resources.database.unit_of_work() as session:
        identities.note_asked(session, [number for openid, number in due.items() if openid not in told])
    for openid, unionid in told.items():
        # One by one: two accounts that become one are locked with all that is theirs.
        try:
            with resources.database.unit_of_work() as session:
                found = session.get_one(WeChatIdentity, due[openid])
                identities.learn_unionid(session, found, unionid, resources.clock.now())
                identities.note_asked(session, [due[openid]])
        except Exception as error:
            log.exception("unionid_not_learnt", identity_id=due[openid])
            failure = error
    return failure


def _ask(wechat: WeChat, openids: Sequence[str]) -> dict[str, str]:
    """The unionids that WeChat has, by openid. Of a list that it does not take each half is asked for."""
    try:
        users = wechat.get_users(openids)
    except WeChatError as error:
        if error.outcome != "refused" or error.errcode not in WRONG_LIST:
            raise
        if len(openids) > 1:
            half = len(openids) // 2
            return _ask(wechat, openids[:half]) | _ask(wechat, openids[half:])
        log.warning("unionid_refused", errcode=error.errcode)
        return {}
    told = {user.get("openid"): user.get("unionid") for user in users}
    return {openid: unionid for openid in openids if isinstance(unionid := told.get(openid), str) and unionid}
