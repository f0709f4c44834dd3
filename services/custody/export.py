"""All of one's rights as a table that opens in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy.orm import Session

from models import OwnershipProof
from services.custody.due_dates import find_due
from services.custody.portfolio import list_all
from services.custody.wording import said_kind, said_status
from services.working_hours import load_calendar

MEDIA_TYPE = "text/csv; charset=utf-8"
HEADERS = (
    "类型", "号码", "名称", "权利人", "所属企业", "申请日", "授权日", "到期日", "状态", "数据截至", "权属", "下一期限",
    "下一笔年费(元)", "演示数据", "院系", "发明人",
)  # fmt: skip
PROOFS = {
    OwnershipProof.CLAIMED: "自述", OwnershipProof.SUBMITTED: "核对中", OwnershipProof.PROVED: "已核对",
    OwnershipProof.REFUSED: "没核对上",
}  # fmt: skip
# A cell that begins with one of these would be run as a formula.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def export_rights(session: Session, *, user_id: int, today: date) -> str:
    """One line for each."""
    calendar = load_calendar(session, today)
    table: list[Sequence[object]] = [HEADERS]
    for right in list_all(session, user_id):
        due = find_due(right, today, calendar)
        table.append(
            (
                said_kind(right), right.number, right.title, "、".join(right.owner_names),
                right.company.name if right.company else "", right.filed_on, right.granted_on, right.expires_on,
                said_status(right), right.data_date, PROOFS[OwnershipProof(right.proof)], right.next_due_on,
                due.fee.payable if due is not None and due.fee is not None else None, "是" if right.is_demo else "",
                right.department, "、".join(right.inventors),
            )
        )  # fmt: skip
    return csv_table(table)


def csv_table(rows: Iterable[Sequence[object]]) -> str:
    """CSV with a byte order mark, without which Excel takes Chinese for something else."""
    out = io.StringIO()
    csv.writer(out).writerows([_plain(value) for value in row] for row in rows)
    return "\ufeff" + out.getvalue()


def _plain(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text
