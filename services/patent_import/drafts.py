"""A patent as an importer read it, checked before it touches the database, and what is said of one refused."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from models.patent import LegalStatus, PatentKind
from nlp.ipc import normalise_ipc
from nlp.patent_numbers import parse_number

APPLICANT_TYPES = ("enterprise", "university", "institute", "hospital", "individual", "government")
TYPE_WORDS = (
    ("hospital", re.compile(r"医院|保健院|(?i:hospital|clinic)")),
    ("enterprise", re.compile(r"公司|集团|厂$|企业|合作社|(?i:\b(inc|ltd|llc|corp|corporation|co|gmbh|ag|kk)\b\.?)")),
    ("institute", re.compile(r"研究院|研究所|科学院|实验室|中心$|(?i:institute|laborator)")),
    ("university", re.compile(r"大学|学院|学校|(?i:university|college)")),
    ("government", re.compile(r"[省市县区部]人民政府|局$|委员会$|管理处$|海关$")),
)
PERSON = re.compile(r"^[一-鿿]{2,3}$|^[一-鿿]{1,6}·[一-鿿·]{1,20}$")
# NUL and halves of surrogate pairs: legal in JSON, in no database.
REFUSED = re.compile("[\x00\ud800-\udfff]")
DESIGN_KINDS, UTILITY_KINDS = "SD", "UY"


class BadRecord(Exception):
    """One record cannot be taken; the message is the reason in Chinese."""


@dataclass(frozen=True)
class Rejection:
    """What the report shows. A warning's record was taken all the same."""

    file: str
    record: str
    reason: str
    is_warning: bool = False


@dataclass(frozen=True)
class PatentDraft:
    """The content of one publication; fields as in models.Patent."""

    publication_number: str
    title: str
    kind: str
    application_number: str | None = None
    country: str = "CN"
    abstract: str = ""
    claims: list[str] = field(default_factory=list)
    applicants: list[dict[str, str | None]] = field(default_factory=list)
    inventors: list[str] = field(default_factory=list)
    ipc_codes: list[str] = field(default_factory=list)
    locarno_codes: list[str] = field(default_factory=list)
    region: str | None = None
    application_date: date | None = None
    publication_date: date | None = None
    grant_date: date | None = None
    legal_status: str = LegalStatus.UNKNOWN
    status_date: date | None = None
    is_demo: bool = False

    def content_hash(self) -> str:
        """The same for the same content, whatever file it came in."""
        plain = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True)
class ReadRecord:
    """A draft with where it stood, for the report."""

    draft: PatentDraft
    file: str
    record: str
    data_date: date
    warnings: tuple[str, ...] = ()


def check_draft(draft: PatentDraft) -> tuple[str, ...]:
    """Warnings about a draft that may be taken; raises BadRecord for one that may not."""
    if not draft.title:
        raise BadRecord("没有名称")
    if draft.kind not in set(PatentKind):
        raise BadRecord(f"专利类型不认识:{draft.kind[:20]}")
    if draft.legal_status not in set(LegalStatus):
        raise BadRecord(f"法律状态不认识:{draft.legal_status[:20]}")
    if len(draft.publication_number) > 30 or len(draft.application_number or "") > 30:
        raise BadRecord("号码过长")
    if draft.application_date and draft.publication_date and draft.publication_date < draft.application_date:
        raise BadRecord("公开日早于申请日")
    number = parse_number(draft.application_number or "")
    if number is not None and number.kind == "application" and not number.is_valid:
        return (f"申请号校验位不对:{number.normal}",)
    return ()


def clean(text: Any) -> str:
    """One line of text without the characters that databases refuse."""
    return " ".join(REFUSED.sub("", str(text or "")).split())


def publication_number(text: Any, country: str = "") -> str:
    """In normal form; raises BadRecord where it is none."""
    given = clean(text)
    number = parse_number(given) or parse_number(country + given)
    if number is None or number.kind != "publication":
        raise BadRecord(f"公开号不对:{given[:40]}" if given else "没有公开号")
    return number.normal


def application_number(text: Any) -> str | None:
    """In normal form where it is a Chinese one, else as given; None where there is none."""
    given = clean(text)
    number = parse_number(given) or parse_number("CN" + given)
    return number.normal if number is not None and number.kind == "application" else given or None


def read_date(value: Any, name: str) -> date | None:
    """From a date, `2021-03-15`, `20210315`, `2021.3.15`, `2021年3月15日`; raises BadRecord for anything else."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = clean(value)
    if not text or set(text) <= set("0-"):
        return None
    match = re.fullmatch(r"(\d{4})[-./年]?(\d{1,2})[-./月]?(\d{1,2})日?(?:[T ].*)?", text)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else _no_date(text, name)
    except ValueError:
        return _no_date(text, name)


def read_ipc_codes(values: Iterable[Any]) -> list[str]:
    """Normal forms without repetition; what is no symbol is left out."""
    return unique(filter(None, (normalise_ipc(clean(value)) for value in values)))


def kind_of_number(number: str) -> str:
    """The kind of right that a Chinese number names, by its kind letter, else by its type digit."""
    letter = re.search(r"([A-Z])\d?$", number)
    if letter and letter[1] in DESIGN_KINDS:
        return PatentKind.DESIGN
    if letter and letter[1] in UTILITY_KINDS:
        return PatentKind.UTILITY_MODEL
    return PatentKind.INVENTION


def applicant(name: str, kind: str | None = None) -> dict[str, str | None]:
    """As the model stores one; the type is told from the name where none is given and the name says it."""
    if kind in APPLICANT_TYPES:
        return {"name": name, "type": kind}
    for found, pattern in TYPE_WORDS:
        if pattern.search(name):
            return {"name": name, "type": found}
    return {"name": name, "type": "individual" if PERSON.match(name) else None}


def unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _no_date(text: str, name: str) -> date:
    raise BadRecord(f"{name}不对:{text[:30]}")
