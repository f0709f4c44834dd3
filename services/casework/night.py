"""The one rule of when owners are left in peace: no reminder between nine in the evening and eight in the morning.

Answers are no reminders: whoever writes at night is answered at night.
"""

from datetime import datetime, time, timedelta

from core.clock import CHINA

REST_FROM, REST_UNTIL = time(21), time(8)


def waking_time(at: datetime, ends_at: datetime) -> datetime:
    """When a reminder of something that ends at `ends_at` may go out, at `at` or in the morning after.

    A day of law or contract that ends before that morning cannot wait for it.
    """
    local = at.astimezone(CHINA)
    if REST_UNTIL <= local.time() < REST_FROM:
        return at
    day = local.date() + timedelta(days=local.time() >= REST_FROM)
    morning = datetime.combine(day, REST_UNTIL, CHINA)
    return at if ends_at <= morning else morning.astimezone(at.tzinfo)
