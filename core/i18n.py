"""How dates, times, numbers and sizes read in Chinese."""

from datetime import date, datetime, timedelta

from core.clock import CHINA

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def chinese_date(day: date) -> str:
    """2027年3月15日"""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_time(at: datetime, now: datetime) -> str:
    """The time as one says it from now: 今天17:30, 明天9:30, 周一9:30 (within the next week), 12月7日9:30."""
    local, today = at.astimezone(CHINA), now.astimezone(CHINA).date()
    clock = f"{local.hour}:{local.minute:02d}"
    days = (local.date() - today).days
    if days in (-1, 0, 1):
        return {-1: "昨天", 0: "今天", 1: "明天"}[days] + clock
    if 1 < days < 7 and local.weekday() > today.weekday():
        return WEEKDAYS[local.weekday()] + clock
    if 1 < days < 7:
        return "下" + WEEKDAYS[local.weekday()] + clock
    year = f"{local.year}年" if local.year != today.year else ""
    return f"{year}{local.month}月{local.day}日{clock}"


def chinese_duration(amount: timedelta) -> str:
    """刚刚, 5分钟, 3小时, 2天: the largest unit only."""
    minutes = int(amount.total_seconds() // 60)
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes}分钟"
    if minutes < 24 * 60:
        return f"{minutes // 60}小时"
    return f"{minutes // (24 * 60)}天"


def chinese_amount(yuan: int) -> str:
    """1,200元, or 300万元 where it is a round number of ten thousands, 27.2亿元 where it is a large round one."""
    if yuan >= 100_000_000 and yuan % 1_000_000 == 0:
        return f"{yuan / 100_000_000:,.2f}".rstrip("0").rstrip(".") + "亿元"
    if yuan >= 10_000 and yuan % 10_000 == 0:
        return f"{yuan // 10_000:,}万元"
    return f"{yuan:,}元"
