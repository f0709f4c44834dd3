"""Every file store keeps the one contract: whole or not there, by key only, deleting twice is deleting."""

import hashlib
import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.files_local import LocalFiles
from adapters.files_s3 import S3Files, sign
from core.files import FileMissing, FileStoreError, new_storage_key
from services.ports import FileStore
from tests.support.s3_server import ACCESS_KEY, BUCKET, REGION, SECRET_KEY, S3Server, serving

LARGE = os.urandom(300_000)


@pytest.fixture
def s3() -> Iterator[S3Server]:
    server = S3Server()
    with serving(server):
        yield server


def s3_files(server: S3Server, **changes) -> S3Files:
    values = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "region": REGION} | changes
    return S3Files(server.url, BUCKET, **values)


@pytest.fixture(params=["disk", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "disk":
        return LocalFiles(tmp_path / "files")
    return s3_files(request.getfixturevalue("s3"))


def put(files: FileStore, content: bytes, key: str = "") -> str:
    key = key or new_storage_key()
    files.put(key, io.BytesIO(content), size=len(content), sha256=hashlib.sha256(content).hexdigest())
    return key


@pytest.mark.parametrize("content", [b"", b"a", LARGE], ids=["empty", "small", "large"])
def test_what_was_put_is_read_byte_for_byte(files, content):
    assert b"".join(files.read(put(files, content))) == content


def test_putting_again_under_a_key_leaves_the_later_one(files):
    key = put(files, b"first")
    put(files, b"second", key)

    assert b"".join(files.read(key)) == b"second"


def test_what_was_deleted_is_missing_and_deleting_it_again_is_fine(files):
    key = put(files, b"gone")
    files.delete(key)
    files.delete(key)

    with pytest.raises(FileMissing):
        files.read(key)


def test_a_missing_file_is_said_at_once(files):
    with pytest.raises(FileMissing):
        files.read(new_storage_key())


@pytest.mark.parametrize("announced", [{"size": 3}, {"sha256": "0" * 64}], ids=["other size", "other hash"])
def test_what_is_not_as_announced_is_not_kept(files, announced):
    key, content = new_storage_key(), b"whole"
    true = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    with pytest.raises(FileStoreError):
        files.put(key, io.BytesIO(content), **{**true, **announced})
    with pytest.raises(FileMissing):
        files.read(key)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "a" * 31, "A" * 32, "a" * 31 + "/", "a" * 32 + "\n"])
def test_no_other_name_reaches_the_store(files, key):
    for use in (files.read, files.delete, lambda odd: put(files, b"x", odd or "-")):
        with pytest.raises(FileMissing):
            use(key)


def test_on_disk_only_our_own_user_reads_and_no_half_file_is_left(tmp_path):
    files = LocalFiles(tmp_path / "files")
    put(files, b"private")

    class Torn(io.BytesIO):
        def read(self, count: int | None = -1) -> bytes:
            raise OSError("the client went away")

    with pytest.raises(FileStoreError):
        files.put(new_storage_key(), Torn(), size=1, sha256="0" * 64)
    found = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert [path.stat().st_mode & 0o777 for path in found] == [0o600]


def test_a_disk_that_cannot_be_written_is_a_store_error(tmp_path):
    (tmp_path / "files").write_text("a file where the folder should be")

    with pytest.raises(FileStoreError):
        put(LocalFiles(tmp_path / "files"), b"x")


def test_the_bucket_refuses_another_secret_region_or_an_old_signature(s3):
    late = datetime.now(UTC) - timedelta(hours=1)
    for files in (
        s3_files(s3, secret_key="guessed"), s3_files(s3, region="elsewhere"), s3_files(s3, access_key="who"),
        s3_files(s3, now=lambda: late),
    ):  # fmt: skip
        with pytest.raises(FileStoreError, match="403"):
            put(files, b"x")
    assert s3.objects == {}


def test_a_bucket_that_is_down_or_away_is_a_store_error(s3):
    files = s3_files(s3)
    key = put(files, b"x")
    s3.is_broken = True
    away = S3Files("http://127.0.0.1:1", BUCKET, ACCESS_KEY, SECRET_KEY, REGION)
    for each in (files, away):
        for use in (each.read, each.delete, lambda key, each=each: put(each, b"y", key)):
            with pytest.raises(FileStoreError) as refused:
                use(key)
            assert not isinstance(refused.value, FileMissing)


@pytest.mark.parametrize(
    ("query", "signature"),
    [
        ("lifecycle=", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)
def test_the_signature_is_that_of_the_documentations_examples(query, signature):
    headers = sign(
        "GET", f"https://examplebucket.s3.amazonaws.com/?{query}", hashlib.sha256(b"").hexdigest(),
        at=datetime(2013, 5, 24, tzinfo=UTC), access_key="AKIAIOSFODNN7EXAMPLE",
        secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region="us-east-1",
    )  # fmt: skip

    assert headers["Authorization"].endswith(f"Signature={signature}")
