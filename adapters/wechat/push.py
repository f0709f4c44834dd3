"""A push as plain normalised values. Made from any fields without ever raising: WeChat's shapes vary."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from adapters.wechat.push_details import event_details, message_details
from adapters.wechat.push_values import first_text, whole_number

MESSAGE_KINDS = frozenset(
    {"text", "image", "voice", "video", "shortvideo", "location", "link", "miniprogrampage"}
)  # fmt: skip
# The account itself, not the person, sends these: OpenID names the person (wechat-contract §1.4).
ACCOUNT_EVENTS = frozenset(
    {"user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"}
)  # fmt: skip
SCENE_PREFIX = "qrscene_"
KEY_LIMIT = 200


@dataclass(frozen=True)
class Push:
    """One message or event. Texts are "" where WeChat sent nothing; `details` holds JSON values of the kind.

    `openid` is the person it is about. `scene` is the QR code's scene of a subscribe or scan, without prefix; the
    event of a follow is always `subscribe`, that of a scan by a follower `scan`.
    """

    to_user: str = ""
    openid: str = ""
    created_at: int = 0
    kind: str = "unknown"
    event: str | None = None
    event_key: str = ""
    scene: str = ""
    msg_id: str = ""
    text: str = ""
    menu_item_id: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def dedupe_key(self, app_id: str) -> str:
        """The same for every delivery attempt of this push and for no other push; at most 200 characters.

        MsgId alone collides between users, user and second alone between events (wechat-contract §1.5), so what
        else the push says is part of the key; attempts carry the same body.
        """
        if self.msg_id:
            parts = [app_id, self.openid, str(self.created_at), self.msg_id]
        else:
            parts = [app_id, self.openid, str(self.created_at), self.event or self.kind, self.event_key]
            if self.text or self.details:
                content = json.dumps([self.text, self.details], sort_keys=True)
                parts.append(_digest(content))
        # A separator inside a part must not make two pushes alike.
        key = ":".join(part.replace("%", "%25").replace(":", "%3A") for part in parts)
        if len(key) <= KEY_LIMIT:
            return key
        digest = _digest(key)
        return f"{key[: KEY_LIMIT - len(digest) - 1]}:{digest}"

    def to_dict(self) -> dict[str, Any]:
        """JSON values only, for a row or a job."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Push":
        """The push that to_dict described; unknown keys, of a later version, are left out."""
        known = {item.name for item in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})


def parse_push(source: Mapping[str, Any]) -> Push:
    """The push behind the fields of XML or JSON. Unknown kinds and events keep their fields in details["fields"]."""
    message_type = first_text(source.get("MsgType")).strip().lower()
    openid = first_text(source.get("FromUserName")).strip()
    common: dict[str, Any] = {
        "to_user": first_text(source.get("ToUserName")).strip(),
        "created_at": whole_number(source.get("CreateTime")),
        "msg_id": first_text(source.get("MsgId")).strip(),
    }
    if message_type == "event":
        return _event(source, openid, common)
    kind = message_type if message_type in MESSAGE_KINDS else "unknown"
    return Push(
        **common,
        openid=openid,
        kind=kind,
        text=first_text(source.get("Recognition" if kind == "voice" else "Content")),
        menu_item_id=first_text(source.get("bizmsgmenuid")),
        details=message_details(kind, source),
    )


def _event(source: Mapping[str, Any], openid: str, common: dict[str, Any]) -> Push:
    event = first_text(source.get("Event")).strip().lower()
    event_key = first_text(source.get("EventKey"))
    if event in ACCOUNT_EVENTS:
        openid = first_text(source.get("OpenID")).strip() or openid
    scene = ""
    if event == "scan":
        scene = event_key
    elif event == "subscribe":
        scene = event_key.removeprefix(SCENE_PREFIX)
    return Push(
        **common,
        openid=openid,
        kind="event",
        event=event,
        event_key=event_key,
        scene=scene,
        details=event_details(event, source),
    )


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:32]
