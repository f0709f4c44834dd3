"""Whom a mailing is for: groups that anybody may be told they are in, by place. Never by what a person is thought to be
like: a mailing is the same for all of its segment (PIPL art. 24)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_

from core.errors import InvalidInput
from models import Booking, CustodyRight, MarketPost, User, WeChatIdentity

MOST_REGIONS, LONGEST_REGION = 20, 20


class Group(StrEnum):
    ALL = "all"
    COMPANIES = "companies"
    KEEPERS = "keepers"
    TRADERS = "traders"
    TRAINEES = "trainees"


GROUP_NAMES = {
    Group.ALL: "所有用户", Group.COMPANIES: "登记了企业的", Group.KEEPERS: "有托管的", Group.TRADERS: "发过供需的",
    Group.TRAINEES: "报过培训的",
}  # fmt: skip


@dataclass(frozen=True)
class Segment:
    """Everybody of a group, in these regions where any are named."""

    group: Group
    regions: tuple[str, ...] = ()

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> "Segment":
        """From a row or a form. Raises InvalidInput."""
        group, regions = values.get("group"), tuple(dict.fromkeys(values.get("regions") or ()))
        problems = {}
        if group not in set(Group):
            problems["group"] = "请选一个"
        if len(regions) > MOST_REGIONS or any(not 2 <= len(each) <= LONGEST_REGION for each in regions):
            problems["regions"] = f"最多{MOST_REGIONS}个地区,写全名,如 广东省广州市"
        if problems:
            raise InvalidInput(fields=problems)
        return cls(Group(str(group)), regions)

    def to_dict(self) -> dict[str, Any]:
        return {"group": self.group, "regions": list(self.regions)}

    @property
    def name(self) -> str:
        return " · ".join([GROUP_NAMES[self.group], *self.regions])

    def condition(self) -> ColumnElement[bool]:
        """Who is in it and still here: for a query over users."""
        own: list[ColumnElement[bool]] = [User.erased_at.is_(None), exists().where(WeChatIdentity.user_id == User.id)]
        if self.group is Group.COMPANIES:
            own.append(User.company_id.is_not(None))
        elif self.group is Group.KEEPERS:
            own.append(exists().where(CustodyRight.user_id == User.id))
        elif self.group is Group.TRADERS:
            own.append(exists().where(MarketPost.user_id == User.id))
        elif self.group is Group.TRAINEES:
            own.append(exists().where(Booking.user_id == User.id))
        if self.regions:
            own.append(or_(*[User.region.startswith(name, autoescape=True) for name in self.regions]))
        return and_(*own)
