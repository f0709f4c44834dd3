"""The access token: one for all processes, renewed by one of them at a time, never replaced by an older one."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import redis
import requests

from adapters.wechat.calls import call_without_token, cut_answer
from adapters.wechat.errors import WeChatError
from adapters.wechat.http import API_BASE_URL
from adapters.wechat.token_store import StoredToken, TokenStore
from core.clock import Clock
from core.logs import get_logger

log = get_logger(__name__)

STABLE_TOKEN_PATH = "/cgi-bin/stable_token"
# Shorter than the life WeChat states: a token must outlive the call that it is used for.
SAFETY_SECONDS = 15
LONGEST_LIFE_SECONDS = 7200
SHORTEST_REFRESH_SECONDS = 10
POLL_SECONDS = 0.05
# A connection that retries with back-off would make every call slow while Redis is down.
STORE_PAUSE_SECONDS = 5.0


@dataclass(frozen=True)
class FetchedToken:
    """WeChat's answer."""

    token: str
    expires_in: int


# Takes force_refresh; raises WeChatError.
FetchToken = Callable[[bool], FetchedToken]


def stable_token_source(
    session: requests.Session, app_id: str, secret: str, timeouts: tuple[float, float]
) -> FetchToken:
    """Fetches from stable_token: asked again, it gives the same token, so processes cannot kill each other's."""

    def fetch(force: bool) -> FetchedToken:
        body = {"grant_type": "client_credential", "appid": app_id, "secret": secret, "force_refresh": force}
        answer = call_without_token(
            STABLE_TOKEN_PATH,
            lambda: session.post(API_BASE_URL + STABLE_TOKEN_PATH, json=body, timeout=timeouts, allow_redirects=False),
            private=(secret, app_id),
        )
        token, expires_in = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(expires_in, int) or expires_in <= 0:
            raise cut_answer()
        return FetchedToken(token, min(expires_in, LONGEST_LIFE_SECONDS))

    return fetch


class TokenProvider:
    """The token of one app. Every wait is bounded by `wait_seconds`; nothing here waits for Redis to come back.

    While Redis is down each process keeps a token of its own: slower, and harmless with stable_token.
    `connection` must have a socket timeout.
    """

    def __init__(
        self,
        connection: redis.Redis,
        app_id: str,
        fetch: FetchToken,
        clock: Clock,
        *,
        lock_seconds: float = 15,
        wait_seconds: float = 12,
    ) -> None:
        self._store = TokenStore(connection, app_id, lock_for=timedelta(seconds=lock_seconds))
        self._fetch = fetch
        self._clock = clock
        self._wait_seconds = wait_seconds
        self._local: StoredToken | None = None
        self._local_lock = threading.Lock()
        self._store_down_until = 0.0

    def get(self) -> str:
        """A token that is valid now; WeChatError where WeChat gives none in time."""
        return self._shared_or_local(self._get_shared, failing=None)

    def renew(self, failing: str) -> str:
        """A token to try once more with, after WeChat refused `failing`.

        Where another process has renewed it already, that one's; WeChat is asked only if `failing` is still stored.
        """
        return self._shared_or_local(lambda: self._obtain(failing), failing)

    def _shared_or_local(self, shared: Callable[[], str], failing: str | None) -> str:
        """Through Redis; with a token of this process while Redis is down, which is not tried at every call."""
        if time.monotonic() >= self._store_down_until:
            try:
                return shared()
            except redis.RedisError as error:
                self._store_down_until = time.monotonic() + STORE_PAUSE_SECONDS
                log.warning("wechat_token_store_down", reason=type(error).__name__)
        return self._get_local(failing)

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _get_shared(self) -> str:
        stored, now = self._store.read(), self._now()
        if stored is None or stored.expires_at <= now:
            return self._obtain(failing=None)
        if stored.refresh_at <= now:
            return self._refresh_early(stored)
        return stored.token

    def _refresh_early(self, stored: StoredToken) -> str:
        """The token still holds: one process renews it, the others go on using it."""
        fence = self._store.try_lock()
        if fence is None:
            return stored.token
        try:
            token = self._fetch_and_store(fence, failing=None)
        except WeChatError:
            # The lock stays until it expires, so that a failing WeChat is not asked at every call.
            return stored.token
        self._store.unlock()
        return token

    def _obtain(self, failing: str | None) -> str:
        """Wait for another process's token, or be the one that fetches."""
        deadline = time.monotonic() + self._wait_seconds
        while True:
            stored = self._store.read()
            if stored is not None and stored.expires_at > self._now() and stored.token != failing:
                return stored.token
            fence = self._store.try_lock()
            if fence is not None:
                return self._fetch_locked(fence, failing)
            if time.monotonic() >= deadline:
                raise WeChatError(None, "waited too long for an access token", outcome="busy")
            time.sleep(POLL_SECONDS)

    def _fetch_locked(self, fence: int, failing: str | None) -> str:
        try:
            # Between the read and the lock another process may have stored one.
            stored = self._store.read()
            if stored is not None and stored.expires_at > self._now() and stored.token != failing:
                return stored.token
            return self._fetch_and_store(fence, failing)
        finally:
            self._store.unlock()

    def _fetch_and_store(self, fence: int, failing: str | None) -> str:
        fetched = self._fetch(False)
        if fetched.token == failing and self._store.may_force():
            # WeChat still hands out the token that it refuses: only force_refresh replaces it (20 a day).
            fetched = self._fetch(True)
        fresh = self._stored(fetched)
        if self._store.store(fresh, fence):
            self._local = fresh
            return fresh.token
        # This process was slow: a newer token is there, and it is the one to use.
        newer = self._store.read()
        return newer.token if newer is not None else fresh.token

    def _stored(self, fetched: FetchedToken) -> StoredToken:
        now = self._now()
        life = max(fetched.expires_in - SAFETY_SECONDS, 1)
        share = random.uniform(0.8, 0.9)  # not all processes of a fleet at the same second
        return StoredToken(fetched.token, now + life, now + max(life * share, min(SHORTEST_REFRESH_SECONDS, life)))

    def _get_local(self, failing: str | None) -> str:
        with self._local_lock:
            local = self._local
            if local is not None and local.expires_at > self._now() and local.token != failing:
                return local.token
            fetched = self._fetch(False)
            if fetched.token == failing:
                fetched = self._fetch(True)
            self._local = self._stored(fetched)
            return self._local.token
