"""Builds a draft from plain values under our own field names: what JSON Lines and tables have in common."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from models.patent import LegalStatus, PatentKind
from services.patent_import.drafts import (
    BadRecord,
    PatentDraft,
    applicant,
    application_number,
    clean,
    kind_of_number,
    publication_number,
    read_date,
    read_ipc_codes,
    unique,
)

KIND_WORDS = {
    "发明": PatentKind.INVENTION,
    "实用新型": PatentKind.UTILITY_MODEL,
    "外观": PatentKind.DESIGN,
}
# The first of these that stands in the text decides, so what ends a right comes before what grants it.
STATUS_WORDS = (
    ("未授权", LegalStatus.PENDING),
    ("无效", LegalStatus.INVALIDATED),
    ("驳回", LegalStatus.REJECTED),
    ("撤回", LegalStatus.WITHDRAWN),
    ("放弃", LegalStatus.LAPSED),
    ("失效", LegalStatus.LAPSED),
    ("终止", LegalStatus.LAPSED),
    ("届满", LegalStatus.LAPSED),
    ("有效", LegalStatus.ACTIVE),
    ("有权", LegalStatus.ACTIVE),
    ("授权", LegalStatus.ACTIVE),
    ("维持", LegalStatus.ACTIVE),
    ("审", LegalStatus.PENDING),
    ("公开", LegalStatus.PENDING),
)
SEPARATORS = re.compile(r"\s*[;；|\n]\s*")


def build_draft(values: Mapping[str, Any]) -> PatentDraft:
    """Raises BadRecord with the reason where the values make no patent."""
    number = publication_number(values.get("publication_number"))
    return PatentDraft(
        publication_number=number,
        application_number=application_number(values.get("application_number")),
        country=number[:2],
        kind=_kind(clean(values.get("kind")), number),
        title=clean(values.get("title")),
        abstract=clean(values.get("abstract")),
        claims=[clean(claim) for claim in _list(values, "claims") if clean(claim)],
        applicants=_applicants(values),
        inventors=unique(clean(name) for name in _list(values, "inventors")),
        ipc_codes=read_ipc_codes(_list(values, "ipc_codes") or _list(values, "ipc_subclasses") or _list(values, "cpc")),
        locarno_codes=unique(clean(code) for code in _list(values, "locarno_codes")),
        region=_region(clean(values.get("region"))),
        application_date=read_date(values.get("application_date"), "申请日"),
        publication_date=read_date(values.get("publication_date"), "公开日"),
        grant_date=read_date(values.get("grant_date"), "授权日"),
        legal_status=_status(clean(values.get("legal_status"))),
        status_date=read_date(values.get("status_date"), "状态日期"),
        is_demo=_flag(values.get("demo", values.get("is_demo"))),
    )


def read_data_date(values: Mapping[str, Any]) -> date | None:
    """The date that the record itself gives for its data."""
    return read_date(values.get("data_date"), "数据日期")


def _list(values: Mapping[str, Any], name: str) -> list[Any]:
    """A list as it is, a text taken apart at semicolons."""
    value = values.get(name)
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return [part for part in SEPARATORS.split(value) if part]
    raise BadRecord(f"{name} 应当是列表")


def _applicants(values: Mapping[str, Any]) -> list[dict[str, str | None]]:
    found = []
    for each in _list(values, "applicants"):
        name = clean(each.get("name") if isinstance(each, Mapping) else each)
        if name:
            found.append(applicant(name, each.get("type") if isinstance(each, Mapping) else None))
    return found


def _kind(word: str, number: str) -> str:
    if word in set(PatentKind):
        return word
    if not word:
        return kind_of_number(number)
    for known, kind in KIND_WORDS.items():
        if known in word:
            return kind
    raise BadRecord(f"专利类型不认识:{word[:20]}")


def _status(word: str) -> str:
    if not word or word in set(LegalStatus):
        return word or LegalStatus.UNKNOWN
    for known, status in STATUS_WORDS:
        if known in word:
            return status
    raise BadRecord(f"法律状态不认识:{word[:20]}")


def _region(region: str) -> str | None:
    if len(region) > 60:
        raise BadRecord("地区过长")
    return region or None


def _flag(value: Any) -> bool:
    return value is True or clean(value).lower() in ("true", "1", "是", "演示数据")
