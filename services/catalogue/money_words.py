"""Amounts of money: exact to reckon with, and to the yuan in words."""

from decimal import Decimal
from typing import Any


def exact(value: float | int) -> Decimal:
    """As it was written: 3.45 is not 3.4500000000000001776."""
    return Decimal(str(value)).normalize()


def said_yuan(value: Any) -> str:
    """1,234,500元."""
    return f"{Decimal(str(value)):,.2f}".removesuffix(".00") + "元"
