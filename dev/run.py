"""`python -m dev.run`: the whole product on this machine, with a WeChat of its own. Ctrl-C ends all of it."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from dev import programs
from dev.environment import build_environment, choose_ports
from dev.supervisor import GaveUp, StopRequested, Supervisor, end_with_parent, stop_on_signals

ROOT = Path(__file__).resolve().parent.parent
# Where everything is written; a second copy of the product on one machine takes another folder.
VAR = Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve()
START_SECONDS = 120.0


class AlreadyRunning(RuntimeError):
    """Another run of this folder is under way."""


class StepFailed(RuntimeError):
    """A preparing command ended with an error; it has said why."""


def main() -> int:
    """Returns what the shell sees: 0 after Ctrl-C, 1 where something could not be started or kept alive."""
    stop_on_signals()
    try:
        with only_run(VAR / "run.lock"):
            return run()
    except StopRequested:
        return 0
    except AlreadyRunning:
        say("这个目录里已经有一个在运行。先在那个窗口按 Ctrl-C 停掉它。")
        return 1


def run() -> int:
    began = time.monotonic()
    ports = choose_ports(VAR / "ports.json")
    environment = build_environment(ROOT, VAR, os.environ, ports)
    supervisor = Supervisor(ROOT, VAR / "log", say)
    try:
        start_everything(supervisor, environment, ports)
        greet(environment, ports, time.monotonic() - began)
        supervisor.run()
    except StopRequested:
        say("\n正在停止……")
    except (GaveUp, StepFailed) as problem:
        say(f"\n{problem}")
        return 1
    finally:
        supervisor.stop()
        say("已全部停止。数据留在 var/ 目录,下次 make run 接着用。")
    return 0


def start_everything(supervisor: Supervisor, environment: dict[str, str], ports: Mapping[str, int]) -> None:
    """Servers first, then the data, then everything that reads it; returns when all are healthy."""
    product, sandbox = web_url(ports), sandbox_url(ports)
    has_own_sandbox = environment["WECHAT_API_BASE_URL"] == sandbox
    if environment["REDIS_URL"] == f"redis://127.0.0.1:{ports['valkey']}/0":
        supervisor.start(programs.valkey(VAR / "valkey", ports["valkey"], environment))
    if has_own_sandbox:
        state = VAR / "sandbox.json"
        supervisor.start(programs.sandbox(sandbox, ports["sandbox"], product, state, environment))
    metrics = Path(environment["PROMETHEUS_MULTIPROC_DIR"])
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)
    run_step([sys.executable, "-m", "flask", "--app", "wsgi", "setup"], environment, "数据准备没有完成,原因见上。")
    supervisor.start(programs.web(product, ports["web"], environment))
    supervisor.start(programs.scheduler(environment))
    for worker in programs.workers(environment):
        supervisor.start(worker)
    run_step([sys.executable, "-m", "dev.prepare"], environment, "测试账号没有建成,原因见上。")
    await_health(supervisor)
    if has_own_sandbox:
        verify(sandbox, environment)


def run_step(command: list[str], environment: Mapping[str, str], problem: str) -> None:
    """Run a command that talks to the terminal itself; raises StepFailed where it ends with an error."""
    ended = subprocess.run(command, cwd=ROOT, env=dict(environment), preexec_fn=end_with_parent(), check=False)
    if ended.returncode != 0:
        raise StepFailed(problem)


def await_health(supervisor: Supervisor) -> None:
    with tqdm(
        total=len(supervisor.pids()), desc="启动", unit="个", bar_format="{desc} {bar} {n}/{total} {elapsed}{postfix}"
    ) as bar:
        shown: list[str] | None = None

        def show(waiting: list[str], healthy: int) -> None:
            nonlocal shown
            # A terminal sees the seconds run; a file gets a line for each change only.
            if waiting != shown or sys.stderr.isatty():
                shown, bar.n = waiting, healthy
                bar.set_postfix_str("等待 " + "、".join(waiting) if waiting else "全部就绪", refresh=True)

        supervisor.wait_until_healthy(START_SECONDS, show)


def verify(sandbox: str, environment: Mapping[str, str]) -> None:
    """What an administrator does once in WeChat's console: have it check the server's URL."""
    apps = ["official"] + (["miniprogram"] if environment.get("WECHAT_MINIPROGRAM_APP_ID") else [])
    for app in apps:
        answer = programs.call(f"{sandbox}/sandbox/api/verify", {"app": app}, timeout=10)
        if not (isinstance(answer, dict) and answer.get("ok")):
            say(f"注意:沙箱验证服务器地址({app})没有通过,详情见手机页面的日志。")


def greet(environment: Mapping[str, str], ports: Mapping[str, int], seconds: float) -> None:
    product = web_url(ports)
    lines = [
        "",
        f"知桥已启动,用时{seconds:.0f}秒。服务地址 {product}",
        f"  手机(微信沙箱)  {environment['WECHAT_API_BASE_URL']}/",
        f"  工作台          {product}/console",
        f"    管理员 admin,专员 chenmin、liwei,密码都是 {environment['DEVELOPMENT_STAFF_PASSWORD']}",
        f"  接口文档        {product}/api/v1/docs",
        "日志在 var/log/,按 Ctrl-C 全部停止。",
        "",
    ]
    say("\n".join(lines))


def web_url(ports: Mapping[str, int]) -> str:
    return f"http://127.0.0.1:{ports['web']}"


def sandbox_url(ports: Mapping[str, int]) -> str:
    return f"http://127.0.0.1:{ports['sandbox']}"


@contextmanager
def only_run(lock: Path) -> Iterator[None]:
    """Hold the lock of this folder's run, which the system lets go of however we end."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning from None
        yield


def say(text: str) -> None:
    """A line for the person at the terminal, above a bar that may be drawn."""
    tqdm.write(text, file=sys.stdout)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
