"""A small object store on loopback that believes nobody: it works the signature out for itself, from the documentation
of Signature Version 4, and refuses what does not fit."""

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

from tests.support.http_server import LocalServer

ACCESS_KEY, SECRET_KEY, REGION, BUCKET = "AKTEST", "s3cret/with+signs", "cn-test-1", "zhiqiao-files"
PATTERN = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<access>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)/s3/aws4_request, "
    r"SignedHeaders=(?P<names>[a-z0-9;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)


class Handler(BaseHTTPRequestHandler):
    server: "S3Server"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test says what matters."""

    def do_PUT(self) -> None:
        if "Content-Length" not in self.headers:
            return self._answer(411)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._is_signed() and hashlib.sha256(body).hexdigest() != self.headers["x-amz-content-sha256"]:
            return self._answer(400)
        return self._when_signed(lambda: self.server.objects.__setitem__(self.path, body))

    def do_GET(self) -> None:
        self._when_signed(lambda: self.server.objects.get(self.path), missing=404)

    def do_DELETE(self) -> None:
        self._when_signed(lambda: self.server.objects.pop(self.path, None), status=204)

    def _when_signed(self, work, status: int = 200, missing: int | None = None) -> None:
        if not self._is_signed():
            return self._answer(403)
        if self.server.is_broken:
            return self._answer(503)
        found = work()
        if missing is not None and found is None:
            return self._answer(missing)
        return self._answer(status, found if missing is not None else b"")

    def _is_signed(self) -> bool:
        given = PATTERN.fullmatch(self.headers.get("Authorization", ""))
        stamp, payload = self.headers.get("x-amz-date", ""), self.headers.get("x-amz-content-sha256", "")
        if (
            given is None
            or not self.path.startswith(f"/{BUCKET}/")
            or not {"host", "x-amz-date"} <= set(given["names"].split(";"))
        ):
            return False
        if (
            abs((datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds())
            > 900
        ):
            return False
        lines = [f"{name}:{self.headers[name].strip()}" for name in given["names"].split(";")]
        canonical = "\n".join([self.command, self.path, "", *lines, "", given["names"], payload])
        scope = f"{given['day']}/{REGION}/s3/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"

        def step(key: bytes, part: str) -> bytes:
            return hmac.digest(key, part.encode(), "sha256")

        day = step(f"AWS4{SECRET_KEY}".encode(), given["day"])
        signing_key = step(step(step(day, REGION), "s3"), "aws4_request")
        return given["access"] == ACCESS_KEY and hmac.compare_digest(step(signing_key, text).hex(), given["signature"])

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class S3Server(LocalServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, bytes] = {}
        self.is_broken = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving(server: LocalServer) -> Iterator[None]:
    """The server in a thread of its own, ended at the end."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
