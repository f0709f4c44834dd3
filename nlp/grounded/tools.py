"""Tools that a model may call: what they are called, what they take, and what happens to a call that makes no sense."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.chat import ToolCall, ToolSchema
from core.errors import AppError
from core.logs import get_logger
from nlp.grounded.sources import Fact, Sources

log = get_logger(__name__)

LONGEST_ARGUMENT = 300
NOTHING_FOUND = "没有找到。"
NOT_UNDERSTOOD = "这次调用不对,没有执行。"
PROPOSED = "已提给对方,由对方自己决定。"


@dataclass(frozen=True)
class LookUp:
    """A tool that only reads: words in, facts out."""

    name: str
    description: str
    find: Callable[[str], Sequence[Fact]]


@dataclass(frozen=True)
class Offer:
    """Something with an effect that the model wants done. Nothing is done: the user is asked."""

    tool: str
    kind: str


@dataclass(frozen=True)
class Proposal:
    """A tool with an effect: calling it makes an Offer of one of `kinds`, never more."""

    name: str
    description: str
    kinds: tuple[str, ...]


class Toolbox:
    """The tools of one answer: runs what may be run, and keeps the first offer."""

    def __init__(self, look_ups: Sequence[LookUp], proposals: Sequence[Proposal]) -> None:
        self._look_ups = {tool.name: tool for tool in look_ups}
        self._proposals = {tool.name: tool for tool in proposals}
        self.offer: Offer | None = None

    @property
    def schemas(self) -> list[ToolSchema]:
        words = {"type": "string", "description": "完整的一句话", "maxLength": LONGEST_ARGUMENT}
        taking = [(tool.name, tool.description, {"text": words}) for tool in self._look_ups.values()] + [
            (tool.name, tool.description, {"kind": {"type": "string", "enum": list(tool.kinds)}})
            for tool in self._proposals.values()
        ]
        return [_schema(*each) for each in taking]

    def call(self, call: ToolCall, sources: Sources, *, restore: Callable[[str], str]) -> str:
        """What the model is told of its call. Facts found become sources; a wrong call does nothing."""
        argument = _arguments(call.arguments)
        look_up, proposal = self._look_ups.get(call.name), self._proposals.get(call.name)
        if look_up is not None and isinstance(text := argument.get("text"), str) and text.strip():
            return self._look_up(look_up, restore(text.strip()[:LONGEST_ARGUMENT]), sources)
        if proposal is not None and argument.get("kind") in proposal.kinds:
            self.offer = self.offer or Offer(proposal.name, str(argument["kind"]))
            return PROPOSED
        log.info("tool_call_refused", known=look_up is not None or proposal is not None)
        return NOT_UNDERSTOOD

    def _look_up(self, tool: LookUp, text: str, sources: Sources) -> str:
        try:
            found = sources.add(tool.find(text))
        except AppError as error:
            log.warning("tool_failed", tool=tool.name, code=error.code)
            return NOTHING_FOUND
        log.info("tool_called", tool=tool.name, found=len(found))
        return "\n".join(source.line for source in found) or NOTHING_FOUND


def _schema(name: str, description: str, properties: Mapping[str, Any]) -> ToolSchema:
    parameters = {"type": "object", "properties": dict(properties), "required": list(properties)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def _arguments(written: str) -> dict[str, Any]:
    try:
        value = json.loads(written)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
