"""Reads statutes: JSON Lines with one article a line, and JSON Lines with one whole document a line."""

import json
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from models.knowledge import DocumentKind
from nlp.law_names import article_label, short_name
from services.knowledge_import.articles import effective_date, find_date, latest_date, split_articles
from services.knowledge_import.drafts import DocumentDraft, PassageDraft, Rejection
from services.knowledge_import.regions import full_region
from services.knowledge_import.validity import find_code, find_validity

KINDS = {
    "司法解释": DocumentKind.INTERPRETATION,
    "行政法规": DocumentKind.REGULATION,
    "部门规章": DocumentKind.REGULATION,
    "地方性法规": DocumentKind.REGULATION,
}
END_OF_HEADER = "<!-- INFO END -->"
Parsed = dict[str, Any] | Rejection


def statute_draft(
    *,
    title: str,
    passages: tuple[PassageDraft, ...],
    passed: date | None,
    source: str,
    checked_at: date,
    origin: str,
    kind: str = DocumentKind.STATUTE,
    region: str = "全国",
    authority: str | None = None,
    header: str = "",
) -> DocumentDraft:
    """A statute with the days on which this version holds: known ones first, then what its own text says."""
    key = short_name(title)
    known = find_validity(key, passed)
    starts, is_certain = (known.valid_from, True) if known else effective_date(passages, header, passed)
    return DocumentDraft(
        key=key,
        kind=kind,
        title=title,
        region=region,
        authority=authority,
        version=passed.isoformat() if passed else "未注明版本",
        source=source,
        valid_from=starts,
        valid_to=known.valid_to if known else None,
        checked_at=checked_at,
        confidence="V" if is_certain else "V2",
        passages=passages,
        origin=origin,
    )


def read_json_lines(path: Path, checked_at: date, kind: str | None) -> Iterator[DocumentDraft | Rejection]:
    """Documents of a JSON Lines file: articles that follow each other are put together, whole documents are cut."""
    articles: list[tuple[int, dict[str, Any]]] = []
    for number, parsed in _parsed_lines(path):
        if isinstance(parsed, Rejection):
            yield parsed
        elif {"law", "article", "text"} <= parsed.keys():
            articles.append((number, parsed))
        elif {"title", "text"} <= parsed.keys():
            yield _whole_document(parsed, path.name, number, checked_at, kind)
        else:
            yield Rejection(path.name, f"第{number}行", "缺少字段:要有 law、article、text,或 title、text")
    yield from _grouped_articles(articles, path.name, checked_at, kind)


def _parsed_lines(path: Path) -> Iterator[tuple[int, Parsed]]:
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                yield number, Rejection(path.name, f"第{number}行", "不是有效的JSON")
                continue
            if not isinstance(row, dict):
                yield number, Rejection(path.name, f"第{number}行", "应是一个JSON对象")
            else:
                yield number, row


def _identity(row: dict[str, Any]) -> tuple[str, str]:
    """Which text an article belongs to: the books of a code are one law."""
    file = str(row.get("file") or "")
    code = find_code(file)
    return (code[0], file.rsplit("/", 1)[0]) if code else (str(row["law"]), file)


def _grouped_articles(
    rows: list[tuple[int, dict[str, Any]]], file: str, checked_at: date, kind: str | None
) -> Iterator[DocumentDraft | Rejection]:
    groups: dict[tuple[str, str], list[tuple[int, dict[str, Any]]]] = {}
    for identity, members in groupby(rows, key=lambda numbered: _identity(numbered[1])):
        groups.setdefault(identity, []).extend(members)
    for (law, _folder), numbered in groups.items():
        passages: dict[str, PassageDraft] = {}
        for number, row in numbered:
            passage = _article(row)
            if passage is None:
                yield Rejection(file, f"第{number}行", "条文号或正文不对")
            elif passage.label in passages:
                yield Rejection(file, f"第{number}行", f"《{short_name(law)}》{passage.label}重复")
            else:
                passages[passage.label] = passage
        first = numbered[0][1]
        code = find_code(str(first.get("file") or ""))
        history = first.get("history") or []
        passed = code[1] if code else latest_date(" ".join(map(str, history)) if isinstance(history, list) else "")
        if passages:
            yield statute_draft(
                title=law,
                passages=tuple(passages.values()),
                passed=passed,
                source=f"《{short_name(law)}》{_version_words(passed)}",
                checked_at=checked_at,
                origin=file,
                kind=kind or DocumentKind.STATUTE,
            )


def _article(row: dict[str, Any]) -> PassageDraft | None:
    text = row.get("text")
    label = article_label(str(row.get("article", "")))
    if not isinstance(text, str) or not text.strip() or label is None:
        return None
    chapter = row.get("chapter")
    return PassageDraft(label, text.strip(), " ".join(str(chapter).split()) if chapter else None)


def _version_words(passed: date | None) -> str:
    return f"({passed.year}年{passed.month}月{passed.day}日通过的版本)" if passed else ""


def _whole_document(
    row: dict[str, Any], file: str, number: int, checked_at: date, kind: str | None
) -> DocumentDraft | Rejection:
    text, title = row["text"], row["title"]
    if not isinstance(text, str) or not isinstance(title, str) or not title.strip():
        return Rejection(file, f"第{number}行", "标题或正文不是文字")
    header, _, body = text.partition(END_OF_HEADER) if END_OF_HEADER in text else ("", "", text)
    passages = tuple(split_articles(body))
    if not passages:
        return Rejection(file, f"第{number}行", f"《{title}》里没有找到条文")
    stated = str(row.get("date") or "")
    category = str(row.get("kind") or "")
    law = "民法典" if category == "民法典" else title
    return statute_draft(
        title=law,
        passages=passages,
        passed=find_date(stated) or latest_date(header),
        source=f"《{short_name(law)}》{_version_words(find_date(stated) or latest_date(header))}",
        checked_at=checked_at,
        origin=file,
        kind=kind or KINDS.get(category, DocumentKind.STATUTE),
        region=full_region(str(row.get("region") or "全国")),
        header=header,
    )
