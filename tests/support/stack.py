"""The whole product as real processes on free ports: Valkey, web, workers, scheduler, sandbox; each can be killed."""

import os
import secrets
import shutil
import signal
import string
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

from dev.servers import Valkey, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 60
AES_ALPHABET = string.ascii_letters + string.digits


def new_environment(
    folder: Path, *, database_url: str, web_port: int, sandbox_port: int, redis_url: str
) -> dict[str, str]:
    """Settings of one stack: safe mode, fresh secrets, everything under `folder`."""

    def aes_key() -> str:
        return "".join(secrets.choice(AES_ALPHABET) for _ in range(43))

    return {
        **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}},
        "PYTHONPATH": str(ROOT),
        "ENVIRONMENT": "development",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "VAR_DIR": str(folder),
        "SECRET_KEY": secrets.token_hex(32),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{web_port}",
        "LOG_LEVEL": "INFO",
        "WECHAT_API_BASE_URL": f"http://127.0.0.1:{sandbox_port}",
        "WECHAT_OFFICIAL_APP_ID": "wxsim0000000000a1",
        "WECHAT_OFFICIAL_APP_SECRET": secrets.token_hex(16),
        "WECHAT_OFFICIAL_TOKEN": secrets.token_hex(8),
        "WECHAT_OFFICIAL_AES_KEY": aes_key(),
        "WECHAT_OFFICIAL_MODE": "safe",
        "WECHAT_OFFICIAL_ORIGINAL_ID": "gh_zhiqiao",
        "WECHAT_MINIPROGRAM_APP_ID": "wxsim0000000000b2",
        "WECHAT_MINIPROGRAM_APP_SECRET": secrets.token_hex(16),
        "WECHAT_MINIPROGRAM_TOKEN": secrets.token_hex(8),
        "WECHAT_MINIPROGRAM_AES_KEY": aes_key(),
    }


class Stack:
    """Start, kill and start again each part; ask the sandbox what the user sees."""

    def __init__(self, folder: Path, *, database_url: str, web_workers: int = 2) -> None:
        self.folder = folder
        self.web_port, self.sandbox_port = free_port(), free_port()
        self.web_url = f"http://127.0.0.1:{self.web_port}"
        self.sandbox_url = f"http://127.0.0.1:{self.sandbox_port}"
        self.web_workers = web_workers
        self.valkey = Valkey(folder / "valkey", free_port())
        self.environment = new_environment(
            folder,
            database_url=database_url,
            web_port=self.web_port,
            sandbox_port=self.sandbox_port,
            redis_url=self.valkey.url,
        )
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def commands(self) -> dict[str, list[str]]:
        python = sys.executable
        return {
            "sandbox": [python, "-m", "sandbox", "--port", str(self.sandbox_port), "--target", self.web_url,
                        "--state", str(self.folder / "sandbox.json")],
            "web": [python, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{self.web_port}",
                    "--worker-class", "gthread", "--workers", str(self.web_workers), "--threads", "64",
                    "--graceful-timeout", "5", "--timeout", "60"],
            "scheduler": [python, "worker.py", "--schedule"],
            **{f"worker-{queue}": [python, "worker.py", queue] for queue in ("turns", "deliveries", "cases")},
        }  # fmt: skip

    def start(self, *names: str) -> None:
        """Start the named parts, or all, and wait until the web process serves."""
        if not names:
            self.valkey.start()
        for name, command in self.commands().items():
            if not names or name in names:
                self._spawn(name, command)
        if not names or "web" in names:
            self.wait_for(self.web_url + "/healthz")
        if not names or "sandbox" in names:
            self.wait_for(self.sandbox_url + "/sandbox/api/clock")

    def _spawn(self, name: str, command: list[str]) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )
        log.close()

    def kill(self, name: str) -> None:
        """kill -9 of a part with all its children."""
        if name == "valkey":
            self.valkey.kill()
            return
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        self.valkey.stop()

    def wait_for(self, url: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            try:
                if requests.get(url, timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise RuntimeError(f"{url} did not answer; logs are in {self.folder}")

    def act(self, user: str, action: str, **body: Any) -> dict[str, Any]:
        """What the user does on the phone."""
        answer = requests.post(f"{self.sandbox_url}/sandbox/api/users/{user}/{action}", json=body, timeout=30)
        answer.raise_for_status()
        result: dict[str, Any] = answer.json()
        return result

    def add_user(self, name: str) -> dict[str, Any]:
        answer = requests.post(f"{self.sandbox_url}/sandbox/api/users", json={"name": name}, timeout=5)
        answer.raise_for_status()
        result: dict[str, Any] = answer.json()
        return result

    def chat(self, user: str) -> list[dict[str, Any]]:
        """What the user sees, oldest first."""
        answer = requests.get(f"{self.sandbox_url}/sandbox/api/users/{user}/chat", timeout=5)
        answer.raise_for_status()
        body = answer.json()
        items: list[dict[str, Any]] = body["messages"] if isinstance(body, dict) else body
        return items

    def said(self, user: str) -> list[str]:
        """The texts of the account's bubbles."""
        return [item["text"] for item in self.chat(user) if item["from"] == "account"]

    def wait_until(self, condition: Any, seconds: float = 30) -> Any:
        """The condition's first true value; raises AssertionError when the time is up."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := condition():
                return value
            time.sleep(0.1)
        raise AssertionError(f"not within {seconds} s; logs are in {self.folder}")

    def add_fault(self, **rule: Any) -> None:
        requests.post(f"{self.sandbox_url}/sandbox/api/faults", json=rule, timeout=5).raise_for_status()


def copy_prepared(prepared: Path, folder: Path) -> None:
    """A stack's own copy of a folder that was set up once (database file and indexes)."""
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
