"""What stands for somebody else's server in tests: many callers at once must not wait for a second SYN."""

from http.server import ThreadingHTTPServer


class LocalServer(ThreadingHTTPServer):
    """The standard server lets five connections wait; the sixth is tried again a second later by the kernel."""

    daemon_threads = True
    request_queue_size = 64
