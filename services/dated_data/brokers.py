"""Brokers of pledge financing: whose licence is on record and until when, and where it is a condition.

A licence goes by the user name under which its holder logs in: two people may have one name. Whoever approved the
record has looked at the papers.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict
from models import DatedRecord, Role, Staff
from services.catalogue.fields import Ask, Form, Line, Paragraph, YesNo
from services.dated_data.lookup import find_nearest, list_in_force

BROKER_LICENCE = "broker_licence"
BROKER_RULE = "broker_rule"
UNKNOWN = "没有这个登录名的在岗同事。"


class BrokerLicence(Form):
    username: Annotated[Line, Ask("登录名", "持证同事登录知桥的名字,按它认人")]
    number: Annotated[Line, Ask("证书编号", "证书上的编号")]
    issuer: Annotated[Line, Ask("发证单位", "谁发的")]
    proof: Annotated[Line, Ask("核对了什么", "看了哪份证件或哪个名单、哪天看的")]


class BrokerRule(Form):
    needs_licence: Annotated[YesNo, Ask("必须有资质", "选是:没有有效资质的不派质押融资,也不能接")]
    conditions: Annotated[Paragraph | None, Ask("规定", "一行一条")] = None


def find_licences(session: Session, on: date) -> Mapping[str, DatedRecord]:
    """What holds that day, by user name; of several the one that holds longest."""
    records = list_in_force(session, BROKER_LICENCE, on)
    return {str(each.values["username"]): each for each in sorted(records, key=lambda each: each.valid_to or date.max)}


def is_licence_demanded(session: Session, *, region: str | None, on: date) -> bool:
    """Whether the rule of the place makes it a condition; where nothing is on record it is none."""
    if not any(rule.values["needs_licence"] for rule in list_in_force(session, BROKER_RULE, on)):
        return False  # so that routing, most of the time, need not work out which places cover this one
    rule = find_nearest(session, BROKER_RULE, region=region, on=on)
    return rule is not None and rule.values["needs_licence"] is True


def check_broker(session: Session, record: DatedRecord) -> None:
    """Raises Conflict for a user name that nobody who works here has."""
    query = select(Staff.id).where(
        Staff.username == record.values["username"], Staff.is_active, Staff.role != Role.PARTNER
    )
    if session.scalar(query) is None:
        raise Conflict(UNKNOWN)
