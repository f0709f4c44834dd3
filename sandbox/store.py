"""Keeps the state on disk: written soon after each change, replaced in one step, read again at start."""

import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

from sandbox.state import State

SETTLE_SECONDS = 0.2


class Store:
    """The state under one lock. Call `changed` after every change made while holding `lock`."""

    def __init__(self, path: Path | None) -> None:
        self.lock = threading.RLock()
        self.path = path
        self.version = 0
        self._written = 0
        self._wake = threading.Event()
        self._stopping = False
        self._own_folder = path is None
        if path is None:
            self.media_folder = Path(tempfile.mkdtemp(prefix="wechat-sandbox-"))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.media_folder = path.with_suffix(".media")
            self.media_folder.mkdir(exist_ok=True)
        self.state = self._read()
        self._writer = threading.Thread(target=self._write_on_change, name="sandbox-store", daemon=True)
        if path is not None:
            self._writer.start()

    def _read(self) -> State:
        if self.path is None or not self.path.exists():
            return State()
        return State.model_validate_json(self.path.read_bytes())

    def changed(self) -> None:
        with self.lock:
            self.version += 1
        self._wake.set()

    def close(self) -> None:
        """Write what is not written yet and stop."""
        self._stopping = True
        self._wake.set()
        if self._writer.is_alive():
            self._writer.join(timeout=10)
        if self._own_folder:
            shutil.rmtree(self.media_folder, ignore_errors=True)

    def _write_on_change(self) -> None:
        while not self._stopping:
            self._wake.wait()
            self._wake.clear()
            started = time.monotonic()
            self.write()
            if not self._stopping:
                # A large state takes longer to write; keep the writer to a small share of the time.
                time.sleep(SETTLE_SECONDS + 4 * (time.monotonic() - started))
        self.write()

    def write(self) -> None:
        """Write now if anything changed since the last time."""
        if self.path is None:
            return
        with self.lock:
            version = self.version
            if version == self._written:
                return
            document = self.state.model_dump_json()
        fresh = self.path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(document)
        fresh.replace(self.path)
        self._written = version
