"""Files on this machine's disk: whole or not there, readable by our own user only."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from core.files import CHUNK, FileMissing, FileStoreError, check_storage_key


class LocalFiles:
    """Each file lies under `folder`/its key's first two letters/its key, without a name or a type of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, content: IO[bytes], *, size: int, sha256: str) -> None:
        """Keep what `content` holds from its present position; a crash leaves nothing that could be read."""
        path = self._path(key)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(path, content, size, sha256)
        except OSError as error:
            raise FileStoreError(type(error).__name__) from error

    def _write(self, path: Path, content: IO[bytes], size: int, sha256: str) -> None:
        # mkstemp makes it 0600: no other user of the machine may read it.
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=".partial-")
        try:
            with open(handle, "wb") as file:
                digest, written = hashlib.sha256(), 0
                while chunk := content.read(CHUNK):
                    digest.update(chunk)
                    written += file.write(chunk)
                if written != size or digest.hexdigest() != sha256:
                    raise FileStoreError("what came is not what was announced")
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)

    def read(self, key: str) -> Iterator[bytes]:
        """The file in pieces. Raises FileMissing at the call, not at the first piece."""
        try:
            file = open(self._path(key), "rb")  # noqa: SIM115 (closed by whoever reads it to the end)
        except FileNotFoundError:
            raise FileMissing("no such file") from None
        except OSError as error:
            raise FileStoreError(type(error).__name__) from error
        return _pieces(file)

    def delete(self, key: str) -> None:
        """Remove the file; one that is not there is removed already."""
        path = self._path(key)
        try:
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                _sync_folder(path.parent)
        except OSError as error:
            raise FileStoreError(type(error).__name__) from error

    def _path(self, key: str) -> Path:
        return self._folder / check_storage_key(key)[:2] / key


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


def _sync_folder(folder: Path) -> None:
    """A rename is on the disk only once its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
