"""WeChat's check of words (msg_sec_check, version 2): for its own people, who opened the mini-program within two hours.

docs: wxa/msg_sec_check; scene 3 is a forum's post. A `pass` proves nothing: a person reads every post all the same.
"""

from typing import Protocol

from adapters.wechat.errors import WeChatError
from core.logs import get_logger
from core.moderation import PASSED, ContentVerdict, ModerationError, Suggestion, TextVerdict

log = get_logger(__name__)

FORUM = 3
# No visit within two hours, not our openid, no permission for this interface: nothing that asking again would change.
CANNOT_JUDGE = frozenset({40003, 43104, 48001, 61010})
LABELS = {
    10001: "广告",
    20001: "时政内容",
    20002: "色情",
    20003: "辱骂",
    20006: "违法犯罪",
    20008: "欺诈",
    20012: "低俗",
    20013: "版权",
    21000: "其他违规",
}
UNSEEN = "微信没法查(近两小时没打开小程序),由专员看"


class ChecksText(Protocol):
    """The part of a WeChat app that is needed here."""

    def check_text(self, openid: str, text: str, scene: int) -> TextVerdict: ...


class Check(Protocol):
    def check(self, text: str, *, openid: str | None) -> ContentVerdict: ...


class WeChatContentCheck:
    """What WeChat thinks of the words of somebody known by this openid of the mini-program."""

    def __init__(self, wechat: ChecksText) -> None:
        self._wechat = wechat

    def check(self, text: str, *, openid: str | None) -> ContentVerdict:
        """Raises ModerationError where WeChat does not answer."""
        if openid is None:
            return ContentVerdict(Suggestion.REVIEW, UNSEEN)
        try:
            found = self._wechat.check_text(openid, text, FORUM)
        except WeChatError as error:
            if error.errcode in CANNOT_JUDGE:
                log.info("content_not_judged", errcode=error.errcode)
                return ContentVerdict(Suggestion.REVIEW, UNSEEN)
            raise ModerationError(str(error.errcode)) from None
        if found.suggestion is Suggestion.PASS:
            return PASSED
        return ContentVerdict(found.suggestion, f"微信判断可能含{LABELS.get(found.label, '违规内容')}")


class Moderation:
    """Several checks in turn: the worst verdict counts, and a risky one ends it."""

    def __init__(self, *checks: Check) -> None:
        self._checks = checks

    def check(self, text: str, *, openid: str | None) -> ContentVerdict:
        """Raises ModerationError where one of them does not answer and none before it found the words risky."""
        worst = PASSED
        for each in self._checks:
            found = each.check(text, openid=openid)
            if found.rank > worst.rank:
                worst = found
            if worst.suggestion is Suggestion.RISKY:
                break
        return worst
