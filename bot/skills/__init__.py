"""What the bot can do. A skill looks, and answers; what it changes happens when the turn is finished."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.context import TurnContext
from bot.replies import Reply


@dataclass(frozen=True)
class Skill:
    """`is_slow` marks what cannot be ready within WeChat's five seconds by nature, such as a chat model."""

    name: str
    answer: Callable[[TurnContext], Reply]
    is_slow: bool = False
