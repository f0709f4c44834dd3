"""When a chat model may be called: so often for each user and day, and not while it is down. In Redis, for all
processes together; without Redis there is no model."""

from collections.abc import Sequence

import redis

from core.chat import Message, ModelTurn, OnText, ToolSchema
from core.clock import Clock, china_date
from core.errors import UpstreamUnavailable
from core.logs import get_logger
from nlp.ports import ChatModel

log = get_logger(__name__)

PREFIX = "zhiqiao:model"
KEPT_SECONDS = 48 * 3600
FAILURES_BEFORE_OPEN = 5
FAILURES_COUNT_SECONDS = 60.0
OPEN_SECONDS = 30.0
# A probe that died with its process must not keep the circuit open for ever.
PROBE_SECONDS = 30.0

TAKE = """
local used = redis.call('INCR', KEYS[1])
redis.call('EXPIRE', KEYS[1], ARGV[1])
return used
"""
# KEYS: open, tripped, probe. Half-open (tripped, no longer open) lets one call through.
ALLOW = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if redis.call('EXISTS', KEYS[2]) == 0 then return 1 end
if redis.call('SET', KEYS[3], '1', 'NX', 'PX', ARGV[1]) then return 1 end
return 0
"""
# KEYS: open, tripped, probe, failures.
FAILED = """
local count = redis.call('INCR', KEYS[4])
if count == 1 then redis.call('PEXPIRE', KEYS[4], ARGV[1]) end
if count >= tonumber(ARGV[3]) or redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('SET', KEYS[1], '1', 'PX', ARGV[2])
  redis.call('SET', KEYS[2], '1')
  redis.call('DEL', KEYS[3], KEYS[4])
  return 1
end
return 0
"""


class ModelBudget:
    """How many calls a user has left today (China's day)."""

    def __init__(self, connection: redis.Redis, clock: Clock, *, calls_per_day: int) -> None:
        self._redis = connection
        self._clock = clock
        self._calls_per_day = calls_per_day

    def is_left(self, user_id: int) -> bool:
        """Whether a call may still be made; False where nobody can tell."""
        try:
            return int(self._redis.get(self._key(user_id)) or 0) < self._calls_per_day
        except redis.RedisError:
            return False

    def take(self, user_id: int) -> bool:
        """Count one call; False where the day's calls are used up, or nobody can tell."""
        try:
            used = int(self._redis.eval(TAKE, 1, self._key(user_id), str(KEPT_SECONDS)))
        except redis.RedisError:
            log.warning("model_budget_without_redis")
            return False
        return used <= self._calls_per_day

    def _key(self, user_id: int) -> str:
        return f"{PREFIX}:budget:{china_date(self._clock.now()).isoformat()}:{user_id}"


class CircuitBreaker:
    """Open after failures in a row of any process; half-open after a while, when one call decides for all."""

    def __init__(
        self,
        connection: redis.Redis,
        *,
        failures: int = FAILURES_BEFORE_OPEN,
        open_seconds: float = OPEN_SECONDS,
        probe_seconds: float = PROBE_SECONDS,
    ) -> None:
        self._redis = connection
        self._failures = failures
        self._open_ms = str(round(open_seconds * 1000))
        self._probe_ms = str(round(probe_seconds * 1000))
        self._keys = [f"{PREFIX}:{name}" for name in ("open", "tripped", "probe", "failures")]

    def is_open(self) -> bool:
        """Whether a call would be refused at this moment; takes no probe. True where nobody can tell."""
        try:
            is_open, is_tripped, is_probed = (bool(value) for value in self._redis.mget(self._keys[:3]))
        except redis.RedisError:
            return True
        return is_open or (is_tripped and is_probed)

    def allow(self) -> bool:
        """Whether to call now; a True must be followed by `succeeded` or `failed`. False where nobody can tell."""
        try:
            return bool(self._redis.eval(ALLOW, 3, *self._keys[:3], self._probe_ms))
        except redis.RedisError:
            return False

    def succeeded(self) -> None:
        try:
            self._redis.delete(*self._keys[1:])
        except redis.RedisError:
            log.warning("model_breaker_without_redis")

    def failed(self) -> None:
        try:
            counted = str(round(FAILURES_COUNT_SECONDS * 1000))
            opened = self._redis.eval(FAILED, 4, *self._keys, counted, self._open_ms, str(self._failures))
        except redis.RedisError:
            log.warning("model_breaker_without_redis")
            return
        if opened:
            log.warning("model_breaker_opened")


class MeteredChatModel:
    """A chat model as one user may call it: within their budget, and only while it is not known to be down."""

    def __init__(self, model: ChatModel, budget: ModelBudget, breaker: CircuitBreaker, user_id: int) -> None:
        self._model = model
        self._budget = budget
        self._breaker = breaker
        self._user_id = user_id

    def is_available(self) -> bool:
        """Whether a call would be tried now."""
        return self._budget.is_left(self._user_id) and not self._breaker.is_open()

    def complete(self, messages: Sequence[Message], *, timeout_seconds: float) -> str:
        """Like the model's own; raises UpstreamUnavailable as well where it must not be called."""
        return self.converse(messages, timeout_seconds=timeout_seconds).text

    def converse(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSchema] = (),
        timeout_seconds: float,
        on_text: OnText | None = None,
    ) -> ModelTurn:
        """The same, with tools."""
        if not self._budget.take(self._user_id):
            raise UpstreamUnavailable
        if not self._breaker.allow():
            raise UpstreamUnavailable
        try:
            turn = self._model.converse(messages, tools=tools, timeout_seconds=timeout_seconds, on_text=on_text)
        except BaseException:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return turn
