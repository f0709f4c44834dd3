"""YAML as plain values, read by the parser in C: the one in Python takes over a second for a file of some length."""

from pathlib import Path
from typing import Any

import yaml


def parse_yaml(text: str) -> Any:
    """Raises yaml.YAMLError."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def read_yaml(path: Path) -> Any:
    """Raises OSError, UnicodeDecodeError, yaml.YAMLError."""
    return parse_yaml(path.read_text(encoding="utf-8"))
