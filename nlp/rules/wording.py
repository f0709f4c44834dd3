"""Figures as people read them on a phone: 2026年10月19日, 1,080元, 80万元."""

from datetime import date
from decimal import Decimal

KIND_NAMES = {"invention": "发明", "utility_model": "实用新型", "design": "外观设计"}


def full_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def short_day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def weekday(day: date) -> str:
    return "周" + "一二三四五六日"[day.weekday()]


def plain_number(value: Decimal | int) -> str:
    """Without needless zeros, thousands apart: 1,080 · 0.5 · 1,234.56."""
    rounded = round(Decimal(value), 2)
    text = f"{rounded:,.2f}"
    return text.rstrip("0").rstrip(".")


def money(value: Decimal | int) -> str:
    """1,080元; from ten thousand on in 万 where that is short, else in full."""
    amount = Decimal(value)
    if abs(amount) >= 10_000 and amount % 100 == 0:
        return f"{plain_number(amount / 10_000).replace(',', '')}万元"
    return f"{plain_number(amount)}元"


def money_both(value: Decimal | int) -> str:
    """An amount both ways, for the line that people act on: 80万元(800,000元)."""
    short, full = money(value), f"{plain_number(value)}元"
    return short if short == full else f"{short}({full})"


def percent(value: Decimal) -> str:
    """A share of one as per cent: 0.85 is 85%."""
    return f"{plain_number(value * 100)}%"


def span(months: int, days: int) -> str:
    """9年3个月12天."""
    years, rest = divmod(months, 12)
    parts = [f"{years}年" if years else "", f"{rest}个月" if rest else "", f"{days}天" if days else ""]
    return "".join(parts) or "0天"
