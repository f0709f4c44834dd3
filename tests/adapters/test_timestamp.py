"""Every authority keeps the one contract: a token that proves this hash and no other, or an error."""

import hashlib
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.timestamp import HttpTimestampAuthority, NoTimestampAuthority, build_query
from adapters.timestamp_local import LocalTimestampAuthority
from core.timestamps import TimestampError, TimestampInvalid
from services.ports import TimestampAuthority
from tests.support.authority_server import AuthorityServer
from tests.support.s3_server import serving

DIGEST, OTHER = hashlib.sha256(b"drawing").digest(), hashlib.sha256(b"forged").digest()


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> LocalTimestampAuthority:
    return LocalTimestampAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(local: LocalTimestampAuthority) -> Iterator[AuthorityServer]:
    server = AuthorityServer(local)
    with serving(server):
        yield server


@pytest.fixture(params=["local", "http"])
def authority(request: pytest.FixtureRequest, local: LocalTimestampAuthority) -> TimestampAuthority:
    if request.param == "local":
        return local
    server = request.getfixturevalue("server")
    return HttpTimestampAuthority(server.url, local.roots_pem, "演示授时")


def test_a_token_proves_its_hash_and_its_time(authority):
    stamp = authority.stamp(DIGEST)

    assert abs(stamp.at - datetime.now(UTC)) < timedelta(seconds=10)
    assert stamp.serial and stamp.policy and stamp.authority
    assert authority.check(stamp.token, DIGEST) == stamp


def test_a_token_proves_nothing_else(authority, tmp_path):
    stamp = authority.stamp(DIGEST)
    stranger = LocalTimestampAuthority(tmp_path / "stranger")

    for token, digest in (
        (stamp.token, OTHER), (b"", DIGEST), (b"junk", DIGEST), (stamp.token[:-9], DIGEST),
        (stranger.stamp(DIGEST).token, DIGEST),
    ):  # fmt: skip
        with pytest.raises(TimestampInvalid):
            authority.check(token, digest)


def test_a_token_whose_time_or_signature_was_changed_is_refused(authority):
    token = authority.stamp(DIGEST).token
    year = token.index(datetime.now(UTC).strftime("%Y%m%d").encode())

    for place in (year + 3, len(token) - 5):
        changed = bytearray(token)
        changed[place] ^= 1
        with pytest.raises(TimestampInvalid):
            authority.check(bytes(changed), DIGEST)


def test_openssl_alone_verifies_a_token_with_the_root(authority, tmp_path: Path):
    stamp = authority.stamp(DIGEST)
    (tmp_path / "token.tsr").write_bytes(stamp.token)
    (tmp_path / "root.pem").write_bytes(authority.roots_pem)

    def verify(digest: bytes) -> str:
        command = ["openssl", "ts", "-verify", "-in", "token.tsr", "-digest", digest.hex(), "-CAfile", "root.pem"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout

    assert "Verification: OK" in verify(DIGEST)
    assert "Verification: FAILED" in verify(OTHER)


def test_stamps_at_one_time_have_numbers_of_their_own(tmp_path):
    def stamp(_: int) -> str:
        return LocalTimestampAuthority(tmp_path / "shared").stamp(DIGEST).serial

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(stamp, range(4)))) == 4


@pytest.mark.parametrize("fails", ["junk", "endless", "down"])
def test_an_authority_that_fails_is_an_error_to_be_tried_again(server, local, fails):
    server.fails = fails

    with pytest.raises(TimestampError):
        HttpTimestampAuthority(server.url, local.roots_pem, "演示授时").stamp(DIGEST)


def test_an_old_answer_is_not_taken_for_a_new_one(server, local):
    server.fails = "another"
    authority = HttpTimestampAuthority(server.url, local.roots_pem, "演示授时")
    authority.stamp(DIGEST)

    with pytest.raises(TimestampInvalid):
        authority.stamp(DIGEST)


def test_no_authority_stamps_nothing_and_believes_nothing(local):
    nobody = NoTimestampAuthority()

    with pytest.raises(TimestampError):
        nobody.stamp(DIGEST)
    with pytest.raises(TimestampInvalid):
        nobody.check(local.stamp(DIGEST).token, DIGEST)
    with pytest.raises(TimestampError):
        HttpTimestampAuthority("http://127.0.0.1:1/", local.roots_pem, "不在").stamp(DIGEST)


def test_only_a_sha256_is_asked_for():
    with pytest.raises(ValueError, match="SHA-256"):
        build_query(b"short", 1)
