"""A case's history in the words of staff: who did what, when, from where to where."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.i18n import chinese_time
from models import Case, CaseEvent, CaseTask, Institution, Staff
from services.case_records import list_events
from services.catalogue import service_of
from services.catalogue.model import Service

CHANNELS = {"chat": "企业在公众号提交", "mini_program": "企业在小程序提交", "console": "专员代企业提交"}
SATISFACTION = {1: "不满意", 2: "一般", 3: "满意"}
# What happened by itself, in one word each; the others are put together below.
WORDS = {
    "escalated": "没人接,升级给主管",
    "noted": "写了备注",
    "replied": "回复企业",
    "message_received": "企业发来消息",
    "form_changed": "改了表",
    "news_told": "把合适的新数据告诉企业",
    "window_told": "提醒企业申报窗口快关",
    "windows_off": "企业关掉窗口提醒",
    "windows_on": "企业打开窗口提醒",
    "token_failed": "时间戳凭证复核没通过",
    "promise_missed": "超过答应的时间",
    "asked_again": "企业再次要求",
    "minutes_confirmed": "各单位都确认了纪要",
}
DOCUMENT_WORDS = {"document_added": "收到材料", "document_removed": "移除材料"}
CLOCK_WORDS = {"clock_stopped": "停止计时", "clock_reminded": "提醒快到期", "clock_overdue": "超时"}
TASK_WORDS = {
    "task_opened": "新任务",
    "task_done": "任务完成",
    "task_refused": "任务办不了",
    "task_reopened": "任务重办",
    "task_cancelled": "任务取消",
}


@dataclass(frozen=True)
class HistoryLine:
    """One step. `note` is what a person wrote with it."""

    at: datetime
    text: str
    note: str = ""


@dataclass(frozen=True)
class _Names:
    """Everybody and everything that the events mention by id."""

    people: Mapping[int, str]
    tasks: Mapping[int, str]
    institutions: Mapping[int, str]


def tell_history(session: Session, case: Case, now: datetime) -> list[HistoryLine]:
    """The latest step first."""
    service = service_of(case.kind)
    names = _names(session, case, service)
    return [
        HistoryLine(event.created_at, _told(event, service, names, now), str(event.details.get("note") or ""))
        for event in reversed(list_events(session, case.id))
    ]


def _names(session: Session, case: Case, service: Service) -> _Names:
    people = session.execute(select(Staff.id, Staff.display_name)).all()
    tasks = session.execute(select(CaseTask.id, CaseTask.key).where(CaseTask.case_id == case.id)).all()
    institutions = session.execute(select(Institution.id, Institution.name)).all()
    return _Names(dict(people), {number: service.task(key).name for number, key in tasks}, dict(institutions))


@dataclass(frozen=True)
class _Step:
    """One event with all that is needed to tell it. `who` did it, `to` got it."""

    details: Mapping[str, Any]
    who: str
    to: str
    service: Service
    names: _Names
    now: datetime

    @property
    def by(self) -> str:
        return f" · {self.who}" if self.who else ""

    @property
    def task(self) -> str:
        return self.names.tasks.get(self.details.get("task", 0), "")

    @property
    def clock(self) -> str:
        key = self.details.get("clock")
        return next((clock.name for clock in self.service.clocks if clock.key == key), str(key))

    def stage(self, name: str) -> str:
        stage = self.service.by_key.get(str(self.details.get(name)))
        return stage.name if stage else str(self.details.get(name))


def _told(event: CaseEvent, service: Service, names: _Names, now: datetime) -> str:
    to = event.details.get("to")
    step = _Step(
        details=event.details,
        who=names.people.get(event.staff_id or 0, ""),
        to=names.people.get(to, "同事") if isinstance(to, int) else "",
        service=service,
        names=names,
        now=now,
    )
    if event.kind in TELLERS:
        return TELLERS[event.kind](step)
    if event.kind in TASK_WORDS:
        return f"{TASK_WORDS[event.kind]}:{step.task}{step.by}"
    if event.kind in CLOCK_WORDS:
        return f"{CLOCK_WORDS[event.kind]}:{step.clock}"
    if event.kind in DOCUMENT_WORDS:
        document = service.document(str(event.details.get("key")))
        return f"{DOCUMENT_WORDS[event.kind]}:{document.name if document else '其他'}"
    return f"{step.who}{WORDS.get(event.kind, '有一步操作')}"


def _rerouted(step: _Step) -> str:
    return f"{step.who}已离开,改派" if step.details.get("because") == "left" else f"{step.who}没接,改派"


def _clock_started(step: _Step) -> str:
    until = chinese_time(datetime.fromisoformat(str(step.details["due_at"])), step.now)
    return f"开始计时:{step.clock},{until}到期"


def _clock_recounted(step: _Step) -> str:
    until = chinese_time(datetime.fromisoformat(str(step.details["due_at"])), step.now)
    return f"工作日历有变:{step.clock}改到{until}到期"


def _task_recounted(step: _Step) -> str:
    until = chinese_time(datetime.fromisoformat(str(step.details["due_at"])), step.now)
    return f"工作日历有变:{step.task}改到{until}到期"


def _task_given(step: _Step) -> str:
    return f"{step.task}交给{step.names.institutions.get(step.details.get('institution', 0), '')}{step.by}"


TELLERS: Mapping[str, Callable[[_Step], str]] = {
    "opened": lambda step: CHANNELS.get(str(step.details.get("channel")), "建单"),
    "offered": lambda step: f"派给{step.to}",
    "accepted": lambda step: f"{step.who}接单",
    "rerouted": _rerouted,
    "transferred": lambda step: f"{step.who}转给{step.to}",
    "moved": lambda step: f"{step.stage('before')} → {step.stage('to')} · {step.who or '企业'}",
    "reopened": lambda step: f"重新开始,回到{step.stage('stage')}{step.by}",
    "closed": lambda step: "结束:资料已按要求删除" if step.details.get("because") == "erased" else "结束",
    "clock_started": _clock_started,
    "clock_recounted": _clock_recounted,
    "task_given": _task_given,
    "task_recounted": _task_recounted,
    "minutes_drawn": lambda step: f"汇总第{step.details.get('number')}版纪要{step.by}",
    "minutes_agreed": lambda step: f"{step.task}的单位确认了纪要{step.by}",
    "minutes_refused": lambda step: f"{step.task}的单位不同意纪要{step.by}",
    "linked": lambda step: f"和 {step.details.get('number')} 一起办",
    "rated": lambda step: f"企业评价:{SATISFACTION.get(step.details.get('score', 0), '已评')}",
}
