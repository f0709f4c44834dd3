"""Making the virtual environment: with what the machine has, or with a message that says what it lacks."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


def make_venv(tmp_path: Path, pythons: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the script where only the given interpreters (name to shell script) can be found."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "rm"):
        (folder / name).symlink_to(f"/bin/{name}")
    for name, script in pythons.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return subprocess.run(
        ["/bin/sh", str(ROOT / "dev" / "make_venv.sh"), str(tmp_path / "venv")],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("pythons", [{}, {"python3": "exit 1"}], ids=["none", "too old"])
def test_without_a_new_enough_python_both_languages_say_so(tmp_path: Path, pythons: dict[str, str]) -> None:
    answer = make_venv(tmp_path, pythons)

    assert answer.returncode == 1
    assert "需要 Python 3.11 或更新的版本" in answer.stderr
    assert "Python 3.11 or newer is required" in answer.stderr


def test_a_python_without_venv_is_named_with_the_package_to_install(tmp_path: Path) -> None:
    answer = make_venv(tmp_path, {"python3.11": 'case "$2" in *ensurepip*) exit 1;; esac'})

    assert answer.returncode == 1
    assert "python3.11 缺少 venv 模块" in answer.stderr
    assert "apt install python3-venv" in answer.stderr


@pytest.mark.slow
def test_a_broken_environment_is_made_anew_and_a_good_one_is_kept(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").write_text("not a program")
    real = sys._base_executable  # type: ignore[attr-defined]

    first = make_venv(tmp_path, {"python3.12": f'exec "{real}" "$@"'})
    assert first.returncode == 0, first.stderr
    made_at = (venv / "pyvenv.cfg").stat().st_mtime_ns
    second = subprocess.run(
        ["/bin/sh", str(ROOT / "dev" / "make_venv.sh"), str(venv)], capture_output=True, text=True, check=False
    )

    assert second.returncode == 0
    assert second.stdout == ""
    assert (venv / "pyvenv.cfg").stat().st_mtime_ns == made_at
