"""Where the access token lives for all processes: a Redis hash, a lock, and a fence that orders the writers."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import redis

from core.ids import new_token

FORCE_AGAIN_AFTER = timedelta(seconds=60)

# Lock and number in one step: who locks later has the higher number, whatever happened to the lock before.
_LOCK = """
if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return redis.call('incr', KEYS[2]) end
return 0
"""
_UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
_STORE = """
if tonumber(redis.call('hget', KEYS[1], 'fence') or '0') >= tonumber(ARGV[1]) then return 0 end
redis.call('hset', KEYS[1], 'fence', ARGV[1], 'token', ARGV[2], 'expires_at', ARGV[3], 'refresh_at', ARGV[4])
redis.call('pexpire', KEYS[1], ARGV[5])
return 1
"""
# Longer than any token lives: an expired token is told by its time, and the fence is not forgotten meanwhile.
_KEEP_MS = 3 * 60 * 60 * 1000


@dataclass(frozen=True)
class StoredToken:
    """A token with the moments (seconds of the clock in use) when it ends and when to ask for the next."""

    token: str
    expires_at: float
    refresh_at: float


class TokenStore:
    """The token of one app in Redis. Every method raises redis.RedisError where Redis does not answer."""

    def __init__(self, connection: redis.Redis, app_id: str, *, lock_for: timedelta) -> None:
        self._redis = connection
        # The braces keep all keys of an app in one slot of a Redis cluster.
        prefix = f"wechat:{{{app_id}}}"
        self._token_key, self._lock_key = f"{prefix}:token", f"{prefix}:token-lock"
        self._fence_key, self._force_key = f"{prefix}:token-fence", f"{prefix}:token-forced"
        self._lock_ms = int(lock_for.total_seconds() * 1000)
        self._owners = threading.local()

    def read(self) -> StoredToken | None:
        """The token that all processes use now, expired or not."""
        values = self._redis.hmget(self._token_key, "token", "expires_at", "refresh_at")
        token, expires_at, refresh_at = (_text(value) for value in values)
        if not (token and expires_at and refresh_at):
            return None
        return StoredToken(token, float(expires_at), float(refresh_at))

    def try_lock(self) -> int | None:
        """A number higher than every writer's before, or None while another process holds the lock."""
        owner = new_token()
        fence = int(self._run(_LOCK, [self._lock_key, self._fence_key], [owner, self._lock_ms]))
        if not fence:
            return None
        self._owners.current = owner
        return fence

    def unlock(self) -> None:
        """Give the lock back, unless it expired and another process holds it by now."""
        self._run(_UNLOCK, [self._lock_key], [self._owners.current])

    def store(self, fresh: StoredToken, fence: int) -> bool:
        """Keep the token unless a later writer has already stored one."""
        values = [fence, fresh.token, repr(fresh.expires_at), repr(fresh.refresh_at), _KEEP_MS]
        return bool(self._run(_STORE, [self._token_key], values))

    def may_force(self) -> bool:
        """Whether no process has forced a new token lately: WeChat allows 20 a day, 30 s apart."""
        return bool(self._redis.set(self._force_key, "1", nx=True, px=int(FORCE_AGAIN_AFTER.total_seconds() * 1000)))

    def _run(self, script: str, keys: list[str], arguments: list[Any]) -> Any:
        return self._redis.eval(script, len(keys), *keys, *arguments)


def _text(value: bytes | str | None) -> str | None:
    return value.decode() if isinstance(value, bytes) else value
