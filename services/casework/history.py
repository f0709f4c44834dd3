"""A case's history as its owner reads it: what happened, without the house's inner workings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, CaseEvent, Staff
from services.case_records import list_events
from services.casework.tasks import list_tasks
from services.catalogue import service_of
from services.catalogue.model import Service

PLAIN = {
    "reopened": "重新开始办理",
    "minutes_confirmed": "有关单位会商有结论",
    "news_told": "给您发了通知",
    "window_told": "提醒您申报窗口快关",
}
NAMED = {"notary_received": "公证机构已受理,受理号 {receipt}", "linked": "和 {number} 一起办"}
SCORES = {1: "不满意", 2: "一般", 3: "满意"}


@dataclass(frozen=True)
class HistoryLine:
    """One step, when it was and how it is said."""

    at: datetime
    text: str


def history_in_words(session: Session, case: Case) -> list[HistoryLine]:
    """Oldest first. Offers, transfers, notes and reminders among staff are no concern of the owner's."""
    events = list_events(session, case.id)
    people = {event.staff_id for event in events if event.staff_id is not None}
    names = dict(session.execute(select(Staff.id, Staff.display_name).where(Staff.id.in_(people))).all())
    tasks = {task.id: task.key for task in list_tasks(session, case.id)}
    return list(_lines(events, service_of(case.kind), names, tasks))


def _lines(
    events: list[CaseEvent], service: Service, names: Mapping[int, str], tasks: Mapping[int, str]
) -> Iterator[HistoryLine]:
    task_names = {task.key: task.name for task in service.tasks}
    for event in events:
        text = _said(event, service, names)
        if event.kind in {"task_given", "task_done"}:
            task = task_names.get(tasks.get(int(event.details.get("task") or 0), ""), "")
            text = f"{task}{'已完成' if event.kind == 'task_done' else '开始办理'}" if task else ""
        if text:
            yield HistoryLine(event.created_at, text)


def _said(event: CaseEvent, service: Service, names: Mapping[int, str]) -> str:
    details = event.details
    match event.kind:
        case "opened":
            return "已提交"
        case "accepted":
            return f"{names.get(event.staff_id or 0, '专员')}接单"
        case "moved":
            stage = service.by_key.get(str(details.get("to")))
            return stage.name if stage else ""
        case "notary_received" | "linked":
            return NAMED[event.kind].format(**details)
        case "document_added" | "document_removed":
            document = service.document(str(details.get("key")))
            return f"{'收到' if event.kind == 'document_added' else '撤下'}{document.name if document else '材料'}"
        case "form_changed":
            return "申请内容有更新"
        case "reopened" | "minutes_confirmed" | "news_told" | "window_told":
            return PLAIN[event.kind]
        case "rated":
            return f"您的评价:{SCORES.get(int(details.get('score') or 0), '已评')}"
        case "closed" if details.get("because"):
            return "已结束"
    return ""
