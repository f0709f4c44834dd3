"""A worker's connections to its PostgreSQL, handed from test to test.

A new connection is a new process of the server, which reads the catalogue anew for every table it meets: 15 ms to have
one, 35 more until it knows what a test touches.
"""

from psycopg import Connection
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, event

# What most tests have open at once; the rest is closed as ever.
KEPT = 4
_kept: list[Connection] = []


def keep_connections(engine: Engine) -> None:
    """Let this engine begin with connections of the engines before it, and leave its own when it is disposed of. For
    the database of a worker's tests only: one that is to be dropped must have no connections left."""
    close = engine.dialect.do_close

    @event.listens_for(engine, "do_connect")
    def take(*_: object) -> Connection | None:
        while _kept:
            connection = _kept.pop()
            if _is_as_new(connection):
                return connection
        return None

    def keep(connection: Connection) -> None:
        if len(_kept) < KEPT and _is_as_new(connection):
            _kept.append(connection)
        else:
            close(connection)

    engine.dialect.do_close = keep


def close_kept() -> None:
    """At the end of a worker's run."""
    while _kept:
        _kept.pop().close()


def _is_as_new(connection: Connection) -> bool:
    return not connection.closed and connection.info.transaction_status is TransactionStatus.IDLE
