"""What each kind of message and event says beyond the common fields (wechat-contract §1.3, §1.4)."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.wechat.push_values import (
    add_fractions,
    add_numbers,
    add_texts,
    first_text,
    inner,
    list_of,
    plain_copy,
)

Fields = Mapping[str, Any]
Details = dict[str, Any]

COORDINATES = {"latitude": "Location_X", "longitude": "Location_Y"}
MESSAGE_TEXTS: dict[str, dict[str, str]] = {
    "text": {},
    "image": {"pic_url": "PicUrl", "media_id": "MediaId"},
    "voice": {"media_id": "MediaId", "media_id_16k": "MediaId16K", "format": "Format"},
    "video": {"media_id": "MediaId", "thumb_media_id": "ThumbMediaId"},
    "shortvideo": {"media_id": "MediaId", "thumb_media_id": "ThumbMediaId"},
    "location": {"label": "Label"},
    "link": {"title": "Title", "description": "Description", "url": "Url"},
    "miniprogrampage": {
        "title": "Title", "app_id": "AppId", "page_path": "PagePath", "thumb_url": "ThumbUrl",
        "thumb_media_id": "ThumbMediaId",
    },
}  # fmt: skip
PERSON = {
    "subject_openid": "OpenID", "app_id": "AppID", "unionid": "UnionID", "plugin_id": "PluginID",
    "open_pid": "OpenPID", "from_user": "FromUserName",
}  # fmt: skip
EVENT_TEXTS: dict[str, dict[str, str]] = {
    "subscribe": {"ticket": "Ticket"},
    "unsubscribe": {},
    "scan": {"ticket": "Ticket"},
    "click": {"menu_id": "MenuId"},
    "view": {"menu_id": "MenuId"},
    "view_miniprogram": {"menu_id": "MenuId"},
    "location": {},
    "templatesendjobfinish": {"template_msg_id": "MsgID", "status": "Status"},
    "masssendjobfinish": {"mass_msg_id": "MsgID", "status": "Status"},
    "kf_create_session": {"kf_account": "KfAccount"},
    "kf_close_session": {"kf_account": "KfAccount", "close_type": "CloseType"},
    "kf_switch_session": {"from_kf_account": "FromKfAccount", "to_kf_account": "ToKfAccount"},
    "user_enter_tempsession": {"session_from": "SessionFrom"},
    "debug_demo": {"debug_str": "debug_str"},
}


def message_details(kind: str, source: Fields) -> Details:
    """JSON values of a message."""
    if kind not in MESSAGE_TEXTS:
        return {"fields": plain_copy(source)}
    details: Details = {}
    add_texts(details, source, MESSAGE_TEXTS[kind])
    if kind == "location":
        add_fractions(details, source, {**COORDINATES, "scale": "Scale"})
    # Where the user wrote from under one of the account's articles.
    add_texts(details, source, {"article_msg_id": "MsgDataId"})
    add_numbers(details, source, {"article_index": "Idx"})
    return details


def event_details(event: str, source: Fields) -> Details:
    """JSON values of an event; all fields of one that we don't know."""
    details: Details = {}
    add_texts(details, source, EVENT_TEXTS.get(event, {}))
    if event in READERS:
        READERS[event](details, source)
    elif event not in EVENT_TEXTS:
        details["fields"] = plain_copy(source)
    return details


def _read_scan_code(details: Details, source: Fields) -> None:
    add_texts(details, source, {"menu_id": "MenuId"})
    add_texts(details, inner(source, "ScanCodeInfo"), {"scan_type": "ScanType", "scan_result": "ScanResult"})


def _read_pictures(details: Details, source: Fields) -> None:
    pictures = inner(source, "SendPicsInfo")
    add_texts(details, source, {"menu_id": "MenuId"})
    add_numbers(details, pictures, {"count": "Count"})
    items = list_of(inner(pictures, "PicList").get("item")) or list_of(pictures.get("PicList"))
    details["picture_md5s"] = [digest for item in items if (digest := first_text(item.get("PicMd5Sum")))]


def _read_chosen_location(details: Details, source: Fields) -> None:
    chosen = inner(source, "SendLocationInfo")
    add_texts(details, source, {"menu_id": "MenuId"})
    add_fractions(details, chosen, {**COORDINATES, "scale": "Scale"})
    add_texts(details, chosen, {"label": "Label", "place": "Poiname"})


def _read_reported_location(details: Details, source: Fields) -> None:
    add_fractions(details, source, {"latitude": "Latitude", "longitude": "Longitude", "precision": "Precision"})


def _read_mass_send(details: Details, source: Fields) -> None:
    add_numbers(
        details,
        source,
        {"total_count": "TotalCount", "filter_count": "FilterCount", "sent_count": "SentCount",
         "error_count": "ErrorCount"},
    )  # fmt: skip


def _read_publish(details: Details, source: Fields) -> None:
    published = inner(source, "PublishEventInfo")
    add_texts(details, published, {"publish_id": "publish_id", "article_id": "article_id"})
    add_numbers(details, published, {"publish_status": "publish_status"})
    items = list_of(inner(published, "article_detail").get("item"))
    details["article_urls"] = [url for item in items if (url := first_text(item.get("article_url")))]
    failed = published.get("fail_idx")
    details["failed_indexes"] = [
        index for item in (failed if isinstance(failed, list) else [failed]) if (index := first_text(item))
    ]


def _read_subscriptions(wrapper: str) -> Callable[[Details, Fields], None]:
    """XML wraps the list, JSON may leave the wrapper out and send a single object: here it is always a list."""

    def read(details: Details, source: Fields) -> None:
        listed = list_of(inner(source, wrapper).get("List")) or list_of(source.get("List"))
        details["subscriptions"] = [_subscription(item) for item in listed]

    return read


def _subscription(item: Fields) -> Details:
    found: Details = {}
    add_texts(
        found,
        item,
        {"template_id": "TemplateId", "status": "SubscribeStatusString", "popup_scene": "PopupScene",
         "template_msg_id": "MsgID", "error_code": "ErrorCode", "error_status": "ErrorStatus"},
    )  # fmt: skip
    return found


def _read_person(details: Details, source: Fields) -> None:
    """`revoke_info` holds the revoked kinds of data, separated by commas."""
    add_texts(details, source, PERSON)
    revoked = source.get("RevokeInfo")
    kinds = [first_text(item) for item in (revoked if isinstance(revoked, list) else [revoked])]
    if any(kinds):
        details["revoke_info"] = ",".join(kind for kind in kinds if kind)


def _read_media_check(details: Details, source: Fields) -> None:
    """Version 2 carries `result`; version 1, still sent at times, `isrisky` and `status_code`."""
    names = {"trace_id": "trace_id", "app_id": "appid", "version": "version", "status_code": "status_code"}
    add_texts(details, source, {**names, "is_risky": "isrisky", "extra_info": "extra_info_json"})
    add_texts(details, inner(source, "result"), {"suggest": "suggest", "label": "label"})
    details["checks"] = [plain_copy(item) for item in list_of(source.get("detail"))]


READERS: dict[str, Callable[[Details, Fields], None]] = {
    "user_info_modified": _read_person,
    "user_authorization_revoke": _read_person,
    "user_authorization_cancellation": _read_person,
    "scancode_push": _read_scan_code,
    "scancode_waitmsg": _read_scan_code,
    "pic_sysphoto": _read_pictures,
    "pic_photo_or_album": _read_pictures,
    "pic_weixin": _read_pictures,
    "location_select": _read_chosen_location,
    "location": _read_reported_location,
    "masssendjobfinish": _read_mass_send,
    "publishjobfinish": _read_publish,
    "subscribe_msg_popup_event": _read_subscriptions("SubscribeMsgPopupEvent"),
    "subscribe_msg_change_event": _read_subscriptions("SubscribeMsgChangeEvent"),
    "subscribe_msg_sent_event": _read_subscriptions("SubscribeMsgSentEvent"),
    "wxa_media_check": _read_media_check,
}
