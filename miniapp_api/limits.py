"""How often one may ask: counted in Redis for all processes, in this process's memory while Redis is away."""

import time
from dataclasses import dataclass

import redis
from flask import Response, g
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

from core.errors import RateLimited
from core.logs import get_logger
from services.custody.photos import MOST_PHOTOS_A_DAY

log = get_logger(__name__)

TRY_REDIS_AGAIN_SECONDS = 5.0


@dataclass(frozen=True)
class Rates:
    """Limits by kind of call. Logins count per address, the rest per user."""

    login: str = "60/minute;600/hour"
    ask: str = "20/minute;600/day"
    handoff: str = "10/minute;100/day"
    photo: str = f"5/minute;{MOST_PHOTOS_A_DAY}/day"
    other: str = "240/minute"

    def of(self, kind: str) -> list[RateLimitItem]:
        return parse_many(getattr(self, kind))


class RateLimits:
    """Counts calls and refuses those over the limit."""

    def __init__(self, connection: redis.Redis, rates: Rates) -> None:
        self._rates = {kind: rates.of(kind) for kind in ("login", "ask", "handoff", "photo", "other")}
        storage = RedisStorage(
            "redis://", connection_pool=connection.connection_pool, wrap_exceptions=True, key_prefix="zhiqiao:rate"
        )
        self._shared = FixedWindowRateLimiter(storage)
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._shared_is_away_until = 0.0

    def check(self, kind: str, who: str) -> None:
        """Count one call. Raises RateLimited, and leaves for the answer how many seconds to wait."""
        if time.monotonic() >= self._shared_is_away_until:
            try:
                return self._count(self._shared, kind, who)
            except StorageError:
                self._shared_is_away_until = time.monotonic() + TRY_REDIS_AGAIN_SECONDS
                log.warning("rate_limits_without_redis")
        return self._count(self._own, kind, who)

    def _count(self, limiter: FixedWindowRateLimiter, kind: str, who: str) -> None:
        for rate in self._rates[kind]:
            if not limiter.hit(rate, kind, who):
                reset_at = limiter.get_window_stats(rate, kind, who).reset_time
                g.retry_after_seconds = max(1, round(reset_at - time.time()))
                raise RateLimited


def add_retry_after(response: Response) -> Response:
    """Every 429 says when to come back."""
    if response.status_code == 429 and "Retry-After" not in response.headers:
        response.headers["Retry-After"] = str(g.get("retry_after_seconds", 60))
    return response
