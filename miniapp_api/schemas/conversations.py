"""Conversations and what was said in them."""

from datetime import datetime
from typing import Any

from pydantic import Field

from miniapp_api.schemas.asking import CitationOut
from miniapp_api.schemas.common import NextCursor, Output
from models import Author, ConversationStatus, Platform


class ConversationOut(Output):
    id: str = Field(examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])
    platform: Platform = Field(description="在哪里开始的:公众号或小程序")
    status: ConversationStatus = Field(description="pending 机器人在回;open 专员在回;resolved 已结束")
    assignee: str | None = Field(description="正在回的专员", examples=["陈敏"])
    last_message_at: datetime
    created_at: datetime


class ConversationsOut(Output):
    items: list[ConversationOut]
    next_cursor: NextCursor


class MessageOut(Output):
    id: int
    author: Author = Field(description="user 您;bot 知桥;staff 专员;system 系统")
    staff: str | None = Field(description="专员的名字", examples=["陈敏"])
    kind: str = Field(description="text、image、voice、video、location、link …", examples=["text"])
    text: str
    citations: list[CitationOut]
    choices: list[str]
    created_at: datetime


class MessagesOut(Output):
    """最近的在前。"""

    items: list[MessageOut]
    next_cursor: NextCursor


def string_list(value: Any) -> list[str]:
    return [str(item) for item in value or ()]
