"""Learning from WeChat who the new followers are."""

from collections.abc import Sequence

from core.logs import get_logger
from jobs.runtime import outbox_job
from models import Platform, WeChatIdentity
from services import identities
from services.ports import WeChat, WeChatError
from services.resources import Resources

log = get_logger(__name__)

# What one call takes (wechat-contract §4.3).
AT_ONCE = 100
# Said of a whole list for one openid that is not the app's own, or because it is too long.
WRONG_LIST = frozenset({40003, 40032})


@outbox_job
def learn_unionids(resources: Resources) -> None:
    """Join new followers to the people who use our mini-program. Repeating it changes nothing.

    An app that is bound to no open-platform account has no unionids, and WeChat may refuse the call: then the accounts
    stay apart, and nothing else is missing.
    """
    platform = Platform.OFFICIAL_ACCOUNT
    while True:
        with resources.database.reading() as session:
            due = identities.list_due(session, app_id=resources.app_id(platform), limit=AT_ONCE)
        if not due:
            return
        for openid, unionid in _ask(resources.wechat[platform], list(due)).items():
            # One by one: two accounts that become one are locked with all that is theirs.
            with resources.database.unit_of_work() as session:
                found = session.get_one(WeChatIdentity, due[openid])
                identities.learn_unionid(session, found, unionid, resources.clock.now())
        with resources.database.unit_of_work() as session:
            identities.note_asked(session, due.values())


def _ask(wechat: WeChat, openids: Sequence[str]) -> dict[str, str]:
    """The unionids that WeChat has, by openid. Of a list that it does not take each half is asked for."""
    try:
        users = wechat.get_users(openids)
    except WeChatError as error:
        if error.outcome != "refused":
            raise
        if error.errcode in WRONG_LIST and len(openids) > 1:
            half = len(openids) // 2
            return _ask(wechat, openids[:half]) | _ask(wechat, openids[half:])
        log.warning("unionids_refused", count=len(openids), errcode=error.errcode)
        return {}
    told = {user.get("openid"): user.get("unionid") for user in users}
    return {openid: unionid for openid in openids if isinstance(unionid := told.get(openid), str) and unionid}
