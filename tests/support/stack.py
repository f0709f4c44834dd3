"""The whole product as real processes on free ports: Valkey, web, workers, scheduler, sandbox; each can be killed."""

import contextlib
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

import redis
import requests

from dev.programs import HEARTBEAT
from dev.servers import Valkey, free_port
from services.job_names import Queue
from tests.support.nursery import Part, nursery

ROOT = Path(__file__).resolve().parent.parent.parent
# Several products may start at once on two cores, and each loads its models before it answers.
READY_SECONDS = 180
CLOCK_SEEN_SECONDS = 1.3
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

    def __init__(
        self,
        folder: Path,
        *,
        database_url: str,
        web_workers: int = 2,
        is_killable: bool = False,
        has_second_web: bool = False,
        push_timeout: float = 5,
        is_forked: bool = False,
    ) -> None:
        """`is_killable` parts die at the steps of tests.support.killing; a second web process serves the same rows.

        `is_forked` parts come from a process that has loaded the product (tests.support.nursery)."""
        self.folder = folder
        self.database_url = database_url
        self.is_killable = is_killable
        self.push_timeout = push_timeout
        self.is_forked = is_forked
        self.second_web_port = free_port() if has_second_web else 0
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
        self.processes: dict[str, subprocess.Popen[bytes] | Part] = {}

    def commands(self) -> dict[str, list[str]]:
        sandbox = [sys.executable, "-m", "sandbox", "--port", str(self.sandbox_port), "--target", self.web_url,
                   "--state", str(self.folder / "sandbox.json"), "--push-timeout", str(self.push_timeout)]  # fmt: skip
        web = {"web": self.web_port, **({"web-2": self.second_web_port} if self.second_web_port else {})}
        return {
            "sandbox": sandbox,
            **{name: self._part(name, "gunicorn", *self._web_arguments(port)) for name, port in web.items()},
            "scheduler": self._part("scheduler", "worker.py", "--schedule"),
            **{f"worker-{queue}": self._part(f"worker-{queue}", "worker.py", queue) for queue in Queue},
        }

    def _web_arguments(self, port: int) -> list[str]:
        return ["--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}", "--workers",
                str(self.web_workers), "--threads", "64", "--graceful-timeout", "5", "wsgi:app"]  # fmt: skip

    def _part(self, name: str, program: str, *arguments: str) -> list[str]:
        if self.is_killable:
            return [sys.executable, "-m", "tests.support.killing", str(self.traps(name)), program, *arguments]
        return [sys.executable, *(["-m"] if program == "gunicorn" else []), program, *arguments]

    def traps(self, name: str) -> Path:
        """Where a killable part looks for its trap (tests.support.killing.set_trap)."""
        return self.folder / "traps" / name

    def start(self, *names: str) -> None:
        """Start the named parts, or all, and wait until the web process serves."""
        if not names:
            self.valkey.start()
        for name, command in self.commands().items():
            if not names or name in names:
                self._spawn(name, command)
        if not names or "web" in names:
            self.wait_for(self.web_url + "/healthz")
        if self.second_web_port and (not names or "web-2" in names):
            self.wait_for(f"http://127.0.0.1:{self.second_web_port}/healthz")
        if not names or "sandbox" in names:
            self.wait_for(self.sandbox_url + "/sandbox/api/clock")

    def _spawn(self, name: str, command: list[str]) -> None:
        path = self.folder / f"{name}.log"
        if self.is_forked and name != "sandbox":
            self.processes[name] = nursery().start(command, self.environment, path)
            return
        with path.open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, name: str) -> None:
        """kill -9 of a part with all its children."""
        if name == "valkey":
            self.valkey.kill()
            return
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def restart(self, name: str) -> None:
        """What a supervisor does for a part that died: start it again."""
        self.kill(name)
        self.start(name)

    def revive(self) -> None:
        """What died by itself (a worker whose queue went away, say) is started again, as a supervisor does."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.restart(name)

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

    def wait_for_workers(self) -> None:
        """Until every queue has its worker and the scheduler beats. They load as much as the web process, and take the
        machine's time from it meanwhile."""
        with redis.Redis.from_url(self.valkey.url) as client:
            self.wait_until(lambda: self._has_workers(client), READY_SECONDS)

    def _has_workers(self, client: redis.Redis) -> bool:
        registered: Any = client.smembers("rq:workers")
        names = [name.decode() for name in registered]
        wanted = [f"rq:worker:{queue}-{self.processes[f'worker-{queue}'].pid}-" for queue in Queue]
        return bool(client.exists(HEARTBEAT)) and all(any(name.startswith(each) for name in names) for each in wanted)

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

    def chat(self, user: str, app: str = "official") -> list[dict[str, Any]]:
        """What the user sees, oldest first."""
        answer = requests.get(f"{self.sandbox_url}/sandbox/api/users/{user}/chat", params={"app": app}, timeout=5)
        answer.raise_for_status()
        body = answer.json()
        items: list[dict[str, Any]] = body["messages"] if isinstance(body, dict) else body
        return items

    def said(self, user: str, app: str = "official") -> list[str]:
        """The texts of the account's bubbles."""
        return [item["text"] for item in self.chat(user, app) if item["from"] == "account"]

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

    def clear_faults(self) -> None:
        requests.delete(f"{self.sandbox_url}/sandbox/api/faults", timeout=5).raise_for_status()

    def move_clock(self, **how: Any) -> None:
        """`advance_seconds` or `now`; returns when the product, which reads the clock once a second, has seen it."""
        requests.post(f"{self.sandbox_url}/sandbox/api/clock", json=how, timeout=5).raise_for_status()
        time.sleep(CLOCK_SEEN_SECONDS)


def copy_prepared(prepared: Path, folder: Path) -> None:
    """A stack's own copy of a folder that was set up once (database file and indexes)."""
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
