"""What WeChat's pushes say about grants and about notices that it took."""

from datetime import datetime

from sqlalchemy.orm import Session

from adapters.wechat.push import Push
from models import WeChatIdentity
from services.notices.grants import note_change, note_popup
from services.notices.sending import note_result

POPUP, CHANGE, SENT = "subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event"
TEMPLATE_DONE = "templatesendjobfinish"
NOTICE_EVENTS = {POPUP, CHANGE, SENT, TEMPLATE_DONE}


def note_notice_event(session: Session, identity: WeChatIdentity, push: Push, *, key: str, now: datetime) -> None:
    """Take it in; WeChat may send each up to three times."""
    listed = push.details.get("subscriptions") or ()
    if push.event == POPUP:
        note_popup(session, identity_id=identity.id, answers=listed, key=key, now=now)
    elif push.event == CHANGE:
        note_change(session, identity_id=identity.id, answers=listed, now=now)
    elif push.event == SENT:
        for each in listed:
            failed = each.get("error_code") not in (None, "", "0")
            problem = f"{each.get('error_code')} {each.get('error_status') or ''}".strip() if failed else ""
            note_result(session, identity, str(each.get("template_msg_id")), problem, now)
    else:
        status = str(push.details.get("status") or "")
        problem = "" if status == "success" else status or "failed"
        note_result(session, identity, str(push.details.get("template_msg_id")), problem, now)
