"""The plan of a health check: what a no means, what to do, by when; the most urgent first."""

from dataclasses import dataclass
from datetime import date, timedelta

from core.i18n import chinese_date
from services.catalogue.facts import Facts, Finding, Level

ALL_WELL = "12项都做到了,明年这时候再看一次。"


@dataclass(frozen=True)
class Step:
    """What to do where the answer was no; `days` is how long it may take, by how much is lost meanwhile."""

    field: str
    text: str
    days: int
    source: str = ""


STEPS = (
    Step("fees_paid", "查年费:过期6个月内补缴还来得及", 7, "《专利法实施细则》第一百一十五条"),
    Step("product_filed", "新品上市前先申请,公开了就难补", 14, "《专利法》第二十二条"),
    Step("secrecy_signed", "和接触技术的人签保密协议", 14, "《反不正当竞争法》第十条"),
    Step("mark_registered", "给主打产品申请商标", 30),
    Step("rivals_watched", "上市前做一次风险排查", 30, "《专利法》第十一条"),
    Step("contracts_clear", "补签成果归属,没约定时专利申请权归研究开发人", 30, "《民法典》第八百五十九条"),
    Step(
        "inventor_rewarded",
        "和研发人员约定职务发明奖励",
        60,
        "《专利法实施细则》第九十二条、第九十三条",
    ),
    Step("has_ledger", "建台账:号码、到期日、年费日、负责人", 60),
    Step("has_manager", "定一个人管,哪怕是兼职", 60),
    Step("name_protected", "补报商标类别", 60),
    Step("software_recorded", "软件做登记,开发记录存证", 90, "《计算机软件保护条例》第七条"),
    Step("leavers_checked", "离职交接加一张保密提醒单", 90),
)


def check_health(facts: Facts) -> list[Finding]:
    """One line a gap, the most urgent first, each with the day by which it should be done."""
    open_steps = [step for step in STEPS if facts.form.get(step.field) is False]
    found = [_step(step, facts.today + timedelta(days=step.days)) for step in sorted(open_steps, key=lambda s: s.days)]
    return found or [Finding(Level.FINE, ALL_WELL)]


def _step(step: Step, due: date) -> Finding:
    return Finding(Level.GAP, f"{chinese_date(due)}前:{step.text}。", step.source, due=due)
