"""What a call of WeChat's API can fail with, and whether trying again is safe."""

from functools import partial
from typing import Any, Literal

from core.errors import UpstreamUnavailable

# refused: WeChat said no. busy: it did not take the call, trying later is safe. unknown: it may have taken it.
Outcome = Literal["refused", "busy", "unknown"]

CREDENTIAL_CODES = frozenset({40001, 40014, 42001})
BUSY_CODES = frozenset({45011})
# "System busy", said before WeChat delivered as well as after (wechat-contract §2.3).
SYSTEM_BUSY = -1
GONE_CODES = frozenset({40003, 43004, 43019, 48002, 50005})
WINDOW_CLOSED = 45015
QUOTA_USED = 45047
NOT_GRANTED = 43101
# What is wrong with a template or with what it was filled with: no such template, a value, a page.
TEMPLATE_CODES = frozenset({40037, 47003, 41030})


class WeChatError(UpstreamUnavailable):
    """A failed call. `errcode` is WeChat's number, None where it gave none; `rid` is for WeChat's support.

    (`code`, from AppError, stays the word an API client of ours sees.) `detail` never holds tokens, openids or text.
    """

    def __init__(self, errcode: int | None, detail: str, *, rid: str | None = None, outcome: Outcome) -> None:
        super().__init__()
        self.errcode = errcode
        self.detail = detail
        self.rid = rid
        self.outcome: Outcome = outcome

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(WeChatError, rid=self.rid, outcome=self.outcome), (self.errcode, self.detail)

    def __str__(self) -> str:
        return f"WeChat {self.outcome}: {self.errcode} {self.detail} rid {self.rid}"

    @property
    def is_window_closed(self) -> bool:
        """The user's last action is too long ago, or they unfollowed."""
        return self.errcode == WINDOW_CLOSED

    @property
    def is_quota_used(self) -> bool:
        """All messages that the user's last action allowed are sent."""
        return self.errcode == QUOTA_USED

    @property
    def is_gone(self) -> bool:
        """This person cannot be written to: unknown, not following, blocked."""
        return self.errcode in GONE_CODES

    @property
    def is_not_granted(self) -> bool:
        """No grant is left: used up, refused, or switched off."""
        return self.errcode == NOT_GRANTED

    @property
    def is_about_template(self) -> bool:
        """Another template might do."""
        return self.errcode in TEMPLATE_CODES

    @property
    def is_credential(self) -> bool:
        """The access token was not accepted, also not after it was renewed."""
        return self.errcode in CREDENTIAL_CODES


def outcome_of(errcode: int) -> Outcome:
    """What an errcode says about trying again."""
    if errcode == SYSTEM_BUSY:
        return "unknown"
    return "busy" if errcode in BUSY_CODES else "refused"
