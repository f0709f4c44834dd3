"""Genuine signatures around odd contents: WeChat gets its success, nothing breaks."""

import pytest

from tests.support.pushes import event_fields, text_fields

LONG = "长" * 3000


@pytest.mark.parametrize(
    "fields",
    [
        text_fields("o" * 500, "你好"),
        text_fields("oOdd1", LONG, MsgId="9" * 5000),
        text_fields("oOdd2", "你好", CreateTime="9" * 40),
        text_fields("oOdd3", "你好", ToUserName="g" * 5000),
        text_fields("oOdd4", "\u200b\ufeff\u202e"),
        event_fields("oOdd5", "CLICK", LONG),
        event_fields("oOdd6", "subscribe", "qrscene_" + LONG, Ticket=LONG),
        event_fields("oOdd7", "e" * 5000),
        {**text_fields("oOdd8", ""), "MsgType": "m" * 5000},
        {**text_fields("oOdd9", ""), "MsgType": "location", "Location_X": "nan", "Location_Y": "1e400", "Label": LONG},
        {**text_fields("oOdd10", ""), "MsgType": "link", "Title": LONG, "Url": LONG},
        event_fields("", "user_authorization_cancellation", OpenID="o" * 5000),
    ],
)
def test_an_odd_push_ends_in_success(client, pusher, fields) -> None:
    answer = pusher.push(client, fields)

    assert answer.status_code == 200
