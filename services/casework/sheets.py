"""The standard sheet of a case, made to be handed on: what the service declares, then papers and opinions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import NotFound
from core.i18n import chinese_date
from models import Case, CaseDocument, CaseTask, TaskState
from services.casework.tasks import is_wanted, list_tasks
from services.casework.wording import shown_form
from services.catalogue import service_of
from services.catalogue.facts import Facts, SheetLine, SheetPart, SheetSubject
from services.catalogue.model import PARTY_NAMES, Service
from services.dated_data.investors import is_shut_out

NO_SHEET = "这一单没有资料表。"
NOTES = (
    "没有的写“未提供”,不推算。企业填写的以证照、报表和登记簿为准。",
    "本表供评估和审批参考,不是评估报告,也不是征信报告。",
)


@dataclass(frozen=True)
class Sheet:
    """As it is on a day; it is not kept, so that it never says what is no longer so."""

    title: str
    number: str
    made_on: date
    parts: tuple[SheetPart, ...]
    notes: tuple[str, ...] = NOTES


def has_sheet(case: Case) -> bool:
    """Whether there is one: nothing is left to say of somebody who was erased."""
    return service_of(case.kind).sheet is not None and bool(case.form)


def make_sheet(session: Session, case: Case, now: datetime, *, for_owner: bool) -> Sheet:
    """The sheet of a case whose door was passed. What a party asks for stands on the owner's alone: the printed one
    goes to all of them. Of what it judges the owner reads how far it is, not what it said.

    Raises NotFound where the service has none.
    """
    service, today = service_of(case.kind), china_date(now)
    if service.sheet is None or not case.form:
        raise NotFound(NO_SHEET)
    declared = service.sheet(Facts(session, case.form, case.region, today, case.results))
    papers = SheetPart("材料", tuple(_papers(session, case, service)), SheetSubject.PAPERS)
    said = tuple(_opinions(session, case, service, for_owner=for_owner))
    opinions = SheetPart("机构意见", said, SheetSubject.OPINIONS)
    return Sheet(f"{service.name}资料表", case.number, today, (*declared, papers, opinions))


def sheet_for_party(session: Session, task: CaseTask, now: datetime) -> Sheet | None:
    """What of it the institution that has a task, or has done it, reads on the task's page, through whose door
    (get_task_for) the task was found. None where nothing of it is for this task."""
    case, today = task.case, china_date(now)
    service = service_of(case.kind)
    subjects = service.task(task.key).sheet
    has_task = task.state in {TaskState.OPEN, TaskState.DONE} and not is_shut_out(session, task.institution, today)
    if service.sheet is None or not subjects or not has_task or not case.form:
        return None
    declared = service.sheet(Facts(session, case.form, case.region, today, case.results))
    papers = SheetPart("材料", tuple(_papers(session, case, service, for_party=True)), SheetSubject.PAPERS)
    parts = tuple(part for part in (*declared, papers) if part.subject in subjects)
    return Sheet(f"{service.name}资料表", case.number, today, parts)


def _papers(session: Session, case: Case, service: Service, *, for_party: bool = False) -> Iterator[SheetLine]:
    """What is asked for, or what of it is meant for parties: whether it is there, never what is in it."""
    rows = session.execute(
        select(CaseDocument.key, CaseDocument.created_at)
        .where(CaseDocument.case_id == case.id, CaseDocument.removed_at.is_(None))
        .order_by(CaseDocument.id)
    )
    there = {key: china_date(created_at) for key, created_at in rows}
    for wanted in service.documents:
        if for_party and not wanted.for_parties:
            continue
        if wanted.is_asked_for(case.form) and not (wanted.is_for_later and wanted.key not in there):
            day = there.get(wanted.key)
            yield SheetLine(wanted.name, f"{chinese_date(day)}交" if day else None, wanted.reason)


def _opinions(session: Session, case: Case, service: Service, *, for_owner: bool) -> Iterator[SheetLine]:
    """What the first parties that are asked say, who judge firm and rights; later ones deal with what became of it."""
    asked = next((stage.tasks for stage in service.stages if stage.tasks), ())
    done = {row.key: row for row in list_tasks(session, case.id) if row.state == TaskState.DONE}
    for task in (service.task(key) for key in asked):
        if not is_wanted(task, case):
            continue
        row = done.get(task.key)
        said = None
        if row is not None and for_owner != task.is_priced:
            said = "已完成" if for_owner else "已答复,条件只给企业"
        elif row is not None:
            said = ";".join(f"{field.ask.label}{text}" for field, text in shown_form(task.report, row.result)) or None
        yield SheetLine(task.name, said, PARTY_NAMES[task.party])
