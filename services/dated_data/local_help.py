"""Whom to turn to in a place, and which unit takes a request from there."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import StringConstraints

from services.catalogue.fields import NO_NUL, Ask, Choice, Count, Form, Line, Paragraph, Reads

# Hotlines have five digits, offices a code with a hyphen; several are divided by 、.
Telephone = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=60, pattern=r"^[0-9\-、 转]+$"), Reads.LINE
]
Address = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=4, max_length=200, pattern=NO_NUL), Reads.LINE
]


class ContactFor(Choice):
    AID = "aid", "维权援助"
    ENFORCEMENT = "enforcement", "行政执法"
    COPYRIGHT = "copyright", "版权"
    MEDIATION = "mediation", "纠纷调解"
    COURT = "court", "法院"
    NOTARY = "notary", "公证"
    FINANCE = "finance", "融资"
    EXPERT = "expert", "专家"
    CONSULTATION = "consultation", "综合咨询"


class Contact(Form):
    role: Annotated[ContactFor, Ask("办什么", "选一项")]
    unit: Annotated[Line, Ask("单位", "全称")]
    phone: Annotated[Telephone | None, Ask("电话", "如 12345")] = None
    address: Annotated[Address | None, Ask("地址", "没有窗口就不填")] = None
    hours: Annotated[Line | None, Ask("办公时间", "如 工作日9:00-17:00")] = None
    url: Annotated[Line | None, Ask("网址", "https:// 开头")] = None
    conditions: Annotated[Paragraph | None, Ask("说明", "一行一条")] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> dict[str, str]:
        if not any(values.get(name) for name in ("phone", "address", "url")):
            return {"phone": "电话、地址、网址至少填一样"}
        url = values.get("url")
        return {} if not url or str(url).startswith("https://") else {"url": "要以 https:// 开头"}


class RegionRouting(Form):
    lead: Annotated[Line, Ask("牵头单位", "交给谁")]
    others: Annotated[Paragraph | None, Ask("协同单位", "一行一个")] = None
    accept_days: Annotated[Count | None, Ask("几个工作日内受理", "没有规定就不填")] = None
    conditions: Annotated[Paragraph | None, Ask("说明", "一行一条")] = None
