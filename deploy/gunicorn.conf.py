"""How gunicorn serves wsgi:app. The command line may overrule each value: `gunicorn -c deploy/gunicorn.conf.py …`."""

import os
from pathlib import Path
from typing import Any

from prometheus_client import multiprocess

bind = "127.0.0.1:8000"
worker_class = "gthread"
# A live stream of the console holds one thread for as long as its page is open; a message holds one for milliseconds.
workers = 2
threads = 128
# WeChat waits 5 s; only a hung worker needs longer than this to say that it lives.
timeout = 60
graceful_timeout = 20
keepalive = 30
backlog = 1024
# Code and models are loaded once, before the workers are forked: they share that memory, and a worker that died is back
# in milliseconds, not in the ten seconds that loading takes.
preload_app = True
# Workers are not recycled by number of requests: that would cut live streams, and nothing here is known to leak.
max_requests = 0
# Heartbeat files in memory: on a slow disk a worker would look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
# One line a request is written by the app itself, without openids; errors go to standard error.
accesslog = None
errorlog = "-"
# gunicorn's own control socket would lie in the home folder, which the service's user does not have.
control_socket_disable = True
# Which proxies may say who the client is: only one on this host; the app counts hops itself (TRUSTED_PROXY_COUNT).
forwarded_allow_ips = "127.0.0.1"
limit_request_line = 8190


def post_fork(_server: Any, worker: Any) -> None:
    """A worker must not share its parent's database connections."""
    app = getattr(worker.app, "callable", None)
    if app is not None:
        app.extensions["resources"].database.dispose()


def child_exit(_server: Any, worker: Any) -> None:
    """Live gauges of a worker that ended no longer count."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)
