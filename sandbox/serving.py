"""The web server of the sandbox: one process, a thread a connection, loopback only."""

from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from sandbox.server import create_app
from sandbox.world import World


class QuietHandler(WSGIRequestHandler):
    """Keeps connections open as WeChat does, sends small answers at once, and leaves logging to the journal."""

    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 120

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        self.close_connection = True


def serve(world: World, port: int) -> BaseWSGIServer:
    """A threaded server on loopback; `port` 0 takes a free one (see its `port`)."""
    app = create_app(world)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler)
    server.daemon_threads = True  # type: ignore[attr-defined]  # of ThreadingMixIn
    server.block_on_close = False  # type: ignore[attr-defined]  # keep-alive threads would hold up the end
    world.base_url = f"http://127.0.0.1:{server.port}"
    return server
