"""A notary's office behind the interface of docs/notary.md, written from that page: it checks what it is sent, and
makes one filing of a key. `fails` names a way in which an office can go wrong."""

import hashlib
import hmac
import json
import time
from http.server import BaseHTTPRequestHandler

from tests.support.http_server import LocalServer

SECRET = "shared-with-the-office"


def signed(text: str) -> str:
    return hmac.digest(SECRET.encode(), text.encode(), "sha256").hex()


class Handler(BaseHTTPRequestHandler):
    server: "OfficeServer"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test says what matters."""

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        at, given = self.headers["X-ZhiQiao-Time"], self.headers["X-ZhiQiao-Signature"]
        if (
            given != signed(f"{at}\nPUT\n{self.path}\n{hashlib.sha256(body).hexdigest()}")
            or abs(int(at) - time.time()) > 300
        ):
            return self._answer(401, {}, given)
        if self.server.fails == "down":
            return self._answer(503, {}, given)
        if self.server.fails == "refuses to take":
            return self._answer(422, {"problem": "no"}, given)
        key, filing = self.path.rpartition("/")[2], json.loads(body)
        held = self.server.filings.setdefault(key, {"number": f"YS{len(self.server.filings) + 1:04d}", **filing})
        if held["sha256"] != filing["sha256"]:
            return self._answer(409, {}, given)
        answer = {"receipt_number": held["number"], "state": self.server.state, "at": "2026-11-23T10:00:00+08:00"}
        if self.server.state == "certified":
            answer["certificate_number"] = "(2026)穗证字第1号"
        if self.server.state == "refused":
            answer["reason"] = "权利人名称与营业执照不符"
        if self.server.fails == "other form":
            answer = {"ok": True}
        if self.server.fails == "dies after filing":
            self.close_connection = True
            return None
        return self._answer(200, answer, given)

    def _answer(self, status: int, answer: dict, request_signature: str) -> None:
        body = json.dumps(answer, ensure_ascii=False).encode()
        at = int(time.time()) - (1000 if self.server.fails == "old answer" else 0)
        signature = signed(f"{at}\n{request_signature}\n{hashlib.sha256(body).hexdigest()}")
        if self.server.fails == "forged":
            signature = "0" * 64
        self.send_response(status)
        for name, value in (
            ("X-ZhiQiao-Time", str(at)), ("X-ZhiQiao-Signature", signature), ("Content-Length", str(len(body))),
        ):  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class OfficeServer(LocalServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.filings: dict[str, dict] = {}
        self.state = "received"
        self.fails = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api"
