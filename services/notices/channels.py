"""Which way a notice goes that no customer-service window covers: a subscription message where one was granted, a
template message where that is allowed, else it waits in the app."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    ChannelPause,
    Delivery,
    DeliveryChannel,
    MessageTemplate,
    Notice,
    Platform,
    TemplateKind,
    User,
    WeChatIdentity,
)
from services.allowances import has_acted_since
from services.notices.facts import filled
from services.notices.grants import list_left
from services.notices.templates import usable_templates

PUSHES = (DeliveryChannel.SUBSCRIPTION, DeliveryChannel.TEMPLATE)
CHANNELS = {
    TemplateKind.SUBSCRIPTION: DeliveryChannel.SUBSCRIPTION,
    TemplateKind.TEMPLATE: DeliveryChannel.TEMPLATE,
}


@dataclass(frozen=True)
class Way:
    """A message that WeChat would take, as far as we know. `wait_until`: not before then, its channel rests."""

    channel: DeliveryChannel
    identity_id: int
    platform: Platform
    openid: str
    template_id: str
    data: dict[str, str]
    page: str
    wait_until: datetime | None = None


def find_way(session: Session, delivery: Delivery, now: datetime) -> Way | None:
    """The best way for a notice's delivery; None where only the app is left. One that WeChat refused for this message
    already is not tried again."""
    if delivery.part != 1:
        return None
    notice = session.scalar(
        select(Notice).where(Notice.message_id == delivery.message_id).order_by(Notice.is_urgent.desc(), Notice.id)
    )
    if notice is None:
        return None
    identities = _reachable(session, notice.user_id)
    if not identities:
        return None
    refused = {each.get("template_id") for each in delivery.tried or () if each.get("outcome") != "waits"}
    left = list_left(session, [each.id for each in identities])
    ways = [
        way
        for template in usable_templates(session, notice.topic)
        if template.template_id not in refused
        for identity in identities
        if (way := _way(template, identity, notice, left)) is not None
    ]
    return _first_open(session, ways, now)


def _way(
    template: MessageTemplate, identity: WeChatIdentity, notice: Notice, left: dict[tuple[int, str], int]
) -> Way | None:
    if template.platform != identity.platform:
        return None
    if template.kind == TemplateKind.SUBSCRIPTION:
        if not left.get((identity.id, template.template_id)):
            return None
    elif notice.mailing_id is not None:
        return None
    data = filled(template.keywords, template.fills, notice.facts)
    if data is None:
        return None
    channel, platform = CHANNELS[TemplateKind(template.kind)], Platform(identity.platform)
    return Way(channel, identity.id, platform, identity.openid, template.template_id, data, notice.page or "")


def _reachable(session: Session, user_id: int) -> Sequence[WeChatIdentity]:
    """Where the person still takes something from us: who unfollowed or blocked us is left alone."""
    identities = session.scalars(
        select(WeChatIdentity)
        .join(WeChatIdentity.user)
        .where(WeChatIdentity.user_id == user_id, WeChatIdentity.is_subscribed, User.erased_at.is_(None))
        .order_by(WeChatIdentity.id)
    ).all()
    return [
        each
        for each in identities
        if each.blocked_at is None or has_acted_since(session, identity_id=each.id, moment=each.blocked_at)
    ]


def _first_open(session: Session, ways: Sequence[Way], now: datetime) -> Way | None:
    """A granted one before one that needs no grant; the one that may go now before one that must wait."""
    if not ways:
        return None
    pauses = {
        (row.platform, row.channel): row.until_at
        for row in session.scalars(select(ChannelPause).where(ChannelPause.until_at > now))
    }

    def until(way: Way) -> datetime | None:
        return pauses.get((way.platform, way.channel))

    best = min(ways, key=lambda way: (until(way) or now, PUSHES.index(way.channel)))
    return replace(best, wait_until=until(best))


def note_tried(
    delivery: Delivery, outcome: str, now: datetime, *, channel: str | None = None, template_id: str | None = None
) -> None:
    """Write down what became of a channel. A new list each time: that is how the row is seen to have changed."""
    entry = {"channel": channel or delivery.channel, "outcome": outcome, "at": now.isoformat(timespec="seconds")}
    if template_id is not None:
        entry["template_id"] = template_id
    delivery.tried = [*(delivery.tried or ()), entry]
