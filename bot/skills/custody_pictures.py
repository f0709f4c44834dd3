"""A photo that an owner sent in chat: fetched from WeChat and read, as often a day as a person may."""

from dataclasses import dataclass

from bot.context import TurnContext
from core.picture_text import PictureTextError, PictureUnreadable
from models import Platform
from services.custody.photos import count_photo
from services.ports import WeChatError

AWAY, GONE, UNREADABLE = "照片现在认不了。", "这张照片取不到了。", "这张图打不开。"
ENOUGH = "今天收了不少照片,明天可以接着发。急的话不用等:"


@dataclass(frozen=True)
class NoPicture:
    """Why there is nothing to read; the caller says what to do instead."""

    said: str


def fetch_picture(context: TurnContext, media_id: str = "") -> bytes | NoPicture:
    """The bytes of the photo that this message is, or of the one that was kept for a yes. Nothing is read from the
    database before WeChat has answered: no connection waits for it."""
    wechat = context.resources.wechat.get(Platform(context.platform))
    media_id = media_id or str(context.details.get("media_id") or "")
    if wechat is None or not media_id:
        return NoPicture(GONE)
    if not count_photo(context.resources.redis, context.user_id, context.today):
        return NoPicture(ENOUGH)
    try:
        return wechat.download_media(media_id)
    except WeChatError:
        return NoPicture(GONE)


def read_picture(context: TurnContext, media_id: str = "") -> str | NoPicture:
    """What is printed on it."""
    picture = fetch_picture(context, media_id)
    if isinstance(picture, NoPicture):
        return picture
    try:
        return context.resources.picture_text.read(picture)
    except PictureUnreadable:
        return NoPicture(UNREADABLE)
    except PictureTextError:
        return NoPicture(AWAY)
