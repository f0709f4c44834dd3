"""Partner institutions: who they are to a case, where they work, for or against whom they cannot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from models import Institution, Staff
from services.audit import record_action
from services.catalogue.model import Party
from services.dated_data.lookup import full_place
from services.permissions import Action, check_may
from services.topics import ABILITY_NAMES

LONGEST_NAME, MOST = 120, 40


@dataclass(frozen=True)
class InstitutionContent:
    """What staff write of an institution."""

    name: str
    party: str
    regions: Sequence[str] = ()
    skills: Sequence[str] = ()
    conflicts: Sequence[str] = ()
    is_active: bool = True
    is_demonstration: bool = False


def list_institutions(
    session: Session, staff: Staff, *, party: str = "", only_active: bool = False
) -> list[Institution]:
    """Those in use first, by party and name; of one party, or only those in use, where that is asked for."""
    check_may(staff, Action.READ_RECORDS)
    query = select(Institution).order_by(Institution.is_active.desc(), Institution.party, Institution.name)
    if party:
        query = query.where(Institution.party == party)
    if only_active:
        query = query.where(Institution.is_active)
    return list(session.scalars(query))


def get_institution(session: Session, staff: Staff, institution_id: int) -> Institution:
    """The door to an institution. Raises NotFound, Forbidden."""
    check_may(staff, Action.READ_RECORDS)
    found = session.get(Institution, institution_id)
    if found is None:
        raise NotFound("没有找到这家机构。")
    return found


def save_institution(
    session: Session, *, staff: Staff, institution_id: int | None, content: InstitutionContent, now: datetime
) -> Institution:
    """Add one, or change the one there is. Raises Conflict for a name that is taken, InvalidInput by field name."""
    check_may(staff, Action.MANAGE_INSTITUTIONS)
    name = " ".join(content.name.split())
    problems = {}
    if not 2 <= len(name) <= LONGEST_NAME:
        problems["name"] = f"2到{LONGEST_NAME}个字"
    if content.party not in set(Party):
        problems["party"] = "请选一种"
    if set(content.skills) - ABILITY_NAMES.keys():
        problems["skills"] = "没有这个业务方向"
    if max(len(content.regions), len(content.conflicts)) > MOST or any(len(each) > 120 for each in content.conflicts):
        problems["conflicts"] = f"最多{MOST}个,每个120字以内"
    if problems:
        raise InvalidInput(fields=problems)
    taken = session.scalar(select(Institution.id).where(Institution.name == name))
    if taken is not None and taken != institution_id:
        raise Conflict("已经有这个名称的机构。", fields={"name": "已经有了"})
    row = Institution(created_at=now) if institution_id is None else get_institution(session, staff, institution_id)
    row.name, row.party = name, content.party
    row.regions = list(dict.fromkeys(full_place(region) for region in content.regions))
    row.skills, row.conflicts = list(content.skills), list(dict.fromkeys(content.conflicts))
    row.is_active, row.is_demonstration = content.is_active, content.is_demonstration
    session.add(row)
    session.flush()  # assigns row.id
    record_action(
        session, staff=staff, action="institution_saved", target=f"institution:{row.id}", now=now,
        is_active=row.is_active,
    )  # fmt: skip
    return row
