"""The owner's own data: deleted when they ask for it and say so twice (PIPL art. 47)."""

import re

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from models import Conversation
from services.privacy import ask_for_erasure

CONFIRMATION = "确认删除"
# 删除我的数据, 把我的聊天记录都删了, 注销账号: a wish about one's own data, not a question about a law.
ASKED = re.compile(
    r"(?:请|帮我|我要|我想|把)*(?:删除|删掉|清除|清空|注销)(?:一下)?(?:我的?|全部|所有|个人|你们存的)*"
    r"(?:数据|资料|信息|记录|聊天记录|账号|账户|帐号)(?:吧|了|都删了)?"
    r"|(?:请|帮我|我要|我想)*把我的?(?:全部|所有|个人)*(?:数据|资料|信息|记录|聊天记录|账号|账户)(?:都|全)*(?:删除|删掉|删了|清空|注销)(?:吧|了|掉)?"
)


def asks(text: str) -> bool:
    """Whether the sentence is the wish to have one's data deleted."""
    return ASKED.fullmatch(text) is not None


def ask_back(context: TurnContext) -> Reply:
    """What will go, and the words that confirm it: nothing is deleted by a slip."""
    return Reply(
        "要删除您在知桥的全部资料吗?聊天内容、保存的检索、托管清单、电话、公司信息都会删掉,没办完的单会一起结束,删了找不回来。"
        f"确定就回复“{CONFIRMATION}”。",
        choices=(Choice(CONFIRMATION, CONFIRMATION), Choice("算了", "算了")),
        memory={"pending": {"kind": "erasure"}},
    )


def confirm(context: TurnContext) -> Reply:
    """Asked and confirmed: a job does it, so that this answer still reaches them."""
    if (context.memory.get("pending") or {}).get("kind") != "erasure":
        return ask_back(context)

    def commit(session: Session, conversation: Conversation) -> Reply:
        ask_for_erasure(session, user_id=conversation.user_id, now=context.now)
        return Reply("已安排,1分钟内删完。以后再来,就是新用户。", memory={"pending": None})

    return Reply("", on_commit=commit)
