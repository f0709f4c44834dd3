"""The environment of a development run: made once, private, and on ports that are free."""

import json
import socket
from pathlib import Path

import pytest

from core.config import Settings
from dev.environment import (
    EnvironmentFileError,
    build_environment,
    choose_ports,
    development_secrets,
    is_free,
    read_environment_file,
)

PORTS = {"web": 8000, "sandbox": 8900, "valkey": 6380}


def test_secrets_are_made_once_and_readable_by_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "development.env"

    first = development_secrets(path)

    assert development_secrets(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert development_secrets(tmp_path / "other.env")["SECRET_KEY"] != first["SECRET_KEY"]


def test_a_file_of_an_older_version_is_completed_and_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "development.env"
    path.write_text("SECRET_KEY=mine\n")

    values = development_secrets(path)

    assert values["SECRET_KEY"] == "mine"
    assert len(values["WECHAT_OFFICIAL_AES_KEY"]) == 43
    assert read_environment_file(path) == values
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_development_environment_satisfies_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in build_environment(tmp_path, tmp_path / "var", {}, PORTS).items():
        monkeypatch.setenv(name, value)

    settings = Settings.from_env()

    assert settings.wechat_official_mode == "safe"
    assert settings.uses_wechat_sandbox
    assert settings.redis_url == "redis://127.0.0.1:6380/0"
    assert settings.var_dir == tmp_path / "var"


def test_a_callers_value_goes_before_the_env_file_and_that_before_ours(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# real account\nWECHAT_OFFICIAL_APP_ID='wx1'\nREDIS_URL=redis://b:1/0\nCHAT_MODEL=\n"
    )

    environment = build_environment(
        tmp_path, tmp_path / "var", {"REDIS_URL": "redis://a:1/0", "ENVIRONMENT": "production"}, PORTS
    )

    assert environment["REDIS_URL"] == "redis://a:1/0"
    assert environment["WECHAT_OFFICIAL_APP_ID"] == "wx1"
    assert "CHAT_MODEL" not in environment
    assert environment["ENVIRONMENT"] == "development"


def test_loopback_is_kept_from_proxies_and_the_callers_exceptions_stay(tmp_path: Path) -> None:
    environment = build_environment(tmp_path, tmp_path / "var", {"NO_PROXY": "example.com"}, PORTS)

    assert environment["NO_PROXY"] == "example.com,127.0.0.1,localhost"


def test_a_line_that_is_no_setting_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.env"
    path.write_text("A=1\nthis is wrong\n")

    with pytest.raises(EnvironmentFileError, match=r"broken\.env 第2行"):
        read_environment_file(path)


def test_ports_are_remembered_and_a_taken_one_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    first = choose_ports(path)

    assert choose_ports(path) == first
    assert len(set(first.values())) == 3

    with socket.socket() as other:
        other.bind(("127.0.0.1", first["web"]))
        other.listen()
        second = choose_ports(path)

    assert second["web"] != first["web"]
    assert {name: second[name] for name in ("sandbox", "valkey")} == {
        name: first[name] for name in ("sandbox", "valkey")
    }
    assert is_free(second["web"])


def test_a_damaged_file_of_ports_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    path.write_text("[not json")

    ports = choose_ports(path)

    assert json.loads(path.read_text()) == ports
