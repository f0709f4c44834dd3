"""One effect for one Idempotency-Key: the first answer is kept for a day and given again."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Conflict, InvalidInput
from core.ids import new_token
from models import IdempotencyRecord

KEPT_FOR = timedelta(hours=24)
# Longer than any request may take; after it the process that held the key is taken for dead.
CLAIM_LASTS = timedelta(seconds=60)


class InProgress(Conflict):
    """The same request is being worked on at this moment."""

    code = "idempotency_in_progress"
    default_message = "同一个请求正在处理,请稍后再试。"


class KeyReused(InvalidInput):
    """The key was used for another request."""

    code = "idempotency_key_reused"
    default_message = "这个 Idempotency-Key 已经用在别的请求上,请换一个。"


@dataclass(frozen=True)
class Claim:
    """The right to work on a request. `effect_key` stays the same when a request that died is taken up again."""

    record_id: int
    claimed_at: datetime
    effect_key: str


@dataclass(frozen=True)
class Stored:
    """What was answered the first time."""

    status_code: int
    body: dict[str, Any]


def request_hash(method: str, path: str, body: dict[str, Any]) -> str:
    """What makes two requests the same."""
    canonical = json.dumps([method, path, body], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def claim_key(database: Database, *, user_id: int, key: str, request_hash: str, now: datetime) -> Claim | Stored:
    """Take the key, or get what was answered before. Commits by itself, so that parallel calls see the claim.

    Raises InProgress while another call holds the key, KeyReused where it belongs to another request.
    """
    for _ in range(2):
        try:
            with database.unit_of_work() as session:
                return _claim(session, user_id=user_id, key=key, request_hash=request_hash, now=now)
        except IntegrityError:
            # Another process inserted the same key at this moment: now its row is there.
            continue
    raise InProgress


def _claim(session: Session, *, user_id: int, key: str, request_hash: str, now: datetime) -> Claim | Stored:
    row = session.scalar(
        select(IdempotencyRecord)
        .where(IdempotencyRecord.user_id == user_id, IdempotencyRecord.key == key)
        .with_for_update()
    )
    if row is not None and row.created_at <= now - KEPT_FOR:
        session.delete(row)
        session.flush()
        row = None
    if row is None:
        row = IdempotencyRecord(
            user_id=user_id, key=key, request_hash=request_hash, response={"effect_key": new_token()}, created_at=now
        )
        session.add(row)
        session.flush()
        return Claim(row.id, now, str((row.response or {})["effect_key"]))
    if row.request_hash != request_hash:
        raise KeyReused
    kept = row.response or {}
    if row.status_code is not None:
        return Stored(row.status_code, kept["body"])
    if not kept.get("is_free") and row.created_at > now - CLAIM_LASTS:
        raise InProgress
    row.created_at = now
    row.response = {"effect_key": kept["effect_key"]}
    return Claim(row.id, now, str(kept["effect_key"]))


def keep_answer(session: Session, claim: Claim, *, status_code: int, body: dict[str, Any]) -> None:
    """Keep the answer, in the transaction of the effect where there is one.

    Raises InProgress where the claim was lost to another call meanwhile, so that the effect is rolled back.
    """
    row = session.get(IdempotencyRecord, claim.record_id, with_for_update=True)
    if row is None or row.created_at != claim.claimed_at or row.status_code is not None:
        raise InProgress
    row.status_code, row.response = status_code, {"body": body}
    session.flush()


def release_key(database: Database, claim: Claim) -> None:
    """The request failed: the next call with this key may try again at once."""
    with database.unit_of_work() as session:
        row = session.get(IdempotencyRecord, claim.record_id, with_for_update=True)
        if row is not None and row.created_at == claim.claimed_at and row.status_code is None:
            row.response = {"effect_key": claim.effect_key, "is_free": True}


def delete_expired_keys(session: Session, *, now: datetime) -> None:
    """Forget answers older than a day."""
    session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.created_at <= now - KEPT_FOR))
