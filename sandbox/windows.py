"""The windows in which an account may write to a person: one count and one deadline a person and app."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel

AppKind = Literal["official", "miniprogram"]
HOUR = 3600


class Trigger(StrEnum):
    """What a person does that lets the account write back."""

    MESSAGE = "message"
    MENU_CLICK = "menu_click"
    SUBSCRIBE = "subscribe"
    SCAN = "scan"
    ENTER_CHAT = "enter_chat"


# (messages, seconds) that one action allows
GRANTS: dict[AppKind, dict[Trigger, tuple[int, int]]] = {
    "official": {
        Trigger.MESSAGE: (5, 48 * HOUR),
        Trigger.MENU_CLICK: (3, 60),
        Trigger.SUBSCRIBE: (3, 60),
        Trigger.SCAN: (3, 60),
    },
    "miniprogram": {Trigger.MESSAGE: (5, 48 * HOUR), Trigger.ENTER_CHAT: (2, 60)},
}

EVENT_TRIGGERS = {
    "click": Trigger.MENU_CLICK,
    "scancode_push": Trigger.MENU_CLICK,
    "scancode_waitmsg": Trigger.MENU_CLICK,
    "subscribe": Trigger.SUBSCRIBE,
    "scan": Trigger.SCAN,
    "user_enter_tempsession": Trigger.ENTER_CHAT,
}


class Window(BaseModel):
    """How many messages are left and until when."""

    left: int = 0
    until: float = 0.0

    def is_open(self, now: float) -> bool:
        return now <= self.until

    def grant(self, app: AppKind, trigger: Trigger, now: float) -> None:
        """An action does not add up: the count becomes the larger of the two, the deadline the later."""
        if trigger not in GRANTS[app]:
            return
        count, seconds = GRANTS[app][trigger]
        self.left = max(self.left if self.is_open(now) else 0, count)
        self.until = max(self.until, now + seconds)

    def close(self) -> None:
        """Unsubscribing ends everything at once."""
        self.left, self.until = 0, 0.0
