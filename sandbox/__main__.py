"""`python -m sandbox --port 8900 --target http://127.0.0.1:8000 [--state PATH]`: start the WeChat sandbox."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from sandbox.serving import serve
from sandbox.settings import RefusedStart, read_settings
from sandbox.world import World


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A local WeChat for development.")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--target", required=True, help="where the product listens, http:// on loopback")
    parser.add_argument("--state", type=Path, help="file that keeps followers and chats over a restart")
    parser.add_argument("--name", default="知桥", help="the account's name on the phone")
    parser.add_argument("--push-timeout", type=float, default=5.0, help="seconds WeChat waits for an answer")
    arguments = parser.parse_args()
    try:
        settings = read_settings(
            arguments.target,
            state_path=arguments.state,
            account_name=arguments.name,
            push_timeout_seconds=arguments.push_timeout,
        )
    except RefusedStart as error:
        sys.stderr.write(f"{error}\n")
        return 2
    world = World(settings)
    server = serve(world, arguments.port)
    # shutdown() waits for serve_forever, which runs in this very thread: hence a thread of its own.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    sys.stdout.write(f"WeChat sandbox on http://127.0.0.1:{server.port} for {settings.target}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    finally:
        server.server_close()
        world.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
