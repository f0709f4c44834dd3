"""Reads one document of the Chinese office's full-text XML."""

import re
from datetime import date

from lxml import etree

from models.patent import LegalStatus, PatentKind
from nlp.patent_numbers import parse_number
from nlp.region_levels import split_region
from services.patent_import.drafts import (
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
from services.patent_import.xml_text import find, find_all, text_at, text_of

# Kind letters under which a granted right is published.
GRANTED = re.compile(r"[BCUYSD]\d?$")
CLAIM_NUMBER = re.compile(r"^\d{1,3}\s*[.、．,，]\s*")


def read_cnipa(root: etree._Element) -> tuple[PatentDraft, date | None]:
    """The draft, and the day on which the office made the file."""
    facts = find(root, "BibliographicData")
    published = _original(facts, "PublicationReference")
    applied = _original(facts, "ApplicationReference")
    number = publication_number(
        text_at(published, "WIPOST3Code") + text_at(published, "DocNumber") + text_at(published, "Kind")
    )
    application = application_number(text_at(applied, "DocNumber"))
    published_on = read_date(text_at(published, "Date"), "公开日")
    is_granted = bool(GRANTED.search(number))
    draft = PatentDraft(
        publication_number=number,
        application_number=application,
        kind=_kind(number, application),
        title=text_at(facts, "InventionTitle") or text_at(root, "**/DesignTitle"),
        abstract=_abstract(root),
        claims=[CLAIM_NUMBER.sub("", text_of(claim)) for claim in find_all(root, "Claims/Claim")],
        applicants=_applicants(facts),
        inventors=unique(text_at(each, "AddressBook/Name") for each in find_all(facts, "**/Inventor")),
        ipc_codes=_ipc_codes(facts),
        locarno_codes=unique(text_of(each) for each in find_all(facts, "**/LocarnoClassification/MainClassification")),
        region=_region(facts),
        application_date=read_date(text_at(applied, "Date"), "申请日"),
        publication_date=published_on,
        grant_date=published_on if is_granted else None,
        # The paper tells what was published, not what became of it.
        legal_status=LegalStatus.UNKNOWN,
    )
    return draft, read_date(root.get("dateProduced"), "制作日期")


def _original(facts: etree._Element | None, name: str) -> etree._Element | None:
    """The document id as the office wrote it, else in whatever form there is."""
    references = list(find_all(facts, name))
    chosen = next((each for each in references if each.get("dataFormat") == "original"), None)
    return find(chosen if chosen is not None else references[0] if references else None, "DocumentID")


def _kind(number: str, application: str | None) -> str:
    parsed = parse_number(application or "")
    if parsed is None:
        return kind_of_number(number)
    body = parsed.normal.removeprefix("CN").partition(".")[0]
    type_digit = body[4] if len(body) == 12 else body[2]
    return {"2": PatentKind.UTILITY_MODEL, "9": PatentKind.UTILITY_MODEL, "3": PatentKind.DESIGN}.get(
        type_digit, PatentKind.INVENTION
    )


def _abstract(root: etree._Element) -> str:
    abstract = find(root, "Abstract")
    paragraphs = [text_of(each) for each in find_all(abstract, "Paragraphs")]
    return clean(" ".join(paragraphs)) or text_at(root, "**/BriefExplanation")


def _applicants(facts: etree._Element | None) -> list[dict[str, str | None]]:
    """The owners where the paper names them, else who applied."""
    owners = unique(text_at(each, "AddressBook/Name") for each in find_all(facts, "**/Assignee"))
    applied = unique(text_at(each, "AddressBook/Name") for each in find_all(facts, "**/Applicant"))
    return [applicant(name) for name in owners or applied]


def _ipc_codes(facts: etree._Element | None) -> list[str]:
    current = [text_at(each, "Text") for each in find_all(facts, "**/ClassificationIPCR")]
    early = [
        text_of(each)
        for name in ("MainClassification", "FurtherClassification")
        for each in find_all(facts, f"ClassificationIPC/{name}")
        if each.get("dataFormat") == "original"
    ]
    return read_ipc_codes(current or early)


def _region(facts: etree._Element | None) -> str | None:
    address = find(facts, "**/Applicant/AddressBook/Address")
    parts = [text_at(address, name) for name in ("Province", "City", "County")]
    named = "".join(part for part in parts if part and part != "0")
    return "".join(split_region(named) or split_region(text_at(address, "Text"))) or None
