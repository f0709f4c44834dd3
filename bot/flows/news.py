"""不用通知空房, 有空房告诉我, 不用通知补贴窗口: the news that goes with a request, turned off and on by a word."""

import re

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Reply
from bot.skills import Skill
from models import Conversation
from services.casework.news import find_news, set_news
from services.casework.windows import find_windows, set_windows
from services.catalogue.model import Service
from services.catalogue.news import News, Windows

NAME = "news"
LONGEST = 16
OFF = re.compile("不用|不要|不想|别|取消|停|关掉|关闭|把.{1,8}关|退订")
ABOUT = re.compile("通知|告诉|提醒|消息")


def choose(context: TurnContext, text: str) -> Skill | None:
    """A short sentence about news that we send; else None."""
    if len(text) > LONGEST or not ABOUT.search(text):
        return None
    wanted = not OFF.search(text)
    found = find_news(text)
    if found is not None:
        service, news = found
        return Skill(NAME, lambda given: _set(given, service, news, wanted))
    closing = find_windows(text)
    if closing is None or closing.windows is None:
        return None
    of, windows = closing, closing.windows
    return Skill(NAME, lambda given: _set_windows(given, of, windows, wanted))


def _set(context: TurnContext, service: Service, news: News, wanted: bool) -> Reply:
    def commit(session: Session, conversation: Conversation) -> Reply:
        count = set_news(session, user_id=conversation.user_id, service=service, wanted=wanted, now=context.now)
        if not wanted:
            return Reply(f"好,不再通知{news.name}。想再收就说“有{news.name}告诉我”。")
        if count:
            return Reply(f"好,有合适的{news.name}就告诉您。不想再收就说“不用通知{news.name}”。")
        return Reply(f"登记要求以后才知道哪间合适。说“{service.name}”就开始填,里面会问要不要通知。")

    return Reply("", on_commit=commit)


def _set_windows(context: TurnContext, service: Service, windows: Windows, wanted: bool) -> Reply:
    def commit(session: Session, conversation: Conversation) -> Reply:
        count = set_windows(session, user_id=conversation.user_id, service=service, wanted=wanted, now=context.now)
        if not count:
            return Reply(f"{windows.name}只提醒办了{service.name}的企业。要办就说“{service.name}”。")
        if not wanted:
            return Reply(f"好,不再通知{windows.name}。想再收就说“{windows.name}告诉我”。")
        return Reply(f"好,{windows.name}快关时告诉您。不想再收就说“不用通知{windows.name}”。")

    return Reply("", on_commit=commit)
