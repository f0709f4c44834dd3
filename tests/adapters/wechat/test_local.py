"""The local WeChat minds windows as the real one does, where it is told to."""

from datetime import timedelta

import pytest

from adapters.wechat.errors import WeChatError
from adapters.wechat.failing import FailingWeChat
from adapters.wechat.local import LocalWeChat
from core.clock import FixedClock

TEXT = {"kind": "text", "text": "在的"}


def test_windows_close_by_count_and_by_time(clock: FixedClock) -> None:
    wechat = LocalWeChat(clock=clock, minds_windows=True)
    with pytest.raises(WeChatError) as never_opened:
        wechat.send("oUser1", TEXT)
    wechat.open_window("oUser1", count=2)
    wechat.send("oUser1", TEXT)
    wechat.send("oUser1", TEXT)
    with pytest.raises(WeChatError) as used_up:
        wechat.send("oUser1", TEXT)
    wechat.open_window("oUser1")
    clock.advance(timedelta(hours=48))
    with pytest.raises(WeChatError) as too_late:
        wechat.send("oUser1", TEXT)

    assert never_opened.value.is_window_closed
    assert used_up.value.is_quota_used
    assert too_late.value.is_window_closed
    assert wechat.texts_to("oUser1") == ["在的", "在的"]


def test_scripted_failures_come_first_and_send_nothing() -> None:
    wechat = LocalWeChat()
    wechat.failures.append(WeChatError(-1, "busy", outcome="busy"))

    with pytest.raises(WeChatError):
        wechat.send("oUser1", TEXT)
    wechat.send("oUser1", TEXT)

    assert len(wechat.sent) == 1


def test_the_failing_one_fails_as_it_is_told() -> None:
    with pytest.raises(WeChatError) as caught:
        FailingWeChat("refused", 43004).send("oUser1", TEXT)

    assert (caught.value.errcode, caught.value.is_gone) == (43004, True)
