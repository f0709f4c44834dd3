"""Symbols of the International Patent Classification: one normal form, and each level above it."""

import re

SYMBOL = re.compile(r"^([A-H])(?:(\d{2})(?:([A-Z])(?:\s*(\d{1,4})(?:\s*/\s*(\d{2,6}))?)?)?)?")


def normalise_ipc(text: str) -> str | None:
    """`G06F 13/12` from `g06f13/12`, `G06F   13/12    (2006.01)`, `G06F013/12`; shorter symbols as short as they are.
    None where the text is no symbol."""
    match = SYMBOL.match(text.strip().upper())
    if match is None:
        return None
    section, class_digits, subclass, group, subgroup = match.groups()
    if group is None and match.end() != len(text.strip()):
        return None
    symbol = section + (class_digits or "") + (subclass or "")
    if group is not None:
        symbol += f" {int(group)}"
    return symbol + (f"/{subgroup}" if subgroup else "")


def ipc_levels(symbol: str) -> list[str]:
    """Every level of a symbol in normal form, the widest first: H, H01, H01M, H01M 10, H01M 10/054."""
    head, _, rest = symbol.partition(" ")
    levels = [head[:length] for length in (1, 3, 4) if len(head) >= length]
    if rest:
        group = rest.partition("/")[0]
        levels.append(f"{head} {group}")
        if "/" in rest:
            levels.append(symbol)
    return levels
