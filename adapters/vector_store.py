"""Vectors kept by the hash of their text, in two files that only grow: computed once, read by every process."""

import fcntl
import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

KEY_BYTES = 16


class Model(Protocol):
    """Whoever makes vectors: those of one name may be compared."""

    dimensions: int
    name: str


class VectorStore:
    """Unit vectors of one model under `folder`. Any number of readers; writers queue on a lock.

    Keys and vectors lie in two files, row for row. A writer that was cut off leaves a tail that the next one cuts away.
    """

    def __init__(self, folder: Path, *, model: str, dimensions: int) -> None:
        self.dimensions = dimensions
        self._folder = folder
        self._keys_path = folder / f"{model}.keys"
        self._vectors_path = folder / f"{model}.float16"
        self._row_bytes = 2 * dimensions
        self._lock = threading.Lock()
        self._rows: dict[bytes, int] = {}

    @classmethod
    def beside(cls, var_dir: Path, embedder: Model, *, part: str = "") -> "VectorStore":
        """The store of this embedder's vectors in the folder of a deployment's data; a `part` is a store of its own."""
        return cls(var_dir.resolve() / "vectors" / part, model=embedder.name, dimensions=embedder.dimensions)

    def find(self, texts: Sequence[str], *, kind: str) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """A row for each text, and whether it is known; unknown ones are zeros."""
        self._refresh()
        rows = [self._rows.get(_key(text, kind)) for text in texts]
        known = np.array([row is not None for row in rows], dtype=bool)
        found = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        if known.any():
            stored = np.memmap(self._vectors_path, dtype=np.float16, mode="r").reshape(-1, self.dimensions)
            found[known] = stored[[row for row in rows if row is not None]]
        return found, known

    def missing(self, texts: Sequence[str], *, kind: str) -> list[str]:
        """Texts without a vector, each once, in the order given."""
        self._refresh()
        return [text for text in dict.fromkeys(texts) if _key(text, kind) not in self._rows]

    def add(self, texts: Sequence[str], vectors: Sequence[Sequence[float]], *, kind: str) -> None:
        """Keep a vector for each text; one that is known stays as it is."""
        with self._writing():
            self._refresh()
            fresh = {
                _key(text, kind): vector
                for text, vector in zip(texts, vectors, strict=True)
                if _key(text, kind) not in self._rows
            }
            if not fresh:
                return
            with self._vectors_path.open("ab") as file:
                file.write(np.array(list(fresh.values()), dtype=np.float16).tobytes())
            with self._keys_path.open("ab") as file:
                file.write(b"".join(fresh))

    def keep_only(self, texts: Mapping[str, Iterable[str]]) -> int:
        """Forget the vectors of all but these texts, by kind; answers how many went. For a store that one process
        reads: another would look in the wrong rows."""
        wanted = {_key(text, kind) for kind, listed in texts.items() for text in listed}
        with self._writing():
            self._refresh()
            kept = [(key, row) for key, row in self._rows.items() if key in wanted]
            gone = len(self._rows) - len(kept)
            if not gone:
                return 0
            stored = np.fromfile(self._vectors_path, dtype=np.float16).reshape(-1, self.dimensions)
            fresh = self._vectors_path.with_suffix(".fresh")
            stored[[row for _, row in kept]].tofile(fresh)
            # Keys first and last: cut off in between there are vectors that nobody has the key of, and they are made
            # anew.
            self._keys_path.write_bytes(b"")
            fresh.replace(self._vectors_path)
            self._keys_path.write_bytes(b"".join(key for key, _ in kept))
            with self._lock:
                self._rows = {key: row for row, (key, _) in enumerate(kept)}
            return gone

    def _refresh(self) -> None:
        try:
            size = self._keys_path.stat().st_size
        except FileNotFoundError:
            return
        with self._lock:
            done = len(self._rows)
            if size // KEY_BYTES <= done:
                return
            with self._keys_path.open("rb") as file:
                file.seek(done * KEY_BYTES)
                data = file.read(size - size % KEY_BYTES - done * KEY_BYTES)
            for number, start in enumerate(range(0, len(data), KEY_BYTES), start=done):
                self._rows[data[start : start + KEY_BYTES]] = number

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "writer.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._cut_tails()
            yield

    def _cut_tails(self) -> None:
        """The vectors are written first: what has no whole key yet was never promised to anybody."""
        if not self._vectors_path.exists():
            return
        keys = self._keys_path.stat().st_size // KEY_BYTES if self._keys_path.exists() else 0
        rows = min(keys, self._vectors_path.stat().st_size // self._row_bytes)
        for path, length in ((self._keys_path, rows * KEY_BYTES), (self._vectors_path, rows * self._row_bytes)):
            if path.exists() and path.stat().st_size != length:
                with path.open("r+b") as file:
                    file.truncate(length)


def _key(text: str, kind: str) -> bytes:
    return hashlib.blake2b(f"{kind}\x1f{text}".encode(), digest_size=KEY_BYTES).digest()
