"""The top of the house: app sees every room, and only wsgi and worker see app (lint-imports checks the rooms below)."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("core", "models", "services", "nlp", "adapters", "bot", "miniapp_api", "console", "public", "jobs", "sandbox")
TOP = {"app", "wsgi", "worker"}


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_no_room_imports_the_modules_above_it() -> None:
    wrong = {
        str(path.relative_to(ROOT)): sorted(_imported(path) & TOP)
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if _imported(path) & TOP
    }

    assert wrong == {}


def test_the_web_entry_knows_only_the_app_and_its_settings() -> None:
    assert _imported(ROOT / "wsgi.py") == {"app", "core"}


def test_nothing_of_the_product_imports_the_sandbox() -> None:
    product = [path for room in ROOMS if room != "sandbox" for path in (ROOT / room).rglob("*.py")]
    product += [ROOT / "app.py", ROOT / "wsgi.py", ROOT / "worker.py"]

    assert [str(path) for path in product if "sandbox" in _imported(path)] == []
