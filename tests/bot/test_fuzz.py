"""Bodies nobody should send, by the thousand: the webhook answers each in time, in its own words, without a 5xx."""

import json
import random
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
import xmltodict
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from wechatpy.crypto import WeChatCrypto

from bot import webhook
from models import Turn
from services.resources import Resources
from tests.support.pushes import NOW, Pusher, signature, text_fields, to_xml
from tests.support.resources import AES_KEY

SEED = 20261123
BODIES = 5_000
# A busy machine is no fault of the product's; what hostile input can cost must stay far below WeChat's five seconds.
SLOWEST_SECONDS = 3.0
EVENTS = [
    "subscribe", "unsubscribe", "SCAN", "CLICK", "VIEW", "LOCATION", "user_enter_tempsession", "kf_close_session",
    "user_authorization_revoke", "subscribe_msg_popup_event", "TEMPLATESENDJOBFINISH", "nothing_known", "",
]  # fmt: skip
KINDS = [
    "text", "image", "voice", "video", "shortvideo", "location", "link", "miniprogrampage", "event", "hologram", "",
]  # fmt: skip
NAMES = [
    "ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId", "Event", "EventKey", "Recognition",
    "Location_X", "Location_Y", "Label", "Latitude", "bizmsgmenuid", "SendLocationInfo", "ScanCodeInfo", "List",
    "RevokeInfo", "OpenID", "Ticket", "SubscribeMsgPopupEvent", "Title", "Url", "MediaId",
]  # fmt: skip
WORDS = [
    "转人工", "帮助", "未读", "下一页", "第二个", "找石墨烯散热膜的有效发明专利", "CN202610000001.0", "算了", "1" * 60,
    "外观专利保护多少年", "' OR 1=1 --", "{{7*7}}", "<script>", "%s%n", "../../etc/passwd", "\u202e倒\u200d\ufeff",
    "\U0001f9d1\u200d\U0001f91d" * 300, "知" * 3000, "]]></Content>", "&#x0;&amp;", "A:B (卷积", '"未完',
    "+-*/()[]{}^~\\", "\n\t ", "找的专利",
]  # fmt: skip
# Every character but the halves of surrogate pairs; made once, since making it takes longer than an answer does.
LETTERS = [*range(32, 0xD800), *range(0xE000, 0x11000)]
NUMBERS = ["0", "-1", "9" * 400, "1e309", "NaN", "0x10", "1.5", "", "٣", "99999999999999999999", str(2**63)]


class Bodies:
    """Hostile pushes from a seed; each is what to put into the envelope, or a whole body."""

    def __init__(self, pusher: Pusher, seed: int) -> None:
        self.random = random.Random(seed)
        self.pusher = pusher
        self.crypto = WeChatCrypto(pusher.token, AES_KEY, pusher.app_id)
        self.kinds: list[Callable[[], bytes | str]] = [
            self.hostile_xml, self.hostile_xml, self.hostile_xml, self.clean_xml, self.clean_xml, self.hostile_json,
            self.hostile_json, self.broken_xml, self.deep_xml, self.deep_json, self.odd_text, self.truncated_xml,
            self.entities, self.noise,
        ]  # fmt: skip

    def pick(self, items: list[Any]) -> Any:
        return self.random.choice(items)

    def value(self) -> Any:
        roll = self.random.random()
        if roll < 0.4:
            return self.pick(WORDS)
        if roll < 0.6:
            return self.pick(NUMBERS)
        if roll < 0.7:
            return self.control_characters()
        if roll < 0.8:
            return {self.pick(NAMES): self.pick(WORDS), "item": [{"a": self.pick(NUMBERS)}, "b"]}
        if roll < 0.9:
            return [self.pick(WORDS), self.pick(NUMBERS), {"x": "y"}]
        return "".join(chr(self.pick(LETTERS)) for _ in range(40))

    def control_characters(self) -> str:
        return "".join(chr(self.random.randrange(0, 32)) for _ in range(12)) + "专利" + "\x7f\x85\ufffe"

    def fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "ToUserName": "gh_zhiqiao",
            "FromUserName": f"oFuzz{self.random.randrange(200):023d}",
            "CreateTime": NOW + self.random.randrange(10**6),
            "MsgType": self.pick(KINDS),
            "Event": self.pick(EVENTS),
            "Content": self.pick(WORDS),
            "MsgId": self.random.randrange(10**12),
        }
        for _ in range(self.random.randrange(1, 6)):
            fields[self.pick(NAMES)] = self.value()
        for _ in range(self.random.randrange(0, 3)):
            fields.pop(self.pick(list(fields)), None)
        return fields

    def hostile_xml(self) -> str:
        return to_xml(self.fields())

    def clean_xml(self) -> str:
        """Well-formed, so that what is hostile in it gets to the inside."""
        kept = {name: value for name, value in self.fields().items() if name != "MsgType"}
        text = to_xml({**kept, "MsgType": self.pick(["text", "text", "event", "voice", "location"])})
        return "".join(sign for sign in text if sign >= " " and sign not in "\x7f\x85\ufffe\uffff")

    def hostile_json(self) -> str:
        fields = self.fields()
        extra = [None, True, [], {}, 10**30, -0.5, [[1]], {"a": {"b": [None]}}]
        fields[self.pick(NAMES)] = self.pick(extra)
        return json.dumps(fields, ensure_ascii=self.random.random() < 0.5)

    def broken_xml(self) -> str:
        text = self.hostile_xml()
        at = self.random.randrange(len(text))
        return text[:at] + self.pick(["<", ">", "&", "</xml>", "<![CDATA[", "\x00", "<!--", "<?x"]) + text[at:]

    def truncated_xml(self) -> str:
        text = self.hostile_xml()
        return text[: self.random.randrange(len(text))]

    def deep_xml(self) -> str:
        depth = self.pick([11, 13, 40, 3000])
        return f"<xml><MsgType>text</MsgType>{'<a>' * depth}x{'</a>' * depth}</xml>"

    def deep_json(self) -> str:
        depth = self.pick([11, 13, 200, 20000])
        return '{"MsgType": "text", "a": ' + "[" * depth + "]" * depth + "}"

    def odd_text(self) -> str:
        return self.pick(["", " ", "null", "[]", "{", "{}", "[1]", '"x"', "<xml/>", "<xml></xml>", "<XML/>", "success",
                          '{"MsgType": NaN}', '{"a": 1e999}', "<xml>" * 5, '{"MsgType":"text","MsgType":"event"}',
                          '{"FromUserName": "\\ud800", "MsgType": "text", "Content": "\\udfff"}'])  # fmt: skip

    def entities(self) -> str:
        return self.pick([
            '<!DOCTYPE x [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>',
            '<?xml version="1.0" encoding="utf-16"?><xml><MsgType>text</MsgType></xml>',
            "<xml><Content>&unknown;</Content></xml>", "<xml><Content>&#0;&#xD800;</Content></xml>",
            '<xml xmlns:a="b"><a:Content>x</a:Content></xml>', "<xml><!-- c --><?pi x?><MsgType>text</MsgType></xml>",
        ])  # fmt: skip

    def noise(self) -> str:
        return "".join(chr(self.random.randrange(1, 0x2FFF)) for _ in range(self.random.randrange(300)))

    def request(self) -> tuple[str, bytes]:
        """The address and the body of one push: mostly signed and encrypted as WeChat does, sometimes not."""
        inner = self.pick(self.kinds)()
        roll = self.random.random()
        if roll < 0.8:
            return self.sealed(inner)
        if roll < 0.9:  # verified address, the body as it is
            return self.address(), inner.encode("utf-8", "surrogatepass")
        url, body = self.sealed(inner)
        if roll < 0.95:
            return url, bytearray(self.random.randbytes(len(body) // 2)) + body[: len(body) // 2]
        odd = [body, body.decode().encode("utf-16"), body[::-1], b"", inner.encode("gb18030", "ignore")]
        return self.spoiled(url), self.pick(odd)

    def sealed(self, inner: str) -> tuple[str, bytes]:
        timestamp = str(int(self.pusher.clock.now().timestamp()))
        nonce = "774411"
        encrypted = str(xmltodict.parse(self.crypto.encrypt_message(inner, nonce, timestamp))["xml"]["Encrypt"])
        extra = {"msg_signature": signature(self.pusher.token, timestamp, nonce, encrypted), "encrypt_type": "aes"}
        if self.random.random() < 0.3:
            return self.address(**extra), json.dumps({"ToUserName": "gh", "Encrypt": encrypted}).encode()
        body = f"<xml><ToUserName>gh</ToUserName><Encrypt>{encrypted}</Encrypt></xml>"
        return self.address(**extra), body.encode()

    def address(self, **extra: str) -> str:
        timestamp, nonce = str(int(self.pusher.clock.now().timestamp())), "774411"
        query = {"signature": signature(self.pusher.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
        return f"{self.pusher.path}?{urlencode({**query, **extra})}"

    def spoiled(self, url: str) -> str:
        return self.pick([
            url.replace("signature=", "signature=x", 1), url.replace("timestamp=", "timestamp=%00"), url + "&nonce=2",
            url.replace("encrypt_type=aes", "encrypt_type=rot13"), url.partition("?")[0], url + "&%ff=%fe",
        ])  # fmt: skip


def check_answer(status: int, body: str, seconds: float, what: str) -> None:
    assert status in {200, 400, 403, 413}, f"{status} for {what}"
    assert seconds < SLOWEST_SECONDS, f"{seconds:.1f} s for {what}"
    assert not any(sign in body for sign in ("Traceback", 'File "', "sqlalchemy", "psycopg", "site-packages")), what
    if status != 200:
        assert body == "", what


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(2))
def test_bad_input_five_thousand_bodies_get_an_answer_each_and_no_server_error(
    client: FlaskClient, pusher: Pusher, resources: Resources, part: int
) -> None:
    """A quarter of the bodies in each part on each database."""
    seed = SEED + 2 * part + resources.database.is_sqlite
    bodies = Bodies(pusher, seed)
    statuses: dict[int, int] = {}
    for number in range(BODIES // 4):
        url, body = bodies.request()
        started = time.process_time()  # what the work costs, whoever else is at the machine
        response = client.post(url, data=bytes(body), content_type=bodies.pick(["text/xml", "application/json", ""]))
        what = f"body {number} of seed {seed}: {bytes(body)[:300]!r}"
        check_answer(response.status_code, response.get_data(as_text=True), time.process_time() - started, what)
        response.close()
        statuses[response.status_code] = statuses.get(response.status_code, 0) + 1

    # The fuzz must reach the inside: many were taken in as messages, many refused at the door.
    with resources.database.reading() as session:
        turns = session.scalars(select(Turn.state)).all()
    assert len(turns) > BODIES // 40
    assert set(turns) <= {"done", "queued", "running", "for_staff", "suppressed"}
    assert turns.count("done") > len(turns) * 0.9
    assert min(statuses.get(200, 0), statuses.get(400, 0), statuses.get(403, 0)) > 10


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_any_text_gets_success_or_a_reply_that_fits(client: FlaskClient, pusher: Pusher) -> None:
    """Whatever a phone can type, and what it cannot."""

    @settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.text(max_size=400), st.sampled_from(["Content", "Recognition"]))
    def check(text: str, field: str) -> None:
        fields = text_fields("oHypo0000000000000000000001", "")
        if field == "Recognition":
            fields |= {"MsgType": "voice", "MediaId": "m", "Format": "amr"}
        fields[field] = "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")
        response = pusher.push(client, fields)
        assert response.status_code == 200
        reply = pusher.opened(response.get_data(as_text=True))
        response.close()
        if reply:
            assert reply["MsgType"] == "text"
            assert 0 < len(reply["Content"].encode()) <= 2048

    check()


@pytest.mark.slow
def test_a_long_openid_is_refused_or_answered_but_never_an_error(client: FlaskClient, pusher: Pusher) -> None:
    for length in (28, 64, 65, 500, 20_000):
        response = pusher.push(client, text_fields("o" * length, "帮助"))
        assert response.status_code in {200, 400, 413}, length
        response.close()


@pytest.mark.slow
def test_the_database_locked_by_another_process_fails_closed_and_the_next_try_is_answered(
    client: FlaskClient, pusher: Pusher, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checklist 72: no half message, no false success; WeChat comes again."""
    from sqlalchemy.exc import OperationalError

    url, body = pusher.request(text_fields("oLock0000000000000000000001", "帮助"))

    def locked(*_args: Any, **_kwargs: Any) -> Any:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    with monkeypatch.context() as busy:
        busy.setattr(webhook, "receive_push", locked)
        refused = client.post(url, data=body)
    again = client.post(url, data=body)

    assert refused.status_code == 503
    assert "INSERT" not in refused.get_data(as_text=True)
    assert pusher.opened(again.get_data(as_text=True))["Content"]
    with resources.database.reading() as session:
        assert session.scalar(select(func.count(Turn.id))) == 1
