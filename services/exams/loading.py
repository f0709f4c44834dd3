"""Questions into the bank: our own from data/training, and others from JSON Lines or a table."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.yaml_text import read_yaml
from models import ExamQuestion, QuestionState, Subject
from services.exams.bank import LETTERS
from services.exams.citations import period_of, read_cite
from services.exams.topics import PAST_PAPERS, SUBJECT_NAMES, TOPICS
from services.knowledge_import.validity import known_validity

OWN = "知桥自编"
UNTOUCHED = 1
MOST_ROWS = 50_000
# A past paper's may be longer than what fits a phone; beyond these it is no question.
LONGEST_STEM, LONGEST_OPTION = 4_000, 1_000
# What other collections and our own spreadsheet call each field.
NAMES = {
    "stem": ("input", "question", "题干"),
    "answer": ("output", "answer", "答案"),
    "explanation": ("explanation", "解析"),
    "cites": ("cites", "依据"),
    "topic": ("topic", "专题"),
    "subject": ("subject", "科目"),
    "source": ("source", "来源"),
    "licence": ("licence", "license", "许可"),
    "year": ("year", "年份"),
}
# A paper follows the law of its day (the examination is in November). Where one of these laws has changed since, its
# questions are left out until somebody has looked at them.
LAWS_OF_SUBJECT = {
    Subject.PATENT_LAW: ("专利法", "专利法实施细则"),
    Subject.RELATED_LAW: ("民法典", "商标法", "著作权法", "反不正当竞争法", "反垄断法", "民事诉讼法"),
}
PAPER_MONTH = 11


@dataclass
class Imported:
    """What came of a file; `refused` says for each row left out which one, and why."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    superseded: int = 0
    refused: list[str] = field(default_factory=list)


def load_own_questions(session: Session, path: Path, now: datetime) -> Imported:
    """Bring data/training/questions.yaml into the bank. A question that staff changed stays as it is; one that the file
    no longer has is withdrawn."""
    entries = read_yaml(path)
    drafts = [_own_draft(entry) for entry in entries]
    done = _store(session, drafts, now)
    kept = {draft["code"] for draft in drafts}
    for row in session.scalars(select(ExamQuestion).where(ExamQuestion.source == OWN)):
        if row.code not in kept and row.state != QuestionState.WITHDRAWN:
            row.state, row.changed_at = QuestionState.WITHDRAWN, now
    session.flush()
    return done


@dataclass(frozen=True)
class ReadFile:
    """What a file holds, by code; and why each row that is left out is."""

    drafts: Mapping[str, Mapping[str, Any]]
    refused: list[str]


def read_questions(path: Path, today: date, *, licence: str = "") -> ReadFile:
    """Questions from .jsonl, .csv or .xlsx, before anything is written: a large file takes seconds, in which no
    transaction should wait. The same question twice is one. Raises InvalidInput for another file."""
    drafts, refused = [], []
    for count, (place, row) in enumerate(_rows(path), start=1):
        if count > MOST_ROWS:
            raise InvalidInput(f"一次最多{MOST_ROWS}条,请分成几个文件。")
        try:
            drafts.append(_draft(row, licence, today))
        except InvalidInput as error:
            refused.append(f"第{place}条:{error.message}")
    return ReadFile({draft["code"]: draft for draft in drafts}, refused)


def store_questions(session: Session, read: ReadFile, now: datetime) -> Imported:
    """What was read into the bank. Twice is once."""
    done = _store(session, read.drafts.values(), now)
    done.refused = read.refused
    done.superseded = sum(1 for draft in read.drafts.values() if draft["state"] == QuestionState.SUPERSEDED)
    return done


def law_changed_on(subject: Subject, paper_year: int | None) -> date | None:
    """The general rule: the first day after the paper on which a law of the subject changed; None where none did."""
    if paper_year is None:
        return None
    begun = [
        version.valid_from
        for (law, _passed), version in known_validity().items()
        if law in LAWS_OF_SUBJECT[subject] and version.valid_from > date(paper_year, PAPER_MONTH, 1)
    ]
    return min(begun, default=None)


def _own_draft(entry: Mapping[str, Any]) -> dict[str, Any]:
    topic = TOPICS[entry["topic"]]
    cites = [read_cite(text) for text in entry["cites"]]
    first, last = period_of(cites)
    return {
        "code": entry["code"], "subject": topic.subject, "topic": entry["topic"],
        "is_multiple": len(entry["answer"]) > 1, "stem": entry["stem"], "options": list(entry["options"]),
        "answer": entry["answer"], "explanation": entry["why"], "cites": cites, "source": OWN, "licence": "自有",
        "paper_year": None, "state": QuestionState.IN_FORCE, "valid_from": first, "valid_to": last,
    }  # fmt: skip


def _draft(row: Mapping[str, Any], licence: str, today: date) -> dict[str, Any]:
    said = {name: _first(row, names) for name, names in NAMES.items()}
    options = [str(row[letter]).strip() for letter in LETTERS if str(row.get(letter) or "").strip()]
    answer = "".join(sorted(set(re.sub(r"[^A-Z]", "", said["answer"].upper()))))
    if not said["stem"] or len(options) < 2:
        raise InvalidInput("没有题干,或者选项不到两个。")
    if any("\x00" in text for text in (*said.values(), *options)):
        raise InvalidInput("有不能用的字符。")
    if len(said["stem"]) > LONGEST_STEM or max(map(len, options)) > LONGEST_OPTION:
        raise InvalidInput(f"题干最多{LONGEST_STEM}字,选项最多{LONGEST_OPTION}字。")
    if not answer or not set(answer) <= set(LETTERS[: len(options)]):
        raise InvalidInput("答案不在选项里。")
    is_multiple = len(answer) > 1 or str(row.get("multichoice")) == "True"
    if str(row.get("multichoice")) == "False" and len(answer) > 1:
        raise InvalidInput("单选题有几个答案。")
    topic = _topic(said["topic"])
    subject = _subject(f"{said['subject']} {said['source']}", topic)
    year = re.search(r"(?:19|20)\d{2}", said["year"] or said["source"])
    paper_year = int(year[0]) if year else None
    cites = [read_cite(text) for text in re.split(r"[;;\n]", said["cites"]) if text.strip()]
    first, last = period_of(cites)
    # Where articles are given, their dates say whether the question still holds.
    changed_on = None if cites else law_changed_on(subject, paper_year)
    is_old = changed_on is not None and changed_on <= today
    if changed_on is not None and not is_old:
        last = changed_on - timedelta(days=1)
    fingerprint = sha256("\n".join([said["stem"], *options]).encode()).hexdigest()[:20]
    return {
        "code": f"imported-{fingerprint}", "subject": subject, "topic": topic, "is_multiple": is_multiple,
        "stem": said["stem"], "options": options, "answer": answer, "explanation": said["explanation"], "cites": cites,
        "source": (said["source"] or "导入")[:120], "licence": (said["licence"] or licence or "未注明")[:40],
        "paper_year": paper_year, "state": QuestionState.SUPERSEDED if is_old else QuestionState.IN_FORCE,
        "valid_from": first, "valid_to": last,
    }  # fmt: skip


def _store(session: Session, drafts: Iterable[Mapping[str, Any]], now: datetime) -> Imported:
    known = {row.code: row for row in session.scalars(select(ExamQuestion))}
    done = Imported()
    for draft in drafts:
        row = known.get(draft["code"])
        if row is None:
            session.add(ExamQuestion(**draft, answered_count=0, right_count=0, created_at=now, changed_at=now))
            done.added += 1
        elif row.version > UNTOUCHED or all(getattr(row, name) == value for name, value in draft.items()):
            done.unchanged += 1
        else:
            for name, value in draft.items():
                setattr(row, name, value)
            row.changed_at = now
            done.changed += 1
    session.flush()
    return done


def _topic(said: str) -> str:
    return next((code for code, topic in TOPICS.items() if said in {code, topic.name}), PAST_PAPERS)


def _subject(said: str, topic: str) -> Subject:
    if topic != PAST_PAPERS:
        return TOPICS[topic].subject
    is_related = SUBJECT_NAMES[Subject.RELATED_LAW] in said or "related" in said
    return Subject.RELATED_LAW if is_related else Subject.PATENT_LAW


def _first(row: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((str(row[name]).strip() for name in names if row.get(name) not in (None, "")), "")


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    match path.suffix.lower():
        case ".jsonl":
            yield from _json_rows(path)
        case ".csv":
            yield from enumerate(csv.DictReader(StringIO(_text(path), newline="")), start=1)
        case ".xlsx":
            yield from enumerate(_sheet_rows(path), start=1)
        case _:
            raise InvalidInput("只能导入 .jsonl、.csv 或 .xlsx。")


def _json_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for place, line in enumerate(StringIO(_text(path), newline="\n"), start=1):
        try:
            row = json.loads(line)
        except ValueError:
            row = {}
        yield place, row if isinstance(row, dict) else {}


def _text(path: Path) -> str:
    """UTF-8, or what a Chinese spreadsheet program writes. Raises InvalidInput."""
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("文件里的文字读不出来,请另存为XLSX再传。")


def _sheet_rows(path: Path) -> Iterator[dict[str, Any]]:
    from openpyxl import load_workbook  # serving starts in half the time without it

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception:  # openpyxl lets errors of zipfile, XML and its own come through
        raise InvalidInput("不是能打开的XLSX表格。") from None
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        head = [str(cell or "").strip() for cell in next(rows, ())]
        for row in rows:
            if any(cell not in (None, "") for cell in row):
                yield dict(zip(head, row, strict=False))
    finally:
        book.close()
