"""An answer written by a model and made only of sentences that hold by what they cite."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.chat import Message, ModelTurn
from core.errors import UpstreamUnavailable
from core.logs import get_logger
from nlp.grounded.citation_check import Checked, CitationCheck
from nlp.grounded.prompts import prompt
from nlp.grounded.sources import Source, Sources
from nlp.grounded.tools import Offer, Toolbox
from nlp.ports import ChatModel
from nlp.redaction import Redaction

log = get_logger(__name__)

# Gets each sentence once it was found to hold, with the user's own words in their places.
OnSentence = Callable[[str], None]
# The marks that follow a full stop belong to the sentence before it.
SENTENCE = re.compile(r"[^。!?!?;;\n]*[。!?!?;;\n]+(?:\s*\[[\d\s,、]{1,12}\])*[。!?!?;;\n]*")
OPEN_MARK = re.compile(r"\s*(?:\[[\d\s,、]{0,12})?$")
ENDS = re.compile(r"(?<=[。!?!?;;])[。!?!?;;\s]+$")
ORNAMENT = re.compile(r"^[\s#>*·•—-]+|\*\*|`|^\s*\d{1,2}[.、)](?=\D)")
# What begins so leans on the sentence before it: with that one dropped it would say something else.
LEANS = re.compile(
    r"^(?:但|不过|然而|否则|因此|所以|此外|另外|其中|同时|而且|并且|例外|除此|这|该|此|上述|前者|后者|如果不|反之|也)"
)
ROUNDS = 3
CALLS_A_ROUND = 3
LONGEST_TEXT = 280
SHORTEST_TIME = 1.0


@dataclass(frozen=True)
class GroundedAnswer:
    """The sentences that hold, with the user's own words in their places, and the sources in the order of citing."""

    sentences: tuple[Checked, ...]
    sources: tuple[Source, ...]
    offer: Offer | None = None

    @property
    def text(self) -> str:
        """With marks where there is more than one source, numbered as in `sources`."""
        places = {source.number: place for place, source in enumerate(self.sources, start=1)}
        if len(self.sources) < 2:
            return "".join(sentence.text for sentence in self.sentences)
        return "".join(
            sentence.text + "".join(f"[{places[number]}]" for number in sentence.numbers) for sentence in self.sentences
        )


class Deadline:
    """The time for a whole answer, however many calls it takes."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left. Raises UpstreamUnavailable where they are too few for a call."""
        left = self._ends - time.monotonic()
        if left < SHORTEST_TIME:
            raise UpstreamUnavailable
        return left


class _Gate:
    """Takes text as it comes, lets a sentence through when it is whole and holds; closed, it takes nothing more."""

    def __init__(
        self, check: CitationCheck, sources: Sources, redaction: Redaction, on_sentence: OnSentence | None
    ) -> None:
        self._check, self._sources, self._redaction, self._on_sentence = check, sources, redaction, on_sentence
        self._lock = threading.Lock()
        self._buffer = ""
        self._length = 0
        self._is_open, self._dropped_last = True, False
        self.kept: list[Checked] = []

    def take(self, piece: str) -> None:
        """Called from the thread that reads the stream, perhaps still when nobody waits for it any more."""
        with self._lock:
            self._buffer += piece
            while self._is_open and (match := SENTENCE.match(self._buffer)):
                # A mark may be on its way.
                if OPEN_MARK.fullmatch(self._buffer, match.end()):
                    return
                self._judge(match[0])
                self._buffer = self._buffer[match.end() :]

    def begin_again(self) -> None:
        """What was written before a call of tools is no part of what comes after it."""
        with self._lock:
            self._buffer, self._dropped_last = "", False

    def close(self, *, is_whole: bool) -> None:
        """The stream has ended; what stands there without an end counts only where the answer is whole."""
        with self._lock:
            if is_whole and self._is_open:
                for part in [*SENTENCE.findall(self._buffer), SENTENCE.sub("", self._buffer)]:
                    self._judge(part)
            self._buffer, self._is_open = "", False

    def _judge(self, written: str) -> None:
        sentence = ORNAMENT.sub("", written).strip()
        if not sentence:
            return
        checked = self._check.check(sentence, self._sources)
        if checked is not None and self._dropped_last and LEANS.match(checked.text):
            checked = None
        self._dropped_last = checked is None
        if checked is None or self._length + len(checked.text) > LONGEST_TEXT:
            return
        checked = Checked(self._redaction.restore(_ended(checked.text)), checked.numbers)
        if checked.text in {kept.text for kept in self.kept}:
            return
        self.kept.append(checked)
        self._length += len(checked.text)
        if self._on_sentence is not None:
            self._on_sentence(checked.text)


def _ended(sentence: str) -> str:
    sentence = ENDS.sub("", sentence)
    return sentence if sentence[-1] in "。!?!?;;" else f"{sentence}。"


class GroundedAnswerer:
    """Lets a model look things up and write; lets out only what holds."""

    def __init__(self, check: CitationCheck) -> None:
        self._check = check

    def answer(
        self,
        model: ChatModel,
        question: str,
        sources: Sources,
        toolbox: Toolbox,
        *,
        redaction: Redaction,
        deadline: Deadline,
        on_sentence: OnSentence | None = None,
    ) -> GroundedAnswer | None:
        """The answer; None where nothing the model wrote holds, even the second time.

        Raises UpstreamUnavailable where the model fails or the time is over.
        """
        asked = redaction.hide(question).replace("\n", " ")
        material = redaction.hide_known(sources.lines()) or "(没有)"
        messages: list[Message] = [
            {"role": "system", "content": prompt("answer")},
            {"role": "user", "content": f"资料:\n{material}\n问题:{asked}"},
        ]
        for is_second in (False, True):
            gate = _Gate(self._check, sources, redaction, on_sentence)
            written = self._write(model, messages, gate, sources, toolbox, redaction, deadline)
            if gate.kept or toolbox.offer is not None:
                return _answer(gate.kept, sources, toolbox.offer)
            log.info("grounded_answer_dropped", is_second=is_second, sources=len(sources))
            if not len(sources):
                break
            messages += [{"role": "assistant", "content": written}, {"role": "user", "content": prompt("again")}]
        return None

    def _write(
        self,
        model: ChatModel,
        messages: list[Message],
        gate: _Gate,
        sources: Sources,
        toolbox: Toolbox,
        redaction: Redaction,
        deadline: Deadline,
    ) -> str:
        """One answer, after as many rounds of tools as are allowed; the last round has none."""
        is_whole = False
        try:
            for number in range(ROUNDS):
                tools = toolbox.schemas if number < ROUNDS - 1 else ()
                turn = model.converse(messages, tools=tools, timeout_seconds=deadline.left(), on_text=gate.take)
                if not turn.tool_calls or number == ROUNDS - 1:
                    is_whole = True
                    return turn.text
                gate.begin_again()
                messages += _called(turn, sources, toolbox, redaction)
            raise AssertionError("the last round returns")
        finally:
            gate.close(is_whole=is_whole)


def _called(turn: ModelTurn, sources: Sources, toolbox: Toolbox, redaction: Redaction) -> list[Message]:
    calls = turn.tool_calls[:CALLS_A_ROUND]
    named = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in calls
    ]
    said: list[Message] = [{"role": "assistant", "content": turn.text, "tool_calls": named}]
    for call in calls:
        told = toolbox.call(call, sources, restore=redaction.restore)
        said.append({"role": "tool", "tool_call_id": call.id, "content": redaction.hide_known(told)})
    return said


def _answer(kept: list[Checked], sources: Sources, offer: Offer | None) -> GroundedAnswer:
    numbers = dict.fromkeys(number for sentence in kept for number in sentence.numbers)
    cited = tuple(source for number in numbers if (source := sources.find(number)) is not None)
    return GroundedAnswer(tuple(kept), cited, offer)
