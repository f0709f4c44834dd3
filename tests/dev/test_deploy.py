"""The deployment files: no container or service manager runs here, so they are read and checked by rules."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


def dockerfile() -> list[str]:
    """Its instructions, continued lines joined, comments left out."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def test_every_base_image_is_pinned_to_a_full_version() -> None:
    bases = [line.split()[1] for line in dockerfile() if line.startswith("FROM")]

    assert len(bases) == 2
    assert all(re.search(r":\d+\.\d+\.\d+-", base) for base in bases)


def test_the_image_runs_as_nobody_special_and_tells_its_health() -> None:
    lines = dockerfile()
    last_user = [line for line in lines if line.startswith("USER")][-1]

    assert last_user == "USER zhiqiao"
    assert lines.index(last_user) < next(at for at, line in enumerate(lines) if line.startswith("CMD"))
    assert any(line.startswith("HEALTHCHECK") and "/healthz" in line for line in lines)


@pytest.mark.parametrize("file", [DEPLOY / "Dockerfile", DEPLOY / "compose.yaml", *UNITS], ids=lambda path: path.name)
def test_no_secret_is_written_down(file: Path) -> None:
    assigned = re.findall(r"(?:SECRET|TOKEN|KEY|PASSWORD)\w*\s*[=:]\s*(\S+)", file.read_text(encoding="utf-8"))

    # ${NAME:?…} takes the value from outside and refuses to start without it.
    assert [value for value in assigned if not value.startswith(("${", "?"))] == []


def test_what_must_not_be_in_an_image_is_kept_out() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

    assert {".git", ".venv", ".env", "*.env", "var"} <= set(ignored)


def test_every_service_of_the_compose_file_is_pinned_restarted_and_checked() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]

    for name, service in services.items():
        pinned = service["image"] == "zhiqiao" or re.search(r":\d+\.\d+", service["image"])
        assert pinned, name
        assert service["restart"] == ("no" if name == "setup" else "unless-stopped"), name
        if service["image"] == "zhiqiao":
            assert service["cap_drop"] == ["ALL"] and service["read_only"], name
            assert service["env_file"] == ["zhiqiao.env"], name
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:8000:8000"]


def test_whatever_needs_the_tables_waits_for_setup() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]

    for name in services.keys() - {"db", "valkey", "setup"}:
        assert services[name]["depends_on"]["setup"]["condition"] == "service_completed_successfully", name


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """Paths of the installed service are replaced by ones that exist here: verify looks whether programs are there."""
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        text = re.sub(r"/opt/zhiqiao/\.venv/bin/\w+", "/bin/true", text)
        (tmp_path / unit.name).write_text(text.replace("WorkingDirectory=/opt/zhiqiao", "WorkingDirectory=/"))
    shutil.copy(tmp_path / "zhiqiao-worker@.service", tmp_path / "zhiqiao-worker@turns.service")
    names = [str(tmp_path / unit.name) for unit in UNITS if "@" not in unit.name]

    answer = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", *names, str(tmp_path / "zhiqiao-worker@turns.service")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert [line for line in answer.stderr.splitlines() if "zhiqiao" in line] == []
    assert answer.returncode == 0


def test_units_run_without_privileges_and_start_again() -> None:
    for unit in (path for path in UNITS if path.suffix == ".service"):
        text = unit.read_text(encoding="utf-8")
        assert "User=zhiqiao" in text and "NoNewPrivileges=yes" in text and "ProtectSystem=strict" in text, unit.name
        assert "Restart=always" in text or "Type=oneshot" in text, unit.name
