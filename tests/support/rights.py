"""Patents from nothing, as rules of services read them."""

import itertools
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from models import Patent

_serials = itertools.count(1)


def make_right(session: Session, now: datetime, *, number: str = "CN202110123456.7", **columns: Any) -> Patent:
    """An invention of the pledge form's company in force until 2041-03-15, unless said otherwise."""
    serial = next(_serials)
    row = Patent(
        **{
            "publication_number": f"CN{110_000_000 + serial}B", "application_number": number, "kind": "invention",
            "title": "一种石墨烯散热膜", "applicants": [{"name": "广州云测科技有限公司", "type": "enterprise"}],
            "application_date": date(2021, 3, 15), "legal_status": "active", "is_demo": True, "source": "tests",
            "data_date": date(2026, 11, 20), "content_hash": str(serial), "change_serial": serial, "updated_at": now,
            **columns,
        }
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
