"""Before a subsidy's window closes, who has the loan hears of it: by day, once for each distance, until they say no."""

from datetime import datetime, timedelta

from sqlalchemy import select

from core.clock import china_date
from models import OutboxRow
from services.casework.windows import request_windows, set_windows, tell_windows
from services.catalogue import service_of
from services.job_names import JobName
from tests.services.casework.test_financing import DEFAULT, TERMS, disbursed, go, report, told
from tests.support.casework import RECOMMEND, make_service_case
from tests.support.dated_data import make_record

PLEDGE_LOAN = "pledge_financing"


def closing(session, now: datetime, key: str, days: int, *, region: str = "广东省广州市", **values):
    """A scheme whose window closes in so many days."""
    until = china_date(now) + timedelta(days=days)
    values = {"item": "interest", "share": 50, "authority": "演示局", "window_to": until.isoformat(), **values}
    return make_record(session, now, key=key, name=f"演示补贴{key}", region=region, values=values)


def heard(session, case) -> list[str]:
    return [text for text in told(session, case) if text.startswith("补贴窗口快关了")]


def test_only_who_can_still_apply_hears_of_a_window_and_only_of_the_scheme_of_the_place(database, clock):
    with database.unit_of_work() as session:
        now = clock.now()
        closing(session, now, "own", 15)
        # The city's own counts before the nation's; another item has its own window.
        closing(session, now, "nation", 3, region="全国")
        closing(session, now, "premium", 5, region="全国", item="premium")
        closing(session, now, "later", 16, region="全国", item="valuation")
        cases = {name: disbursed(session, now) for name in ("paid out", "said no", "overdue", "repaid", "erased")}
        cases["elsewhere"] = disbursed(session, now, region="山东省青岛市")
        cases["promised"] = make_service_case(session, now, is_taken=True)
        go(session, cases["promised"], "recommended", now, RECOMMEND)
        report(session, cases["promised"], "review", TERMS, now)
        go(session, cases["promised"], "approved", now, TERMS)
        cases["only asked"] = make_service_case(session, now, is_taken=True)
        go(session, cases["overdue"], "defaulted", now, DEFAULT)
        go(session, cases["repaid"], "repaid", now, {"repaid_on": "2026-11-20"})
        cases["erased"].form = {}
        user_id = cases["said no"].user_id
        assert set_windows(session, user_id=user_id, service=service_of(PLEDGE_LOAN), wanted=False, now=now) == 1

        for _ in range(2):
            tell_windows(session, kind=PLEDGE_LOAN, after=0, now=now)

        lines = {name: text.splitlines()[1:-1] for name, case in cases.items() for text in heard(session, case)}
        own = "贷款贴息(演示补贴own)2026年12月8日截止,向演示局申报。来源:试验通知"
        premium = "保险费资助(演示补贴premium)2026年11月28日截止,向演示局申报。来源:试验通知"
        assert lines.keys() == {"paid out", "repaid", "elsewhere", "promised"}
        for name in ("paid out", "repaid"):
            assert [line.split("(二手")[0] for line in lines[name]] == [premium, own]
        assert [line.split("(演示补贴")[1].split(")")[0] for line in lines["elsewhere"]] == ["nation", "premium"]
        assert all("放款后才能申报" in line for line in lines["promised"])
        (text,) = heard(session, cases["paid out"])
        assert "批不批由主管部门定" in text and text.endswith("不想再收就回复“不用通知补贴窗口”。")


def test_a_window_is_told_of_at_each_distance_once_and_a_day_that_was_missed_is_made_up_for(database, clock):
    with database.unit_of_work() as session:
        now = clock.now()
        scheme = closing(session, now, "own", 20)
        case = disbursed(session, now)
        counts = []
        for day in range(22):
            if day not in {5, 15}:  # nothing ran on the days of the first and second distance
                tell_windows(session, kind=PLEDGE_LOAN, after=0, now=now + timedelta(days=day))
            counts.append(len(heard(session, case)))
        assert [day for day in range(1, 22) if counts[day] > counts[day - 1]] == [6, 16, 19]

        # A window that was put off is another one.
        scheme.values = {**scheme.values, "window_to": (china_date(now) + timedelta(days=22)).isoformat()}
        tell_windows(session, kind=PLEDGE_LOAN, after=0, now=now + timedelta(days=21))
        assert len(heard(session, case)) == 4
        long_after = now + timedelta(days=3 * 365)
        closing(session, long_after, "years later", 5)
        tell_windows(session, kind=PLEDGE_LOAN, after=0, now=long_after)
        assert len(heard(session, case)) == 4


def test_a_round_is_asked_for_once_a_day_and_never_at_night(database, clock):
    with database.unit_of_work() as session:
        now = clock.now()
        request_windows(session, now)
        assert session.scalars(select(OutboxRow).where(OutboxRow.job_name == JobName.TELL_WINDOWS)).all() == []
        closing(session, now, "own", 15)
        night = now.replace(hour=15)  # 23:00 in China
        request_windows(session, night)
        case = disbursed(session, now)
        tell_windows(session, kind=PLEDGE_LOAN, after=0, now=night)
        for hour in (1, 2):
            request_windows(session, (now + timedelta(days=1)).replace(hour=hour))
        session.flush()

        asked = session.scalars(select(OutboxRow).where(OutboxRow.job_name == JobName.TELL_WINDOWS)).all()
        assert [row.arguments for row in asked] == [{"kind": PLEDGE_LOAN, "after": 0}]
        assert heard(session, case) == []
