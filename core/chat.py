"""What a chat model takes and gives: messages and tools as OpenAI-compatible services write them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# {"role": "system" | "user" | "assistant" | "tool", "content": …}; answers to tools carry "tool_call_id".
Message = Mapping[str, Any]
# {"type": "function", "function": {"name", "description", "parameters"}}
ToolSchema = Mapping[str, Any]
# Gets the text piece by piece, as it comes, while the call runs.
OnText = Callable[[str], None]


@dataclass(frozen=True)
class ToolCall:
    """A tool the model wants to have called. `arguments` is what it wrote, which need not be JSON."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class ModelTurn:
    """One whole answer: text, or calls of tools, or both; never neither."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
