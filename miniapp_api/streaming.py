"""An answer sentence by sentence: server-sent events, ended by the whole answer, which replaces what came before."""

import contextvars
import json
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apiflask import APIBlueprint
from flask import Response, g, stream_with_context
from pydantic import BaseModel

from core.errors import AppError
from core.logs import get_logger
from core.web import INTERNAL, error_body
from miniapp_api.asking import answer_question, ensure_conversation
from miniapp_api.context import Api, current_api, current_caller
from miniapp_api.once import key_of_request
from miniapp_api.schemas.asking import AskIn
from miniapp_api.shown import confirm_sent

log = get_logger(__name__)

# A proxy between us and the phone lets go of a connection on which nothing moves.
HEARTBEAT_SECONDS = 5
# The schema is that of one event.
DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "事件流",
        "content": {
            "text/event-stream": {
                "schema": {
                    "type": "object",
                    "required": ["event", "data"],
                    "properties": {
                        "event": {"type": "string", "enum": ["sentence", "answer", "error"]},
                        "data": {"type": "string", "description": "一个 JSON 对象"},
                    },
                },
                "example": {"event": "sentence", "data": '{"text": "外观设计专利权的期限为15年。"}'},
            }
        },
    }
}


@dataclass(frozen=True)
class Event:
    """One event; the last one is an answer or an error."""

    kind: str
    data: dict[str, Any]

    @property
    def is_last(self) -> bool:
        return self.kind != "sentence"

    @property
    def written(self) -> str:
        return f"event: {self.kind}\ndata: {json.dumps(self.data, ensure_ascii=False)}\n\n"


def add_routes(api: APIBlueprint) -> None:
    api.post("/ask/stream")(api.doc(responses=DESCRIBED)(api.input(AskIn)(stream_answer)))


def stream_answer(json_data: AskIn) -> Response:
    """提问,边写边看

    和 `POST /ask` 一样,只是用事件流(text/event-stream)返回:`sentence` 是已经核对过的一句,`answer` 是完整回答(和
    `POST /ask` 的返回一样),收到后用它替换前面的句子;`error` 是错误。没收到 `answer` 或 `error` 就断了,用同一个
    `Idempotency-Key` 再问一次。
    """
    key_of_request()  # a bad one is refused like any bad input, before the stream begins
    api, identity_id = current_api(), current_caller().identity_id
    ensure_conversation(identity_id)
    shown: list[int] = []
    g.streamed_deliveries = shown
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    # The turn ends even if the phone hangs up: its answer is then in the conversation.
    work = contextvars.copy_context()
    threading.Thread(target=work.run, args=(_answer, json_data, identity_id, events), daemon=True).start()
    response = Response(stream_with_context(_stream(events, api, shown)), content_type="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _answer(asked: AskIn, identity_id: int, events: "queue.SimpleQueue[Event]") -> None:
    """Runs in a thread of its own; its last event is always there."""
    try:
        answer = answer_question(
            asked, identity_id, on_sentence=lambda text: events.put(Event("sentence", {"text": text}))
        )
        events.put(Event("answer", answer.model_dump(mode="json") if isinstance(answer, BaseModel) else answer))
    except AppError as error:
        events.put(Event("error", error_body(error.code, error.message, error.fields)["error"]))
    except Exception:
        log.exception("unexpected_error")
        events.put(Event("error", error_body(*INTERNAL)["error"]))


def _stream(events: "queue.SimpleQueue[Event]", api: Api, shown: list[int]) -> Iterator[str]:
    while True:
        try:
            event = events.get(timeout=HEARTBEAT_SECONDS)
        except queue.Empty:
            yield ": alive\n\n"
            continue
        yield event.written
        if event.is_last:
            break
    # Only now was the answer written out.
    confirm_sent(api, shown)
