"""The environment of a development run: secrets made once, ports that are free, one place for what the parts share."""

import json
import os
import secrets
import socket
import string
from collections.abc import Mapping
from pathlib import Path

DEFAULT_PORTS = {"web": 8000, "sandbox": 8900, "valkey": 6380}
PORTS_TRIED = 200
LETTERS = string.ascii_letters + string.digits


class EnvironmentFileError(RuntimeError):
    """A line of an environment file cannot be read; the message names file and line."""


def _code(length: int, alphabet: str = LETTERS) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _new_secrets() -> dict[str, str]:
    hexadecimal = "0123456789abcdef"
    return {
        "SECRET_KEY": _code(48),
        "WECHAT_OFFICIAL_APP_ID": "wx" + _code(16, hexadecimal),
        "WECHAT_OFFICIAL_APP_SECRET": _code(32, hexadecimal),
        "WECHAT_OFFICIAL_TOKEN": _code(24),
        "WECHAT_OFFICIAL_AES_KEY": _code(43),
        "WECHAT_OFFICIAL_ORIGINAL_ID": "gh_" + _code(12, hexadecimal),
        "WECHAT_MINIPROGRAM_APP_ID": "wx" + _code(16, hexadecimal),
        "WECHAT_MINIPROGRAM_APP_SECRET": _code(32, hexadecimal),
        "WECHAT_MINIPROGRAM_TOKEN": _code(24),
        "WECHAT_MINIPROGRAM_AES_KEY": _code(43),
        "DEVELOPMENT_STAFF_PASSWORD": "-".join(_code(4, "abcdefghjkmnpqrstuvwxyz23456789") for _ in range(3)),
    }


def development_secrets(path: Path) -> dict[str, str]:
    """What `path` holds, made at the first run and completed where a newer version needs more; readable by us only."""
    held = read_environment_file(path) if path.exists() else {}
    missing = {name: value for name, value in _new_secrets().items() if name not in held}
    if missing:
        path.parent.mkdir(parents=True, exist_ok=True)
        values = held | missing
        partial = path.with_name(path.name + ".partial")
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write("# Made for development on this machine; delete the file to get new ones.\n")
            file.writelines(f"{name}={value}\n" for name, value in values.items())
        partial.replace(path)
        return values
    return held


def read_environment_file(path: Path) -> dict[str, str]:
    """NAME=value lines; blank lines and # comments are skipped, quotes around a value are taken off."""
    values: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        name, separator, value = text.partition("=")
        if not separator or not name.strip().isidentifier():
            raise EnvironmentFileError(f"{path.name} 第{number}行看不懂,应是 NAME=value。")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        values[name.strip()] = value
    return values


def choose_ports(path: Path) -> dict[str, int]:
    """A free port for each server: last time's, else the usual one, else the next free; remembered in `path`."""
    remembered: dict[str, int] = {}
    if path.exists():
        try:
            remembered = {name: int(port) for name, port in json.loads(path.read_text()).items()}
        except (ValueError, AttributeError, TypeError):
            remembered = {}
    ports: dict[str, int] = {}
    for name, usual in DEFAULT_PORTS.items():
        first = remembered.get(name, usual)
        wanted = [first, *range(usual, usual + PORTS_TRIED)]
        ports[name] = next(port for port in wanted if port not in ports.values() and is_free(port))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(ports))
    return ports


def is_free(port: int) -> bool:
    """Whether a server of ours could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def build_environment(root: Path, var: Path, inherited: Mapping[str, str], ports: Mapping[str, int]) -> dict[str, str]:
    """Everything the parts read; each source yields to the next: this run's addresses, the secrets of `var`, `.env`
    of `root`, the caller's own.

    Where the caller gives REDIS_URL or WECHAT_API_BASE_URL, those are used and nothing of ours is started for them.
    """
    own_settings = read_environment_file(root / ".env") if (root / ".env").exists() else {}
    return {
        "REDIS_URL": f"redis://127.0.0.1:{ports['valkey']}/0",
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{ports['web']}",
        "WECHAT_API_BASE_URL": f"http://127.0.0.1:{ports['sandbox']}",
        "PROMETHEUS_MULTIPROC_DIR": str(var / "metrics"),
        "PYTHONUNBUFFERED": "1",
        **development_secrets(var / "development.env"),
        **{name: value for name, value in own_settings.items() if value},
        **inherited,
        # Product and sandbox talk over loopback: never through a proxy that the caller may have set for the rest.
        "NO_PROXY": ",".join(filter(None, [inherited.get("NO_PROXY"), "127.0.0.1,localhost"])),
        "no_proxy": ",".join(filter(None, [inherited.get("no_proxy"), "127.0.0.1,localhost"])),
        "ENVIRONMENT": "development",
        "VAR_DIR": str(var),
    }
