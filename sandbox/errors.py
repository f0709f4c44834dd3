"""WeChat's business errors: always HTTP 200, a number and a sentence."""

from typing import Any


class WeChatError(Exception):
    """One errcode to answer with; `extra` joins the JSON."""

    def __init__(self, errcode: int, errmsg: str, **extra: Any) -> None:
        super().__init__(f"{errcode} {errmsg}")
        self.errcode = errcode
        self.errmsg = errmsg
        self.extra = extra


class ActionRefused(Exception):
    """What a person tried on the phone cannot be done; the message is shown in the tools."""
