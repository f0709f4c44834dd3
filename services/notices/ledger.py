"""The delivery ledger for staff: what became of the latest messages, failures by reason, channels that rest."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import ChannelPause, Delivery, DeliveryChannel, DeliveryState, Staff
from services.deliveries import UNKNOWN_OUTCOME
from services.permissions import Action, check_may

# Bounded by number: the ledger grows for ever, and what is wrong shows in the latest.
LATEST = 100_000
# What was tried stands in a list on each row: fewer of them are read.
LATEST_TRIED = 20_000
# Not refusals: it arrived, or its channel rests and it goes later.
NOT_REFUSED = {"sent", "waits"}
CHANNEL_NAMES = {
    DeliveryChannel.PASSIVE: "直接回复", DeliveryChannel.CUSTOMER_SERVICE: "客服消息",
    DeliveryChannel.SUBSCRIPTION: "订阅消息", DeliveryChannel.TEMPLATE: "模板消息",
    DeliveryChannel.INBOX: "站内", DeliveryChannel.API: "小程序",
}  # fmt: skip
STATE_NAMES = {
    DeliveryState.QUEUED: "等待", DeliveryState.SENT: "已发", DeliveryState.FAILED: "没发成",
    DeliveryState.EXPIRED: "过期",
}  # fmt: skip
REASONS = {
    UNKNOWN_OUTCOME: "微信没有给出结果", "43019": "用户拉黑", "43004": "用户没有关注", "48002": "用户关了接收消息",
    "50005": "用户已取消关注", "40003": "用户标识无效", "45002": "内容太长", "45009": "当天额度用完",
    "no_allowance": "48小时窗口已关或条数用完", "43101": "用户没有允许或次数用完", "47003": "内容不合模板的格式",
    "40037": "模板编号无效", "45015": "窗口已关", "45047": "条数用完", "48001": "没有这个接口的权限",
    "40164": "服务器地址不在白名单",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """How many messages took one channel and ended one way."""

    channel: str
    state: str
    reason: str
    count: int


@dataclass(frozen=True)
class Refusal:
    """How often one channel did not take a message, and why; another channel may have."""

    channel: str
    reason: str
    count: int


@dataclass(frozen=True)
class Pause:
    platform: str
    channel: str
    reason: str
    until_at: datetime


def ledger_lines(session: Session, staff: Staff) -> Sequence[Line]:
    """The latest messages by channel, state and reason, the most frequent first."""
    check_may(staff, Action.SEND_MAILINGS)
    newest = session.scalar(select(func.max(Delivery.id))) or 0
    rows = session.execute(
        select(Delivery.channel, Delivery.state, Delivery.error_code, func.count())
        .where(Delivery.id > newest - LATEST)
        .group_by(Delivery.channel, Delivery.state, Delivery.error_code)
        .order_by(func.count().desc(), Delivery.channel, Delivery.state)
    )
    return [
        Line(CHANNEL_NAMES[DeliveryChannel(channel)], STATE_NAMES[DeliveryState(state)], said_reason(code), count)
        for channel, state, code, count in rows
    ]


def list_refusals(session: Session, staff: Staff) -> Sequence[Refusal]:
    """Why channels did not take messages of late, the most frequent reason first."""
    check_may(staff, Action.SEND_MAILINGS)
    newest = session.scalar(select(func.max(Delivery.id))) or 0
    tried = session.scalars(
        select(Delivery.tried).where(Delivery.id > newest - LATEST_TRIED, Delivery.tried.is_not(None))
    )
    counts = Counter(
        (each["channel"], each["outcome"]) for row in tried for each in row or () if each["outcome"] not in NOT_REFUSED
    )
    return [
        Refusal(CHANNEL_NAMES[DeliveryChannel(channel)], said_reason(outcome), count)
        for (channel, outcome), count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]


def list_pauses(session: Session, staff: Staff, now: datetime) -> Sequence[Pause]:
    """Channels that WeChat refuses for the time being."""
    check_may(staff, Action.SEND_MAILINGS)
    rows = session.scalars(select(ChannelPause).where(ChannelPause.until_at > now).order_by(ChannelPause.until_at))
    return [
        Pause(row.platform, CHANNEL_NAMES[DeliveryChannel(row.channel)], said_reason(str(row.errcode)), row.until_at)
        for row in rows
    ]


def said_reason(code: str | None) -> str:
    """In words where we have them, else WeChat's number."""
    if code is None or code not in REASONS:
        return code or ""
    return f"{REASONS[code]}({code})" if code.isdigit() else REASONS[code]
