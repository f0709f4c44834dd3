"""Every message and event of the contract as plain values, from XML and from JSON."""

import json
from typing import Any

import pytest

from adapters.wechat.body import parse_text
from adapters.wechat.push import KEY_LIMIT, Push, parse_push

HEAD = {"ToUserName": "gh_sim", "FromUserName": "oUser1", "CreateTime": "1700000100"}


def as_xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(
            "".join(f"<{k}>{as_xml(item)}</{k}>" for item in (v if isinstance(v, list) else [v]))
            for k, v in value.items()
        )
    return "" if value is None else f"<![CDATA[{value}]]>"


def both_ways(fields: dict[str, Any]) -> list[Push]:
    """The push read from XML and from JSON."""
    texts = [f"<xml>{as_xml(fields)}</xml>", json.dumps(fields, ensure_ascii=False)]
    return [parse_push(parse_text(text)[0]) for text in texts]


MESSAGES: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "text": ({"Content": " 你好😀 "}, " 你好😀 ", {}),
    "image": ({"PicUrl": "http://p", "MediaId": "m"}, "", {"pic_url": "http://p", "media_id": "m"}),
    "voice": (
        {"MediaId": "m", "Format": "amr", "MediaId16K": "k", "Recognition": "今天有点累"},
        "今天有点累",
        {"media_id": "m", "format": "amr", "media_id_16k": "k"},
    ),
    "video": ({"MediaId": "m", "ThumbMediaId": "t"}, "", {"media_id": "m", "thumb_media_id": "t"}),
    "shortvideo": ({"MediaId": "m", "ThumbMediaId": "t"}, "", {"media_id": "m", "thumb_media_id": "t"}),
    "location": (
        {"Location_X": "23.134521", "Location_Y": "113.358803", "Scale": "20", "Label": "广州市天河区"},
        "",
        {"latitude": 23.134521, "longitude": 113.358803, "scale": 20.0, "label": "广州市天河区"},
    ),
    "link": (
        {"Title": "标题", "Description": "描述", "Url": "https://u"},
        "",
        {"title": "标题", "description": "描述", "url": "https://u"},
    ),
    "miniprogrampage": (
        {"Title": "页", "AppId": "wxmini", "PagePath": "pages/a", "ThumbUrl": "http://t", "ThumbMediaId": "t"},
        "",
        {"title": "页", "app_id": "wxmini", "page_path": "pages/a", "thumb_url": "http://t", "thumb_media_id": "t"},
    ),
}


@pytest.mark.parametrize("kind", MESSAGES)
def test_checklist_04_each_message_type_from_xml_and_json(kind: str) -> None:
    extra, text, details = MESSAGES[kind]

    for push in both_ways({**HEAD, "MsgType": kind, **extra, "MsgId": 7000000000000000002}):
        assert push == Push("gh_sim", "oUser1", 1700000100, kind, msg_id="7000000000000000002", text=text,
                            details=details)  # fmt: skip
        assert Push.from_dict(json.loads(json.dumps(push.to_dict()))) == push


SUBSCRIPTION = {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "1"}
SUBSCRIBED = {"template_id": "T1", "status": "accept", "popup_scene": "1"}
PERSON = {"OpenID": "oReal", "AppID": "wxmini", "UnionID": "u1", "RevokeInfo": "202,203"}
PICTURES = {"Count": "2", "PicList": {"item": [{"PicMd5Sum": "a1"}, {"PicMd5Sum": "b2"}]}}
PUBLISHED = {
    "publish_id": "9", "publish_status": "0", "article_id": "A",
    "article_detail": {"count": "1", "item": {"idx": "1", "article_url": "https://a"}},
}  # fmt: skip
EVENTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "subscribe": ({"EventKey": ""}, {}),
    "unsubscribe": ({"EventKey": ""}, {}),
    "CLICK": ({"EventKey": "MENU_SEARCH"}, {}),
    "VIEW": ({"EventKey": "https://u", "MenuId": "7"}, {"menu_id": "7"}),
    "view_miniprogram": ({"EventKey": "pages/a", "MenuId": "7"}, {"menu_id": "7"}),
    "scancode_push": (
        {"EventKey": "K", "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"}},
        {"scan_type": "qrcode", "scan_result": "1"},
    ),
    "scancode_waitmsg": (
        {"EventKey": "K", "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "2"}},
        {"scan_type": "qrcode", "scan_result": "2"},
    ),
    "pic_sysphoto": ({"EventKey": "K", "SendPicsInfo": PICTURES}, {"count": 2, "picture_md5s": ["a1", "b2"]}),
    "pic_photo_or_album": (
        {"EventKey": "K", "SendPicsInfo": {"Count": "1", "PicList": {"item": {"PicMd5Sum": "a1"}}}},
        {"count": 1, "picture_md5s": ["a1"]},
    ),
    "pic_weixin": (
        {"EventKey": "K", "SendPicsInfo": {"Count": "0", "PicList": None}},
        {"count": 0, "picture_md5s": []},
    ),
    "location_select": (
        {"SendLocationInfo": {"Location_X": "23", "Location_Y": "113.5", "Label": "天河", "Poiname": "塔"}},
        {"latitude": 23.0, "longitude": 113.5, "label": "天河", "place": "塔"},
    ),
    "LOCATION": (
        {"Latitude": "23.137466", "Longitude": "113.352425", "Precision": "119.385040"},
        {"latitude": 23.137466, "longitude": 113.352425, "precision": 119.38504},
    ),
    "TEMPLATESENDJOBFINISH": (
        {"MsgID": 200163836, "Status": "failed:user block"},
        {"template_msg_id": "200163836", "status": "failed:user block"},
    ),
    "MASSSENDJOBFINISH": (
        {"MsgID": "1000001625", "Status": "sendsuccess", "TotalCount": "100", "FilterCount": "80", "SentCount": "75",
         "ErrorCount": "5"},
        {"mass_msg_id": "1000001625", "status": "sendsuccess", "total_count": 100, "filter_count": 80,
         "sent_count": 75, "error_count": 5},
    ),
    "PUBLISHJOBFINISH": (
        {"PublishEventInfo": PUBLISHED},
        {"publish_id": "9", "article_id": "A", "publish_status": 0, "article_urls": ["https://a"],
         "failed_indexes": []},
    ),
    "subscribe_msg_popup_event": (
        {"SubscribeMsgPopupEvent": {"List": [SUBSCRIPTION, {**SUBSCRIPTION, "TemplateId": "T2"}]}},
        {"subscriptions": [SUBSCRIBED, {**SUBSCRIBED, "template_id": "T2"}]},
    ),
    "subscribe_msg_change_event": (
        {"SubscribeMsgChangeEvent": {"List": {"TemplateId": "T1", "SubscribeStatusString": "reject"}}},
        {"subscriptions": [{"template_id": "T1", "status": "reject"}]},
    ),
    "subscribe_msg_sent_event": (
        {"SubscribeMsgSentEvent": {"List": {"TemplateId": "T1", "MsgID": "9", "ErrorCode": "0",
                                            "ErrorStatus": "success"}}},
        {"subscriptions": [{"template_id": "T1", "template_msg_id": "9", "error_code": "0",
                            "error_status": "success"}]},
    ),
    "kf_create_session": ({"KfAccount": "a@gh"}, {"kf_account": "a@gh"}),
    "kf_close_session": ({"KfAccount": "a@gh", "CloseType": "KF"}, {"kf_account": "a@gh", "close_type": "KF"}),
    "kf_switch_session": (
        {"FromKfAccount": "a@gh", "ToKfAccount": "b@gh"},
        {"from_kf_account": "a@gh", "to_kf_account": "b@gh"},
    ),
    "user_enter_tempsession": ({"SessionFrom": "page-1"}, {"session_from": "page-1"}),
    "debug_demo": ({"debug_str": "hello"}, {"debug_str": "hello"}),
}  # fmt: skip


@pytest.mark.parametrize("event", EVENTS)
def test_checklist_08_each_event_from_xml_and_json(event: str) -> None:
    extra, details = EVENTS[event]

    for push in both_ways({**HEAD, "MsgType": "event", "Event": event, **extra}):
        assert (push.kind, push.event, push.openid) == ("event", event.lower(), "oUser1")
        assert push.event_key == extra.get("EventKey", "")
        assert push.details == details
        assert Push.from_dict(json.loads(json.dumps(push.to_dict()))) == push


@pytest.mark.parametrize(
    "event", ["weapp_audit_success", "wxa_privacy_apply", "something_of_next_year", "wxa_illegal_record"]
)
def test_checklist_08_unknown_events_keep_their_name_and_fields(event: str) -> None:
    for push in both_ways({**HEAD, "MsgType": "event", "Event": event, "Info": {"Reason": "原因", "More": ["1", "2"]}}):
        assert (push.kind, push.event) == ("event", event)
        assert push.details["fields"]["Info"] == {"Reason": "原因", "More": ["1", "2"]}


def test_checklist_08_unknown_messages_are_kind_unknown() -> None:
    for push in both_ways({**HEAD, "MsgType": "hologram", "Ray": "x", "MsgId": "1"}):
        assert (push.kind, push.event, push.details["fields"]["Ray"]) == ("unknown", None, "x")
    assert parse_push({}) == Push(details={"fields": {}})


MEDIA_CHECK = {
    "appid": "wxmini", "trace_id": "t-2", "version": 2, "result": {"suggest": "review", "label": 20012},
    "detail": [{"strategy": "content_model", "errcode": 0, "suggest": "review", "label": 20012, "prob": 61}],
}  # fmt: skip


def test_checklist_08_media_checks_of_both_versions() -> None:
    head = {**HEAD, "MsgType": "event", "Event": "wxa_media_check"}

    second = parse_push({**head, **MEDIA_CHECK})
    first = parse_push({**head, "isrisky": 1, "extra_info_json": "", "status_code": 4294966288, "trace_id": "t-1"})

    assert second.details["trace_id"] == "t-2"
    assert (second.details["suggest"], second.details["label"]) == ("review", "20012")
    assert second.details["checks"][0]["prob"] == 61
    assert first.details == {"trace_id": "t-1", "status_code": "4294966288", "is_risky": "1", "checks": []}


@pytest.mark.parametrize(
    ("event", "key", "name", "scene"),
    [
        ("subscribe", "qrscene_inv_abc", "subscribe", "inv_abc"),
        ("subscribe", "", "subscribe", ""),
        ("subscribe", None, "subscribe", ""),
        ("SCAN", "inv_abc", "scan", "inv_abc"),
        ("scan", "qrscene_inv", "scan", "qrscene_inv"),
        ("CLICK", "qrscene_inv", "click", ""),
    ],
)
def test_checklist_09_scene_of_a_follow_and_of_a_scan(event: str, key: str | None, name: str, scene: str) -> None:
    for push in both_ways({**HEAD, "MsgType": "event", "Event": event, "EventKey": key, "Ticket": "TK"}):
        assert (push.event, push.event_key, push.scene) == (name, key or "", scene)
        assert push.details.get("ticket", "TK") == "TK"


def message(**extra: Any) -> Push:
    return parse_push({**HEAD, "MsgType": "text", "Content": "hi", "MsgId": "1", **extra})


def event_of(**extra: Any) -> Push:
    return parse_push({**HEAD, "MsgType": "event", **extra})


def test_checklist_12_the_same_msgid_from_two_users_is_two_messages() -> None:
    keys = {message().dedupe_key("wxA"), message(FromUserName="oUser2").dedupe_key("wxA"), message().dedupe_key("wxB")}

    assert len(keys) == 3
    assert message(CreateTime=1700000100).dedupe_key("wxA") == message().dedupe_key("wxA")


def test_checklist_13_events_of_one_user_in_one_second_differ() -> None:
    different = [
        event_of(Event="LOCATION", Latitude="23.1", Longitude="113.1"),
        event_of(Event="LOCATION", Latitude="23.2", Longitude="113.1"),
        event_of(Event="unsubscribe"),
        event_of(Event="subscribe"),
        event_of(Event="subscribe", EventKey="qrscene_a", Ticket="x"),
        event_of(Event="SCAN", EventKey="a", Ticket="x"),
        event_of(Event="SCAN", EventKey="a", Ticket="y"),
        event_of(Event="CLICK", EventKey="a"),
        event_of(Event="CLICK", EventKey="b"),
        event_of(Event="wxa_media_check", **MEDIA_CHECK),
        event_of(Event="wxa_media_check", **{**MEDIA_CHECK, "trace_id": "t-3"}),
        event_of(Event="TEMPLATESENDJOBFINISH", MsgID="1", Status="success"),
        event_of(Event="TEMPLATESENDJOBFINISH", MsgID="2", Status="success"),
        event_of(Event="subscribe_msg_popup_event", List=SUBSCRIPTION),
        event_of(Event="subscribe_msg_popup_event", List={**SUBSCRIPTION, "TemplateId": "T2"}),
        event_of(Event="next_year", Thing="1"),
        event_of(Event="next_year", Thing="2"),
    ]

    assert len({push.dedupe_key("wxA") for push in different}) == len(different)


def test_the_same_push_has_the_same_key_in_every_attempt_and_process() -> None:
    attempts = [event_of(Event="subscribe", EventKey="qrscene_a", Ticket="x") for _ in range(3)]

    assert {push.dedupe_key("wxA") for push in attempts} == {
        "wxA:oUser1:1700000100:subscribe:qrscene_a:" + attempts[0].dedupe_key("wxA").rsplit(":", 1)[1]
    }
    assert Push.from_dict(attempts[0].to_dict()).dedupe_key("wxA") == attempts[0].dedupe_key("wxA")


def test_a_dedupe_key_fits_its_column_and_long_ones_still_differ() -> None:
    keys = {event_of(Event="VIEW", EventKey="https://u/" + "p" * 900 + end).dedupe_key("wxA") for end in "ab"}

    assert len(keys) == 2
    assert {len(key) for key in keys} == {KEY_LIMIT}


def test_a_separator_inside_a_value_cannot_make_two_pushes_alike() -> None:
    first = event_of(Event="CLICK", FromUserName="o:1", EventKey="a")
    second = event_of(Event="CLICK", FromUserName="o", CreateTime=0, EventKey="a")

    assert first.dedupe_key("wx") != second.dedupe_key("wx")
    assert event_of(Event="CLICK", EventKey="a:b").dedupe_key("wx") != event_of(Event="CLICK", EventKey="a%3Ab").dedupe_key("wx")  # fmt: skip # noqa: E501


def test_checklist_21_a_tapped_menu_item_carries_its_id() -> None:
    for push in both_ways({**HEAD, "MsgType": "text", "Content": "第2个", "bizmsgmenuid": "choice-2", "MsgId": "1"}):
        assert (push.kind, push.text, push.menu_item_id) == ("text", "第2个", "choice-2")
    assert message().menu_item_id == ""


@pytest.mark.parametrize(
    "event", ["user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"]
)
def test_checklist_22_account_events_are_about_openid_not_the_sender(event: str) -> None:
    fields = {**HEAD, "FromUserName": "oPlatform", "MsgType": "event", "Event": event, **PERSON, "OpenPID": "p", "PluginID": "g"}  # fmt: skip # noqa: E501

    for push in both_ways(fields):
        assert push.openid == "oReal"
        assert push.details == {
            "subject_openid": "oReal", "app_id": "wxmini", "unionid": "u1", "revoke_info": "202,203",
            "open_pid": "p", "plugin_id": "g", "from_user": "oPlatform",
        }  # fmt: skip


def test_checklist_22_revoked_kinds_may_come_as_a_list() -> None:
    fields = {**HEAD, "MsgType": "event", "Event": "user_authorization_revoke", **PERSON, "RevokeInfo": [2, "8"]}

    assert parse_push(fields).details["revoke_info"] == "2,8"


@pytest.mark.parametrize("listed", [SUBSCRIPTION, [SUBSCRIPTION]])
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_subscription_popup_is_always_a_list(listed: Any, wrapped: bool) -> None:
    body = {"SubscribeMsgPopupEvent": {"List": listed}} if wrapped else {"List": listed}

    push = event_of(Event="subscribe_msg_popup_event", **body)

    assert push.details["subscriptions"] == [SUBSCRIBED]


def test_repeated_tags_missing_values_and_control_characters_are_tolerated() -> None:
    push = parse_push(
        {"MsgType": ["text", "image"], "Content": ["", "第一\x00", "第二"], "CreateTime": "soon", "MsgId": 9.0,
         "FromUserName": {"a": "b"}, "ToUserName": None, "bizmsgmenuid": True}
    )  # fmt: skip

    assert push == Push(kind="text", text="第一", msg_id="9")


@pytest.mark.parametrize("created", ["-5", "1e9", float("nan"), "99999999999999999999", [], {}, None, "五"])
def test_a_senseless_time_is_zero(created: Any) -> None:
    assert parse_push({"MsgType": "text", "CreateTime": created}).created_at == 0


def test_a_number_of_thousands_of_digits_is_no_number() -> None:
    assert parse_push({"MsgType": "text", "CreateTime": 10**5000, "MsgId": 10**5000}) == Push(kind="text")


def test_from_dict_takes_the_row_of_another_version() -> None:
    assert Push.from_dict({"openid": "o", "kind": "text", "mood": "good"}) == Push(openid="o", kind="text")
