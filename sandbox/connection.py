"""How the sandbox breaks a connection when told to."""

import socket
import struct
from collections.abc import Iterator
from typing import Any


def reset_connection(environ: dict[str, Any]) -> Iterator[bytes]:
    """A body that breaks the connection instead of being sent."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise ConnectionResetError("reset by order")
    yield b""
