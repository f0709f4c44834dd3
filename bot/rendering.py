"""From a reply to what a channel carries: pieces of at most 2,048 bytes, choices as links that can be tapped."""

from typing import Any

from adapters.wechat.text import split_text
from bot.replies import Reply
from models import DeliveryChannel
from services.taps import tap


def payloads_of(reply: Reply, channel: DeliveryChannel) -> list[dict[str, Any]]:
    """Channel-neutral pieces, in the order in which they are sent. The API carries text and choices apart."""
    if channel is DeliveryChannel.API:
        return [_carrying({"kind": "text", "text": reply.text}, reply)]
    text = reply.text
    if reply.choices:
        links = (tap(choice.text, choice.title, place) for place, choice in enumerate(reply.choices, start=1))
        text = f"{text}\n\n{' · '.join(links)}"
    pieces: list[dict[str, Any]] = [{"kind": "text", "text": part} for part in split_text(text)]
    pieces += [dict(card) for card in reply.cards]
    pieces[0] = _carrying(pieces[0], reply)
    return pieces


def _carrying(piece: dict[str, Any], reply: Reply) -> dict[str, Any]:
    return {**piece, "carries": list(reply.carries)} if reply.carries else piece
