"""A notary's office of this machine, for development and tests. What it gives out says that it is a demonstration."""

import fcntl
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from core.notary import NotaryError, NotaryFiling, NotaryReceipt, NotaryState

NAME = "演示公证处(演示数据)"
LETTERS = "YSGZ"


class LocalNotary:
    """Has a filing at the first call and certifies it at the next one, kept as a file each in `folder`."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now

    def submit(self, filing: NotaryFiling) -> NotaryReceipt:
        """The receipt, the same number for the same key. Raises NotaryError for a key that came with another hash."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{hashlib.sha256(filing.key.encode()).hexdigest()}.json"
        with open(self._folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            held = json.loads(path.read_text()) if path.exists() else None
            if held is not None and held["sha256"] != filing.sha256:
                raise NotaryError("this key is taken by another filing")
            number = held["number"] if held else f"{LETTERS}{len(list(self._folder.glob('*.json'))) + 1:06d}"
            state = NotaryState.CERTIFIED if held else NotaryState.RECEIVED
            receipt = NotaryReceipt(
                number=number,
                state=state,
                office=NAME,
                at=self._now(),
                certificate=f"({self._now().year})演示证字第{number[-6:]}号" if held else "",
            )
            kept = {**asdict(receipt), "at": receipt.at.isoformat(), "sha256": filing.sha256}
            path.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        return receipt
