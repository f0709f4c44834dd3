"""Joint minutes: what several units reported on one case, in one record that each of them confirms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from models import Case, CaseMinutes, CaseStatus, CaseTask, Staff, TaskState
from services.audit import record_action
from services.case_records import add_event, check_version, lock_case
from services.casework.access import NO_TASK, check_may_on_case, get_task_for, may_on_task
from services.casework.notices import tell_handler, tell_owner, tell_partner
from services.casework.tasks import list_tasks
from services.casework.wording import shown_form
from services.catalogue import service_of
from services.catalogue.model import Service
from services.permissions import Action

LONGEST, LONGEST_NOTE = 1000, 300
CHANGED = "有单位的报告改过了,要由专员重新汇总。"


@dataclass(frozen=True)
class UnitView:
    """A unit's report in the minutes, and what it says of them: agrees is None while it has said nothing."""

    task: str
    unit: str
    name: str
    report: Sequence[tuple[str, str]]
    agrees: bool | None
    note: str
    is_by_proxy: bool


@dataclass(frozen=True)
class MinutesView:
    """One version. `is_current` is the latest one whose reports are still as the units gave them."""

    row: CaseMinutes
    units: Sequence[UnitView]
    is_current: bool


def view_minutes(session: Session, case: Case) -> list[MinutesView]:
    """Every version, the latest first."""
    tasks = _joined(session, case, service_of(case.kind))
    return [
        MinutesView(row, _units(row), is_current=place == 0 and _is_fresh(row, tasks))
        for place, row in enumerate(_rows(session, case.id))
    ]


def find_confirmed(session: Session, case_id: int) -> CaseMinutes | None:
    """The latest version that every unit confirmed: what the owner reads."""
    return next((row for row in _rows(session, case_id) if row.confirmed_at is not None), None)


def missing_for_minutes(session: Session, case: Case) -> str:
    """What must be there before the reports can be gathered, in words; empty where nothing is missing."""
    service = service_of(case.kind)
    tasks = _joined(session, case, service)
    waiting = [service.task(row.key).name for row in tasks if row.state in {TaskState.WAITING, TaskState.OPEN}]
    if waiting:
        return f"还差{'、'.join(waiting)}的结果"
    return "" if any(row.state == TaskState.DONE for row in tasks) else "还没有单位的结果"


def draw_up_minutes(
    session: Session, *, staff: Staff, case_id: int, conclusion: str, version: int, now: datetime
) -> CaseMinutes:
    """Gather what the units reported, with the conclusion; each of them is asked to confirm this version.

    Raises NotFound where the service has no minutes, Conflict while a unit is still at work, InvalidInput.
    """
    case = lock_case(session, case_id)
    service = service_of(case.kind)
    check_may_on_case(staff, Action.MOVE, case)
    if service.minutes is None:
        raise NotFound
    check_version(session, case, version)
    if missing := missing_for_minutes(session, case):
        raise Conflict(f"{missing},齐了再汇总。")
    conclusion = conclusion.replace("\r\n", "\n").strip()
    if not conclusion or len(conclusion) > LONGEST:
        raise InvalidInput("写一段会商结论。", fields={"conclusion": f"1到{LONGEST}个字"})
    done = [row for row in _joined(session, case, service) if row.state == TaskState.DONE]
    row = CaseMinutes(
        case_id=case.id,
        number=len(_rows(session, case.id)) + 1,
        reports=[_report(service, each) for each in done],
        conclusion=conclusion,
        answers={},
        staff_id=staff.id,
        created_at=now,
    )
    session.add(row)
    session.flush()  # assigns row.id
    add_event(session, case, "minutes_drawn", now, staff_id=staff.id, number=row.number)
    record_action(
        session, staff=staff, action="minutes_drawn", target=f"case:{case.number}", now=now, number=row.number
    )
    for each in done:
        text = f"{service.minutes.name}请确认:{case.number} 第{row.number}版"
        tell_partner(session, each, text, key=f"minutes-{row.id}-{each.id}", now=now)
    session.flush()
    return row


def find_minutes_of_task(session: Session, task: CaseTask) -> MinutesView | None:
    """The present version, where this task's report is part of it; the task was found through its door."""
    views = view_minutes(session, task.case)
    return next((each for each in views[:1] if any(unit.task == task.public_id for unit in each.units)), None)


def answer_minutes(
    session: Session, *, staff: Staff, public_id: str, agrees: bool, note: str, number: int, now: datetime
) -> CaseMinutes:
    """What the unit of a task says of the minutes: by somebody of it, or for it by the case's handler, who notes on
    what paper. A no needs a reason. With the last yes the owner is told.

    Raises NotFound, Conflict for a version that is not the present one, InvalidInput.
    """
    found = get_task_for(session, staff, public_id)
    case = lock_case(session, found.case_id)
    task = session.get_one(CaseTask, found.id, populate_existing=True)
    if not may_on_task(staff, task):
        raise NotFound(NO_TASK)
    view = find_minutes_of_task(session, task)
    if view is None:
        raise NotFound("还没有要确认的纪要。")
    if case.status == CaseStatus.CLOSED or view.row.number != number or view.row.confirmed_at is not None:
        raise Conflict("这一版纪要已经不用确认,请刷新后再看。")
    if not view.is_current:
        raise Conflict(CHANGED)
    is_by_proxy = staff.institution_id is None or staff.institution_id != task.institution_id
    note = " ".join(note.split())[:LONGEST_NOTE]
    if not note and (is_by_proxy or not agrees):
        said = "请写明不同意的原因。" if not agrees else "代确认要写明依据,比如盖章件哪天收到。"
        raise InvalidInput(said, fields={"note": said})
    row = view.row
    answer = {"agrees": agrees, "note": note, "is_by_proxy": is_by_proxy, "staff_id": staff.id, "at": now.isoformat()}
    row.answers = {**row.answers, task.public_id: answer}
    kind = "minutes_agreed" if agrees else "minutes_refused"
    add_event(session, case, kind, now, staff_id=staff.id, number=row.number, task=task.id)
    record_action(session, staff=staff, action=kind, target=f"case:{case.number}", now=now, number=row.number)
    _tell(session, case, row, task, agrees=agrees, now=now)
    session.flush()
    return row


def _tell(session: Session, case: Case, row: CaseMinutes, task: CaseTask, *, agrees: bool, now: datetime) -> None:
    service = service_of(case.kind)
    unit = _unit_name(service, task)
    text = f"{service.name} {case.number}:{unit}{'确认了' if agrees else '不同意'}第{row.number}版纪要"
    key = f"minutes-{row.id}-{task.id}-{len(row.answers)}-{agrees}"
    tell_handler(session, case, text, key=key, now=now, kind="task")
    if not all(_answer(row, report).get("agrees") for report in row.reports):
        return
    row.confirmed_at = now
    add_event(session, case, "minutes_confirmed", now, number=row.number)
    tell_owner(session, case, said_to_owner(case, service, row), now)


def said_to_owner(case: Case, service: Service, row: CaseMinutes) -> str:
    """The result in words, with the units that stand behind it."""
    return f"{service.name} {case.number} 有关单位会商有结论了。\n{row.conclusion}\n确认单位:{'、'.join(units_of(row))}"


def units_of(row: CaseMinutes) -> list[str]:
    return [str(report["unit"]) for report in row.reports]


def forget_minutes_of(session: Session, user_id: int) -> None:
    """What units wrote about somebody who is erased goes; that there were minutes, and when, stays."""
    of_person = select(CaseMinutes).join(Case, Case.id == CaseMinutes.case_id).where(Case.user_id == user_id)
    for row in session.scalars(of_person).all():
        row.reports, row.answers, row.conclusion = [], {}, ""


def _rows(session: Session, case_id: int) -> list[CaseMinutes]:
    of_it = select(CaseMinutes).where(CaseMinutes.case_id == case_id)
    return list(session.scalars(of_it.order_by(CaseMinutes.number.desc())))


def _joined(session: Session, case: Case, service: Service) -> list[CaseTask]:
    """The tasks whose reports belong together, as far as the case still has them."""
    keys = service.minutes.tasks if service.minutes else ()
    return [row for row in list_tasks(session, case.id) if row.key in keys and row.state != TaskState.CANCELLED]


def _report(service: Service, row: CaseTask) -> dict[str, Any]:
    task = service.task(row.key)
    return {
        "task": row.public_id,
        "version": row.version,
        "name": task.name,
        "unit": _unit_name(service, row),
        "answers": [[field.ask.label, text] for field, text in shown_form(task.report, row.result)],
    }


def _unit_name(service: Service, row: CaseTask) -> str:
    return row.institution.name if row.institution else service.task(row.key).name


def _is_fresh(row: CaseMinutes, tasks: Sequence[CaseTask]) -> bool:
    """Whether every report is still the one that the unit gave."""
    done = {task.public_id: task.version for task in tasks if task.state == TaskState.DONE}
    return done == {report["task"]: report["version"] for report in row.reports}


def _answer(row: CaseMinutes, report: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = row.answers.get(report["task"], {})
    return found


def _units(row: CaseMinutes) -> list[UnitView]:
    return [
        UnitView(
            task=report["task"],
            unit=report["unit"],
            name=report["name"],
            report=[(label, text) for label, text in report["answers"]],
            agrees=_answer(row, report).get("agrees"),
            note=str(_answer(row, report).get("note") or ""),
            is_by_proxy=bool(_answer(row, report).get("is_by_proxy")),
        )
        for report in row.reports
    ]
