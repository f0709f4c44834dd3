"""Learning from WeChat who a follower is."""

from core.logs import get_logger
from jobs.runtime import outbox_job
from models import Platform, WeChatIdentity
from services import identities
from services.ports import WeChatError
from services.resources import Resources

log = get_logger(__name__)


@outbox_job
def learn_unionid(resources: Resources, identity_id: int) -> None:
    """Join the follower to the person who uses our mini-program. Repeating it changes nothing.

    An app that is bound to no open-platform account has no unionids, and WeChat may refuse the call: then the two
    accounts stay apart, and nothing else is missing.
    """
    with resources.database.reading() as session:
        identity = session.get_one(WeChatIdentity, identity_id)
        openid, platform, is_known = identity.openid, Platform(identity.platform), identity.user.unionid is not None
    if is_known:
        return
    try:
        unionid = resources.wechat[platform].get_user(openid).get("unionid")
    except WeChatError as error:
        if error.outcome != "refused":
            raise
        log.warning("unionid_refused", identity_id=identity_id, errcode=error.errcode)
        return
    if isinstance(unionid, str) and unionid:
        with resources.database.unit_of_work() as session:
            found = session.get_one(WeChatIdentity, identity_id)
            identities.learn_unionid(session, found, unionid, resources.clock.now())
