"""Reads one document of the United States office: grants and applications, from ST.32 of 2001 to version 4 of today."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from lxml import etree

from models.patent import PatentKind
from services.patent_import.drafts import PatentDraft, applicant, publication_number, read_date, read_ipc_codes, unique
from services.patent_import.xml_text import find, find_all, local_name, text_at, text_of

CLAIM_NUMBER = re.compile(r"^\d{1,3}\s*\.\s*")
# ST.32 writes the main group in three places and the subgroup behind it, without a stroke: `G06F 1516`.
PACKED_IPC = re.compile(r"^([A-H]\d{2}[A-Z])(?: |0)?(\d{2}|\d)(\d{2,5})$")
SERIES = re.compile(r"^(D|RE|PP|H|T)?0*(\d+)$")


def read_uspto(root: etree._Element) -> tuple[PatentDraft, date | None]:
    """The draft, and the day on which the office made the file."""
    return READERS[local_name(root)](root)


def _draft(number: str, *, is_grant: bool, published: date | None, **values: Any) -> PatentDraft:
    kind = PatentKind.DESIGN if number.startswith("USD") else PatentKind.INVENTION
    values.setdefault("kind", kind)
    return PatentDraft(
        publication_number=number,
        country="US",
        publication_date=published,
        grant_date=published if is_grant else None,
        **values,
    )


def _read_version_4(root: etree._Element) -> tuple[PatentDraft, date | None]:
    is_grant = local_name(root) == "us-patent-grant"
    facts = find(root, "us-bibliographic-data-grant" if is_grant else "us-bibliographic-data-application")
    published = find(facts, "publication-reference/document-id")
    applied = find(facts, "application-reference")
    is_design = applied is not None and applied.get("appl-type") == "design"
    draft = _draft(
        _number(text_at(published, "doc-number"), text_at(published, "kind")),
        is_grant=is_grant,
        published=read_date(text_at(published, "date"), "公开日"),
        kind=PatentKind.DESIGN if is_design else PatentKind.INVENTION,
        application_number=_application(text_at(applied, "document-id/doc-number")),
        application_date=read_date(text_at(applied, "document-id/date"), "申请日"),
        title=text_at(facts, "invention-title"),
        abstract=text_at(root, "abstract"),
        claims=_claims(find_all(root, "claims/claim")),
        applicants=_version_4_applicants(facts),
        inventors=_version_4_inventors(facts),
        ipc_codes=_version_4_ipc(facts),
        locarno_codes=_locarno(text_at(facts, "classification-locarno/main-classification")),
    )
    return draft, read_date(root.get("date-produced"), "制作日期")


def _version_4_applicants(facts: etree._Element | None) -> list[dict[str, str | None]]:
    """Who owns it: the assignees, else the applicants."""
    for path in ("assignees/assignee", "us-parties/us-applicants/us-applicant", "parties/applicants/applicant"):
        names = unique(_person(find(each, "addressbook")) or _person(each) for each in find_all(facts, path))
        if names:
            is_person = [find(each, "**/orgname") is None for each in find_all(facts, path)]
            return [applicant(name, "individual" if all(is_person) else None) for name in names]
    return []


def _version_4_inventors(facts: etree._Element | None) -> list[str]:
    inventors = unique(_person(find(each, "addressbook")) for each in find_all(facts, "**/inventor"))
    if inventors:
        return inventors
    return unique(
        _person(find(each, "addressbook"))
        for each in find_all(facts, "parties/applicants/applicant")
        if "inventor" in (each.get("app-type") or "")
    )


def _person(book: etree._Element | None) -> str:
    organisation = text_at(book, "orgname")
    return organisation or f"{text_at(book, 'first-name')} {text_at(book, 'last-name')}".strip()


def _version_4_ipc(facts: etree._Element | None) -> list[str]:
    codes = [
        "{}{}{} {}/{}".format(
            *(text_at(each, name) for name in ("section", "class", "subclass", "main-group", "subgroup"))
        )
        for each in find_all(facts, "classifications-ipcr/classification-ipcr")
    ]
    early = find(facts, "classification-ipc")
    names = ("main-classification", "further-classification")
    return read_ipc_codes(codes or [text_of(each) for name in names for each in find_all(early, name)])


def _read_st32(root: etree._Element) -> tuple[PatentDraft, date | None]:
    facts = find(root, "SDOBI")
    owners = unique(_st32_name(each) for each in find_all(facts, "B700/B730/B731/PARTY-US"))
    inventors = unique(_st32_name(each) for each in find_all(facts, "B700/B720/B721/PARTY-US"))
    number = _number(text_at(facts, "B100/B110/DNUM"), text_at(facts, "B100/B130"))
    is_design = number.startswith("USD")
    classes = [text_of(each) for name in ("B511", "B512") for each in find_all(facts, f"B500/B510/{name}")]
    draft = _draft(
        number,
        is_grant=True,
        published=read_date(text_at(facts, "B100/B140/DATE"), "公开日"),
        application_number=_application(text_at(facts, "B200/B210/DNUM")),
        application_date=read_date(text_at(facts, "B200/B220/DATE"), "申请日"),
        title=text_at(facts, "B500/B540"),
        abstract=text_at(root, "SDOAB"),
        claims=_claims(find_all(root, "SDOCL/CL/CLM")),
        applicants=[applicant(name) for name in owners] or [applicant(name, "individual") for name in inventors],
        inventors=inventors,
        ipc_codes=[] if is_design else read_ipc_codes(PACKED_IPC.sub(r"\1 \2/\3", each) for each in classes),
        locarno_codes=_locarno(classes[0]) if is_design and classes else [],
    )
    return draft, None


def _st32_name(party: etree._Element) -> str:
    organisation = text_at(party, "NAM/ONM")
    return organisation or f"{text_at(party, 'NAM/FNM')} {text_at(party, 'NAM/SNM')}".strip()


def _read_early_application(root: etree._Element) -> tuple[PatentDraft, date | None]:
    facts = find(root, "subdoc-bibliographic-information")
    filed = find(facts, "domestic-filing-data")
    inventors = unique(
        f"{text_at(each, 'name/given-name')} {text_at(each, 'name/family-name')}".strip()
        for name in ("first-named-inventor", "inventor")
        for each in find_all(facts, f"inventors/{name}")
    )
    owners = unique(text_at(each, "organization-name") for each in find_all(facts, "assignee"))
    draft = _draft(
        _number(text_at(facts, "document-id/doc-number"), text_at(facts, "document-id/kind-code")),
        is_grant=False,
        published=read_date(text_at(facts, "document-id/document-date"), "公开日"),
        application_number=_application(text_at(filed, "application-number/doc-number")),
        application_date=read_date(text_at(filed, "filing-date"), "申请日"),
        title=text_at(facts, "technical-information/title-of-invention"),
        abstract=text_at(root, "subdoc-abstract"),
        claims=_claims(find_all(root, "subdoc-claims/claim")),
        applicants=[applicant(name) for name in owners] or [applicant(name, "individual") for name in inventors],
        inventors=inventors,
        ipc_codes=read_ipc_codes(text_of(each) for each in find_all(facts, "**/ipc")),
    )
    return draft, None


def _claims(claims: Any) -> list[str]:
    return [text for text in (CLAIM_NUMBER.sub("", text_of(each)) for each in claims) if text]


def _number(number: str, kind: str) -> str:
    """Leading zeros are filling: 08926509 is US8926509, D0435854 is USD435854."""
    match = SERIES.match(number)
    plain = (match[1] or "") + match[2] if match else number
    return publication_number(f"US{plain}{kind}")


def _application(number: str) -> str | None:
    return f"US{number}" if number else None


def _locarno(code: str) -> list[str]:
    digits = re.sub(r"\D", "", code)
    return [f"{digits[:2]}-{digits[2:]}"] if len(digits) == 4 else []


READERS: dict[str, Callable[[etree._Element], tuple[PatentDraft, date | None]]] = {
    "us-patent-grant": _read_version_4,
    "us-patent-application": _read_version_4,
    "PATDOC": _read_st32,
    "patent-application-publication": _read_early_application,
}
