"""Creates that may be repeated: the same Idempotency-Key has one effect and one answer."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import after_this_request, request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.errors import InvalidInput
from core.ids import new_token
from miniapp_api.context import current_api, current_caller
from miniapp_api.shown import confirm_when_sent
from services.idempotency import Claim, InProgress, Stored, claim_key, keep_answer, release_key, request_hash

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
WAIT_SECONDS = 3.0
POLL_SECONDS = 0.05

# Given to the work: keep this answer (and the ledger rows it delivers) in this transaction.
Keep = Callable[[Session, BaseModel, Sequence[int]], None]


def once(
    body: BaseModel,
    work: Callable[[str, Keep], BaseModel],
    *,
    again: Callable[[Mapping[str, Any]], BaseModel] | None = None,
) -> BaseModel | dict[str, Any]:
    """Do the work, or give again what it answered the first time under the caller's Idempotency-Key.

    `work` gets a key for its effect, the same for every attempt, and must call `keep` in the transaction of the effect
    (or after it, where the effect itself is safe to repeat under that key). Where what was answered may not be told any
    more, only a reference is kept, and `again` makes the answer of it anew.
    """
    key = key_of_request()
    if key is None:
        return work(new_token(), _keep_nothing)
    claim = _claim_or_wait(key, body)
    if isinstance(claim, Stored):
        _mark_replayed()
        confirm_when_sent(claim.body["delivery_ids"])
        answer = claim.body["answer"]
        return again(answer) if again is not None else dict(answer)

    def keep(session: Session, answer: BaseModel, delivery_ids: Sequence[int]) -> None:
        stored = {"answer": answer.model_dump(mode="json"), "delivery_ids": list(delivery_ids)}
        keep_answer(session, claim, status_code=200, body=stored)

    try:
        return work(claim.effect_key, keep)
    except BaseException:
        release_key(current_api().database, claim)
        raise


def key_of_request() -> str | None:
    """The request's Idempotency-Key, None without one. Raises InvalidInput."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not (8 <= len(key) <= 80 and key.isascii() and all("!" <= sign <= "~" for sign in key)):
        raise InvalidInput(fields={HEADER: "要8到80个英文字母、数字或符号。"})
    return key


def _claim_or_wait(key: str, body: BaseModel) -> Claim | Stored:
    api = current_api()
    wanted = request_hash(request.method, request.path, body.model_dump(mode="json"))
    user_id = current_caller().user_id
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return claim_key(api.database, user_id=user_id, key=key, request_hash=wanted, now=api.clock.now())
        except InProgress:
            if time.monotonic() >= deadline:
                raise
        time.sleep(POLL_SECONDS)


def _mark_replayed() -> None:
    @after_this_request
    def mark(response: Response) -> Response:
        response.headers[REPLAYED] = "true"
        return response


def _keep_nothing(session: Session, answer: BaseModel, delivery_ids: Sequence[int]) -> None:
    """Without a key there is nothing to answer again."""
