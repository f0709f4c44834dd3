"""What a person does on the phone: each action shows in the chat, opens its window and is pushed to the product."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any

from sandbox.api.media import keep_media
from sandbox.errors import ActionRefused
from sandbox.pushes import PushResult, push
from sandbox.state import Person, Relation, stable_id
from sandbox.windows import EVENT_TRIGGERS, Trigger
from sandbox.world import App, World

NO_WAY = "请先关注服务号。"
# One white pixel, for a picture whose content does not matter.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg=="
)
SILENCE = b"#!AMR\n" + b"\x3c" + b"\x00" * 31


class Phone:
    """One person's hand on one app."""

    def __init__(self, world: World, name: str, kind: str = "official") -> None:
        self.world = world
        self.app: App = world.app(kind)
        with world.lock:
            self.person: Person = world.person(name)
        self.relation: Relation = self.person.relation(self.app.kind)

    def follow(self, scene: str = "") -> PushResult:
        """Subscribe, by search or by a scene code."""
        self._official_only()
        with self.world.lock:
            if self.relation.subscribed:
                raise ActionRefused("已经关注了。")
            self.relation.subscribed = True
            self.relation.subscribed_at = self.world.clock.now()
            self.relation.scene = scene
            self.relation.subscribe_scene = "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH"
        ticket = {"Ticket": self._ticket(scene)} if scene else {}
        return self._event({"Event": "subscribe", "EventKey": f"qrscene_{scene}" if scene else "", **ticket})

    def unfollow(self) -> PushResult:
        self._must_follow()
        with self.world.lock:
            self.relation.subscribed = False
            self.relation.window.close()
            self.relation.typing_until = 0.0
        return self._event({"Event": "unsubscribe", "EventKey": ""})

    def text(self, text: str) -> PushResult:
        return self._message({"MsgType": "text", "Content": text}, "text", text)

    def tap(self, menu_id: str, text: str) -> PushResult:
        """Tap an item of a message menu: a text with bizmsgmenuid that counts as a menu click."""
        content = {"MsgType": "text", "Content": text, "bizmsgmenuid": menu_id}
        return self._message(content, "text", text, trigger=Trigger.MENU_CLICK)

    def click(self, key: str) -> PushResult:
        """Tap a click button of the menu bar."""
        self._must_follow()
        return self._event({"Event": "CLICK", "EventKey": key})

    def scan(self, scene: str) -> PushResult:
        """Scan the account's code: a follower makes SCAN, anyone else follows."""
        self._official_only()
        if not self.relation.subscribed:
            return self.follow(scene)
        return self._event({"Event": "SCAN", "EventKey": scene, "Ticket": self._ticket(scene)})

    def voice(self, recognition: str, seconds: int = 3) -> PushResult:
        """Speak; the recognised words go along (newer accounts often get none: give '')."""
        self._official_only()
        media_id = self._keep("voice", SILENCE, "voice.amr", "audio/amr")
        content = {
            "MsgType": "voice",
            "MediaId": media_id,
            "Format": "amr",
            "Recognition": recognition,
            "MediaId16K": media_id,
        }
        return self._message(content, "voice", recognition, media_id=media_id, seconds=seconds)

    def image(self, data_url: str = "") -> PushResult:
        """Send a picture, given as a data: address; without one a single pixel goes."""
        content_type, picture = _picture(data_url)
        extension = content_type.rpartition("/")[2]
        media_id = self._keep("image", picture, f"image.{extension}", content_type)
        content = {
            "MsgType": "image",
            "PicUrl": f"{self.world.base_url}/sandbox/api/media/{media_id}",
            "MediaId": media_id,
        }
        return self._message(content, "image", "[图片]", media_id=media_id)

    def location(self, latitude: float, longitude: float, label: str) -> PushResult:
        self._official_only()
        content = {
            "MsgType": "location",
            "Location_X": f"{latitude:.6f}",
            "Location_Y": f"{longitude:.6f}",
            "Scale": 15,
            "Label": label,
        }
        return self._message(content, "location", label, latitude=latitude, longitude=longitude)

    def enter_tempsession(self, session_from: str = "") -> PushResult:
        """Open the customer-service chat of the mini-program."""
        if self.app.kind != "miniprogram":
            raise ActionRefused("只有小程序有客服会话。")
        self.relation.entered_at = self.world.clock.now()
        return self._event({"Event": "user_enter_tempsession", "SessionFrom": session_from})

    def answer_subscription(self, template_id: str, count: int = 1, accept: bool = True) -> PushResult:
        """Accept or reject a subscription message; each acceptance is one send."""
        with self.world.lock:
            if accept:
                self.relation.grants[template_id] = self.relation.grants.get(template_id, 0) + count
        status = "accept" if accept else "reject"
        entry = {"TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": "0"}
        return self._event({"Event": "subscribe_msg_popup_event", "SubscribeMsgPopupEvent": {"List": [entry]}})

    def event(self, fields: Mapping[str, Any]) -> PushResult:
        """Any event, its fields given as they stand in the contract; FromUserName may be another's."""
        if not fields.get("Event"):
            raise ActionRefused("事件缺少 Event。")
        return self._event(fields)

    def message(self, fields: Mapping[str, Any]) -> PushResult:
        """Any message, its fields given as they stand in the contract."""
        kind = str(fields.get("MsgType") or "")
        if not kind:
            raise ActionRefused("消息缺少 MsgType。")
        return self._message(fields, kind, str(fields.get("Content") or fields.get("Title") or f"[{kind}]"))

    def _message(
        self, content: Mapping[str, Any], kind: str, text: str, *, trigger: Trigger = Trigger.MESSAGE, **detail: Any
    ) -> PushResult:
        if self.app.kind == "official":
            self._must_follow()
        with self.world.lock:
            now = self._act(trigger)
            self.world.state.show(self.relation, "user", kind, text, at=now, via="phone", **detail)
            msg_id = self.world.state.next_msg_id()
            self.world.store.changed()
        return push(self.world, self.app, self.person, {**content, "MsgId": msg_id})

    def _event(self, content: Mapping[str, Any]) -> PushResult:
        trigger = EVENT_TRIGGERS.get(str(content.get("Event", "")).lower())
        with self.world.lock:
            if trigger is not None:
                self._act(trigger)
            self.world.store.changed()
        return push(self.world, self.app, self.person, {"MsgType": "event", **content})

    def _act(self, trigger: Trigger) -> float:
        now = self.world.clock.now()
        self.relation.acted_at = now
        self.relation.window.grant(self.app.kind, trigger, now)
        return now

    def _keep(self, kind: str, content: bytes, filename: str, content_type: str) -> str:
        with self.world.lock:
            return keep_media(self.world, self.app, kind, content, filename, content_type)

    def _ticket(self, scene: str) -> str:
        known = self.world.app_state(self.app).scenes.get(scene)
        return known or "gQ" + stable_id("", self.app.app_id, scene) * 3 + "=="

    def _official_only(self) -> None:
        if self.app.kind != "official":
            raise ActionRefused("小程序客服会话里不能这样做。")

    def _must_follow(self) -> None:
        self._official_only()
        if not self.relation.subscribed:
            raise ActionRefused(NO_WAY)


def _picture(data_url: str) -> tuple[str, bytes]:
    if not data_url:
        return "image/png", PIXEL
    head, comma, encoded = data_url.partition(",")
    content_type = head.removeprefix("data:").removesuffix(";base64")
    if not comma or content_type not in ("image/png", "image/jpeg", "image/gif"):
        raise ActionRefused("只能发 PNG、JPEG 或 GIF 图片。")
    try:
        return content_type, base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ActionRefused("图片数据不完整。") from None


def press_menu(phone: Phone, path: list[int], value: str = "") -> PushResult:
    """Press a button of the menu as the phone shows it: `path` is the top button and, below it, the sub-button.
    `value` is what was scanned, for the scanning types."""
    with phone.world.lock:
        button = _button(phone, path)
    kind, key = str(button.get("type", "")), str(button.get("key") or "")
    if kind == "click":
        return phone.click(key)
    if kind in ("view", "miniprogram"):
        name = "VIEW" if kind == "view" else "view_miniprogram"
        target = button["url"] if kind == "view" else button["pagepath"]
        return phone.event({"Event": name, "EventKey": target, "MenuId": "1"})
    if kind in ("scancode_push", "scancode_waitmsg"):
        result = {"ScanType": "qrcode", "ScanResult": value}
        return phone.event({"Event": kind, "EventKey": key, "ScanCodeInfo": result})
    if kind.startswith("pic_"):
        sums = [{"PicMd5Sum": hashlib.md5(PIXEL, usedforsecurity=False).hexdigest()}]
        phone.event({"Event": kind, "EventKey": key, "SendPicsInfo": {"Count": 1, "PicList": {"item": sums}}})
        return phone.image(value)
    if kind == "location_select":
        where = {"Location_X": "23.129110", "Location_Y": "113.264385", "Scale": "15", "Label": value or "广州市"}
        phone.event({"Event": kind, "EventKey": key, "SendLocationInfo": {**where, "Poiname": ""}})
        return phone.location(23.12911, 113.264385, value or "广州市")
    raise ActionRefused("沙箱还不会按这种菜单。")


def _button(phone: Phone, path: list[int]) -> dict[str, Any]:
    menu = phone.world.app_state(phone.app).menu
    buttons: list[dict[str, Any]] = menu["button"] if menu else []
    button: dict[str, Any] = {}
    for index in path:
        if not 0 <= index < len(buttons):
            raise ActionRefused("没有这个菜单。")
        button = buttons[index]
        buttons = button.get("sub_button") or []
    return button
