"""A time-stamp authority of this machine, for development and tests: real RFC 3161 by `openssl ts`, no legal weight."""

import fcntl
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.timestamp import TokenChecker, build_query
from core.timestamps import TimeStamp, TimestampError

NAME = "本机授时(演示数据,无法律效力)"
SECONDS = 20
# Without `certs`: with it openssl writes a set out of order, which strict readers refuse.
TSA_CONFIGURATION = """
[tsa]
default_tsa = local
[local]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
REQUEST_CONFIGURATION = """
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[tsa]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


class LocalTimestampAuthority:
    """Makes its keys in `folder` the first time; processes of one machine share them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._made: TokenChecker | None = None

    @property
    def roots_pem(self) -> bytes:
        return self._checker().roots_pem

    def stamp(self, digest: bytes) -> TimeStamp:
        """A checked token for this SHA-256. Raises TimestampError."""
        nonce = secrets.randbits(63)
        return self._checker().check(self.reply(build_query(digest, nonce)), digest, nonce)

    def check(self, token: bytes, digest: bytes) -> TimeStamp:
        """What a token of this authority proves. Raises TimestampInvalid."""
        return self._checker().check(token, digest)

    def reply(self, query: bytes) -> bytes:
        """The TimeStampResp to a TimeStampReq, as the authority's server would send it."""
        self._checker()
        # openssl reads and writes the serial without a lock of its own.
        with self._alone(), tempfile.TemporaryDirectory() as scratch:
            asked, answered = Path(scratch) / "query", Path(scratch) / "reply"
            asked.write_bytes(query)
            _openssl("ts", "-reply", "-config", str(self._folder / "tsa.cnf"), "-queryfile", str(asked),
                     "-out", str(answered))  # fmt: skip
            return answered.read_bytes()

    def _checker(self) -> TokenChecker:
        if self._made is None:
            with self._alone():
                if not (self._folder / "serial").exists():
                    _make_keys(self._folder)
            self._made = TokenChecker((self._folder / "ca.pem").read_bytes(), NAME)
        return self._made

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self._folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _make_keys(folder: Path) -> None:
    """A root and a signer below it, ten years each; the serial is written last and says that all is there."""
    (folder / "req.cnf").write_text(REQUEST_CONFIGURATION)
    (folder / "tsa.cnf").write_text(TSA_CONFIGURATION.format(folder=folder))
    common = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", str(folder / "req.cnf"))
    _openssl("req", "-x509", *common, "-days", "3650", "-subj", "/CN=Local time stamp root (demonstration)",
             "-extensions", "ca", "-keyout", str(folder / "ca.key"), "-out", str(folder / "ca.pem"))  # fmt: skip
    _openssl("req", *common, "-subj", "/CN=Local time stamp signer (demonstration)",
             "-keyout", str(folder / "tsa.key"), "-out", str(folder / "tsa.csr"))  # fmt: skip
    _openssl("x509", "-req", "-in", str(folder / "tsa.csr"), "-CA", str(folder / "ca.pem"),
             "-CAkey", str(folder / "ca.key"), "-set_serial", "2", "-days", "3650", "-sha256",
             "-extfile", str(folder / "req.cnf"), "-extensions", "tsa", "-out", str(folder / "tsa.pem"))  # fmt: skip
    (folder / "serial").write_text("01\n")


def _openssl(*arguments: str) -> None:
    program = shutil.which("openssl")
    if program is None:
        raise TimestampError("openssl is not installed")
    try:
        done = subprocess.run([program, *arguments], capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TimestampError(type(error).__name__) from error
    if done.returncode != 0:
        raise TimestampError(f"openssl {arguments[0]} ended with {done.returncode}")
