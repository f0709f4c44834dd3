"""The local time-stamp authority behind HTTP, as RFC 3161 section 3.4 has it, and the ways in which one can fail."""

from http.server import BaseHTTPRequestHandler

from adapters.timestamp_local import LocalTimestampAuthority
from tests.support.http_server import LocalServer

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


class Handler(BaseHTTPRequestHandler):
    server: "AuthorityServer"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test says what matters."""

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        status, body = 200, b""
        match self.server.fails:
            case "":
                status = 200 if self.headers["Content-Type"] == QUERY else 415
                body = self.server.authority.reply(query)
            case "another":
                self.server.last = self.server.last or self.server.authority.reply(query)
                body = self.server.last
            case "junk":
                body = b"<html>maintenance</html>"
            case "endless":
                body = b"0" * 1_000_000
            case "down":
                status = 503
        self.send_response(status)
        self.send_header("Content-Type", REPLY)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class AuthorityServer(LocalServer):
    def __init__(self, authority: LocalTimestampAuthority) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.authority = authority
        self.fails = ""
        self.last = b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/tsr"
