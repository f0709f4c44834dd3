"""One suite for every WeChat there is: the real client over HTTP, the local one, the failing one."""

from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from adapters.picture_text_embedded import with_words
from adapters.wechat.failing import FailingWeChat
from adapters.wechat.local import LocalWeChat
from adapters.wechat.templates import Keyword, WeChatTemplate
from core.errors import AppError
from core.moderation import Suggestion, TextVerdict
from models import Platform, TemplateKind
from services.ports import CodeSession, WeChat, WeChatError
from tests.adapters.wechat.api_server import SEND, ApiState
from tests.adapters.wechat.conftest import MakeClient


class RealWorld:
    """The real client, with the server behind it."""

    def __init__(self, make_client: MakeClient, state: ApiState) -> None:
        self._state = state
        self.wechat: WeChat = make_client()
        self.mini: WeChat = make_client(Platform.MINI_PROGRAM)
        state.users["oUser1"] = {"subscribe": 1, "openid": "oUser1", "unionid": "u1"}
        state.codes["code-1"] = {"openid": "oMini1", "session_key": "k", "unionid": "u1"}
        state.media["m-1"] = ("image/jpeg", b"\xff\xd8picture")
        state.suggestions.extend(["risky"])
        state.grants["oMini1", "T1"] = state.grants["oUser1", "T1"] = 1
        state.templates["/wxaapi/newtmpl/gettemplate"] = [
            {"priTmplId": "T1", "title": "期限", "content": "事项:{{thing1.DATA}}\n", "example": "", "type": 2}
        ]

    def sent(self) -> list[dict[str, object]]:
        return [call.body for call in self._state.calls_of(SEND)]


class LocalWorld:
    """The local one, set up alike."""

    def __init__(self) -> None:
        self._local, self._mini = LocalWeChat(), LocalWeChat(Platform.MINI_PROGRAM)
        self.wechat: WeChat = self._local
        self.mini: WeChat = self._mini
        self._local.users["oUser1"] = {"subscribe": 1, "openid": "oUser1", "unionid": "u1"}
        self._mini.codes["code-1"] = CodeSession("oMini1", "u1", "k")
        self._local.media["m-1"] = b"\xff\xd8picture"
        self._mini.verdicts["脏话"] = "risky"
        self._mini.grants["oMini1", "T1"] = self._local.grants["oUser1", "T1"] = 1
        self._local.templates = [WeChatTemplate(TemplateKind.SUBSCRIPTION, "T1", "期限", (Keyword("thing1", "事项"),))]

    def sent(self) -> list[dict[str, object]]:
        return [{"touser": message.openid, **message.body} for message in [*self._local.sent, *self._mini.sent]]


World = RealWorld | LocalWorld


@pytest.fixture(params=["real", "local"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "local":
        yield LocalWorld()
    else:
        yield RealWorld(request.getfixturevalue("make_client"), request.getfixturevalue("state"))


def test_send_delivers_each_kind_of_payload_in_order(world: World) -> None:
    world.wechat.send("oUser1", {"kind": "text", "text": "在的😀", "carries": [4]})
    world.wechat.send("oUser1", {"kind": "menu", "head": "选", "items": [{"id": "a", "title": "甲"}], "tail": ""})
    world.mini.send("oMini1", {"kind": "card", "title": "标题", "url": "https://u"})

    assert world.sent() == [
        {"touser": "oUser1", "msgtype": "text", "text": {"content": "在的😀"}},
        {"touser": "oUser1", "msgtype": "msgmenu", "msgmenu": {
            "head_content": "选", "list": [{"id": "a", "content": "甲"}], "tail_content": ""}},
        {"touser": "oMini1", "msgtype": "link", "link": {
            "title": "标题", "description": "", "url": "https://u", "thumb_url": ""}},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("payload", "errcode"),
    [({"kind": "text", "text": "a" * 2049}, 45002), ({"kind": "text", "text": ""}, 44004), ({"kind": "?"}, 40008)],
)
def test_send_refuses_what_wechat_would_not_take(world: World, payload: dict[str, str], errcode: int) -> None:
    with pytest.raises(WeChatError) as caught:
        world.wechat.send("oUser1", payload)

    assert (caught.value.errcode, caught.value.outcome) == (errcode, "refused")
    assert world.sent() == []


def test_a_menu_can_be_set_and_read(world: World) -> None:
    menu = {"button": [{"type": "click", "name": "查专利", "key": "SEARCH"}]}
    assert world.wechat.get_menu() is None

    world.wechat.create_menu(menu)

    assert world.wechat.get_menu() == {"menu": menu}


def test_users_tell_whether_they_follow(world: World) -> None:
    told = world.wechat.get_users(["oUser1", "oGone"])

    assert [user["openid"] for user in told] == ["oUser1", "oGone"]
    assert told[0]["unionid"] == "u1" and told[1]["subscribe"] == 0


@pytest.mark.parametrize("count", [0, 101])
def test_of_none_or_more_than_a_hundred_users_nothing_is_told(world: World, count: int) -> None:
    with pytest.raises(WeChatError) as caught:
        world.wechat.get_users(["oUser1"] * count)

    assert (caught.value.errcode, caught.value.outcome) == (40032, "refused")


def test_a_login_code_works_once(world: World) -> None:
    assert world.mini.code_to_session("code-1") == CodeSession("oMini1", "u1", "k")

    with pytest.raises(WeChatError) as caught:
        world.mini.code_to_session("code-1")

    assert (caught.value.errcode, caught.value.outcome) == (40029, "refused")


def test_texts_are_judged(world: World) -> None:
    assert world.mini.check_text("oMini1", "脏话", 2).suggestion == "risky"
    assert world.mini.check_text("oMini1", "你好", 2) == TextVerdict(Suggestion.PASS)
    assert world.mini.check_text("oMini1", "", 2) == TextVerdict(Suggestion.PASS)


def test_media_come_as_bytes_until_they_expire(world: World) -> None:
    assert world.wechat.download_media("m-1") == b"\xff\xd8picture"

    with pytest.raises(WeChatError) as caught:
        world.wechat.download_media("m-2")

    assert (caught.value.errcode, caught.value.outcome) == (40007, "refused")


PNG = b"\x89PNG\r\n\x1a\n\r\n--picture\r\n\x00\xff"


def test_an_uploaded_picture_can_be_sent_and_read_again(world: World) -> None:
    media_id = world.wechat.upload_image(PNG)
    another = world.wechat.upload_image(PNG + b"2")

    world.wechat.send("oUser1", {"kind": "image", "media_id": media_id})

    assert media_id != another
    assert world.wechat.download_media(media_id) == PNG
    assert world.wechat.download_media(another) == PNG + b"2"
    assert world.sent() == [{"touser": "oUser1", "msgtype": "image", "image": {"media_id": media_id}}]


CERTIFICATE = with_words(Image.new("RGB", (4, 4)), "发明专利证书\n专利号:ZL 2021 1 0123456.7")


def test_the_print_of_a_picture_comes_line_by_line(world: World) -> None:
    assert world.wechat.read_print(CERTIFICATE) == "发明专利证书\n专利号:ZL 2021 1 0123456.7"

    with pytest.raises(WeChatError) as caught:
        world.wechat.read_print(PNG)

    assert (caught.value.errcode, caught.value.outcome) == (101002, "refused")


@pytest.mark.parametrize(("content", "errcode"), [(b"", 44001), (bytes(2 * 1024 * 1024 + 1), 40009)])
def test_a_picture_that_wechat_would_not_take_is_refused(world: World, content: bytes, errcode: int) -> None:
    with pytest.raises(WeChatError) as caught:
        world.wechat.upload_image(content)

    assert (caught.value.errcode, caught.value.outcome) == (errcode, "refused")


def test_checklist_46_one_grant_is_one_send_in_either_app(world: World) -> None:
    for app, openid in ((world.wechat, "oUser1"), (world.mini, "oMini1")):
        assert app.send_subscription(openid, "T1", {"thing1": "年费"}, "pages/fees") != ""

        with pytest.raises(WeChatError) as caught:
            app.send_subscription(openid, "T1", {"thing1": "年费"})

        assert caught.value.is_not_granted and caught.value.outcome == "refused"


def test_the_templates_of_an_account_are_listed_by_kind(world: World) -> None:
    (found,) = world.wechat.list_templates(TemplateKind.SUBSCRIPTION)

    assert (found.template_id, found.title, found.keywords) == ("T1", "期限", (Keyword("thing1", "事项"),))
    assert world.wechat.list_templates(TemplateKind.TEMPLATE) == []


def test_a_template_message_has_a_number(world: World) -> None:
    assert world.wechat.send_template("oUser1", "T1", {"thing1": "年费"}, "notice-1") != ""


def test_typing_and_quota_answer(world: World) -> None:
    world.wechat.typing("oUser1")
    world.mini.typing("oMini1")

    quota = world.wechat.quota(SEND)

    assert quota["daily_limit"] == quota["used"] + quota["remain"]


CALLS: list[Callable[[WeChat], object]] = [
    lambda wechat: wechat.send("oUser1", {"kind": "text", "text": "在"}),
    lambda wechat: wechat.typing("oUser1"),
    lambda wechat: wechat.create_menu({"button": []}),
    lambda wechat: wechat.get_menu(),
    lambda wechat: wechat.get_users(["oUser1"]),
    lambda wechat: wechat.code_to_session("code-1"),
    lambda wechat: wechat.check_text("oUser1", "在", 2),
    lambda wechat: wechat.download_media("m-1"),
    lambda wechat: wechat.upload_image(PNG),
    lambda wechat: wechat.read_print(CERTIFICATE),
    lambda wechat: wechat.quota(SEND),
    lambda wechat: wechat.send_subscription("oUser1", "T1", {"thing1": "年费"}),
    lambda wechat: wechat.send_template("oUser1", "T1", {"thing1": "年费"}, "notice-1"),
    lambda wechat: wechat.list_templates(TemplateKind.SUBSCRIPTION),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", ["real", "failing"])
def test_no_call_succeeds_silently_where_wechat_is_down(
    kind: str, call: Callable[[WeChat], object], request: pytest.FixtureRequest
) -> None:
    wechat: WeChat = FailingWeChat("busy")
    if kind == "real":
        # Port 9 of loopback refuses every connection.
        wechat = request.getfixturevalue("make_client")(base_url="http://127.0.0.1:9")

    with pytest.raises(WeChatError) as caught:
        call(wechat)

    assert caught.value.outcome == "busy"
    assert isinstance(caught.value, AppError)
    assert caught.value.http_status == 503
    assert caught.value.code == "upstream_unavailable"
