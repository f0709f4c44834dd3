"""A small OpenAI-compatible server that behaves as it is told: well, slowly, cut short, refusing, malformed."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from core.chat import ModelTurn, ToolCall
from tests.support.http_server import LocalServer

DIMENSIONS = 8
PIECE = 6  # characters a piece, so that sentences and marks are cut anywhere
SENTENCES = ModelTurn("专利保护期从申请日起算。")


class ScriptedOpenAI:
    """`script` names the behaviour of each coming call; the last one stays. `answers` gives what a good call says."""

    def __init__(self, answers: Callable[[dict[str, Any]], ModelTurn] = lambda _body: SENTENCES) -> None:
        self.script = ["good"]
        self.answers = answers
        self.requests: list[dict[str, Any]] = []
        self.stop = threading.Event()
        handler = type("Handler", (_Handler,), {"server_script": self})
        self._server = LocalServer(("127.0.0.1", 0), handler)
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def next_step(self) -> str:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    @contextmanager
    def running(self) -> Iterator["ScriptedOpenAI"]:
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        yield self
        self.stop.set()
        self._server.shutdown()
        self._server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server_script: ScriptedOpenAI

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server_script.requests.append({"path": self.path, "auth": self.headers.get("Authorization"), **body})
        step = self.server_script.next_step()
        if step in ("429", "500"):
            self._send(int(step), json.dumps({"error": {"message": "no", "type": "x", "code": step}}))
        elif step == "malformed":
            self._send(200, "{not json", "text/event-stream" if body.get("stream") else "application/json")
        elif step == "not a stream":
            self._send(200, json.dumps({"choices": [{"message": {"content": "好"}, "finish_reason": "stop"}]}))
        elif step == "silent":
            self.server_script.stop.wait(10)
        elif self.path.endswith("/embeddings"):
            self._embed(step, body)
        else:
            self._chat(step, self.server_script.answers(body))

    def _send(self, status: int, text: str, kind: str = "application/json") -> None:
        raw = (f"data: {text}\n\n" if kind == "text/event-stream" else text).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _embed(self, step: str, body: dict[str, Any]) -> None:
        size = DIMENSIONS - 1 if step == "wrong shape" else DIMENSIONS
        rows = [
            {"object": "embedding", "index": number, "embedding": [float(len(text)), 3.0, *[0.0] * (size - 2)]}
            for number, text in enumerate(body["input"])
        ]
        rows.reverse()  # the order of the answer is not promised
        self._send(200, json.dumps({"object": "list", "data": rows, "model": "m", "usage": {}}))

    def _chat(self, step: str, turn: ModelTurn) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        text = "" if step == "empty" else turn.text
        pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
        try:
            for number, piece in enumerate(pieces):
                self._piece({"content": piece})
                if step == "drip":
                    self._drip()
                if step == "cut" and number == len(pieces) - 2:
                    return
            for number, call in enumerate(turn.tool_calls):
                self._call(number, call)
            self._piece({}, "length" if step == "length" else "tool_calls" if turn.tool_calls else "stop")
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            self.close_connection = True  # the caller went away

    def _call(self, number: int, call: ToolCall) -> None:
        half = len(call.arguments) // 2
        first = {"name": call.name, "arguments": call.arguments[:half]}
        self._piece({"tool_calls": [{"index": number, "id": call.id, "type": "function", "function": first}]})
        self._piece({"tool_calls": [{"index": number, "function": {"arguments": call.arguments[half:]}}]})

    def _piece(self, delta: dict[str, Any], finish: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def _drip(self) -> None:
        """A byte now and then, so that no single read ever times out."""
        until = time.monotonic() + 3
        while time.monotonic() < until and not self.server_script.stop.is_set():
            self.wfile.write(b":\n")
            self.wfile.flush()
            self.server_script.stop.wait(0.1)
