"""The real parts that stand in for the outside world on one machine: disk, openssl's authority, the local office."""

from pathlib import Path
from typing import TypedDict

from adapters.files_local import LocalFiles
from adapters.notary_local import LocalNotary
from adapters.timestamp_local import LocalTimestampAuthority
from core.clock import Clock


class Outside(TypedDict):
    files: LocalFiles
    timestamps: LocalTimestampAuthority
    notary: LocalNotary


def make_outside(folder: Path, clock: Clock) -> Outside:
    """What Resources need of it, all under `folder`."""
    return {
        "files": LocalFiles(folder / "files"),
        "timestamps": LocalTimestampAuthority(folder / "timestamp-authority"),
        "notary": LocalNotary(folder / "notary", clock.now),
    }
