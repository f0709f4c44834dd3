"""Slows down whoever guesses passwords, by address and by user name; counts failures only."""

import redis
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

from core.errors import RateLimited
from core.logs import get_logger

log = get_logger(__name__)

BY_NAME = RateLimitItemPerMinute(5, 5, namespace="console-login-name")
BY_ADDRESS = RateLimitItemPerMinute(20, 5, namespace="console-login-address")


class LoginGuard:
    """Counts in Redis, shared by all processes; in this process's memory while Redis is down."""

    def __init__(self, connection: redis.Redis) -> None:
        pool = connection.connection_pool
        self._shared = FixedWindowRateLimiter(
            RedisStorage("redis://", connection_pool=pool, key_prefix="zhiqiao:limits")
        )
        self._own = FixedWindowRateLimiter(MemoryStorage())

    def check(self, address: str, username: str) -> None:
        """Raises RateLimited after too many failures."""
        for item, key in _counters(address, username):
            if not self._ask("test", item, key):
                log.warning("login_rate_limited", counter=item.namespace)
                raise RateLimited("试的次数太多了,请5分钟后再试。")

    def count_failure(self, address: str, username: str) -> None:
        for item, key in _counters(address, username):
            self._ask("hit", item, key)

    def _ask(self, method: str, item: RateLimitItem, key: str) -> bool:
        try:
            return bool(getattr(self._shared, method)(item, key))
        except redis.RedisError:
            return bool(getattr(self._own, method)(item, key))


def _counters(address: str, username: str) -> tuple[tuple[RateLimitItem, str], ...]:
    return (BY_NAME, username.strip().lower()[:40]), (BY_ADDRESS, address)
