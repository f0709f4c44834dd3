"""Documents that people write: Markdown, HTML, DOCX, PDF and plain text, cut at their headings or articles.

Each format is first brought to lines, headings marked with `#`; the cutting is one for all.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import lxml.html
import yaml

from core.yaml_text import parse_yaml
from models.knowledge import DocumentKind
from nlp.law_names import find_references, short_name
from services.knowledge_import.articles import find_date, latest_date, split_articles
from services.knowledge_import.drafts import DocumentDraft, PassageDraft
from services.knowledge_import.regions import full_region
from services.knowledge_import.statutes import statute_draft

HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
FRONT_MATTER = re.compile(r"\A\ufeff?---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
BASIS = re.compile(r"^依据[:：]")
# A plain text that holds at least so many articles is a statute.
FEWEST_ARTICLES = 3
LONGEST_LABEL = 160


class UnreadableFile(Exception):
    """Says in Chinese why nothing could be taken from a file."""


@dataclass(frozen=True)
class Page:
    """A document as marked lines, with what its head says about it."""

    text: str
    head: dict[str, Any] = field(default_factory=dict)
    title: str = ""


def read_page(path: Path) -> Page:
    """The text of a file in one of the known formats; raises UnreadableFile."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableFile(f"不认识的格式:{path.suffix or '没有扩展名'}")
    try:
        return reader(path)
    except UnreadableFile:
        raise
    except Exception as error:  # every format's library has errors of its own
        raise UnreadableFile(f"打不开:{type(error).__name__}") from error


def _decode(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("文字编码认不出来")


def _read_markdown(path: Path) -> Page:
    text = _decode(path)
    match = FRONT_MATTER.match(text)
    if match is None:
        return Page(text)
    try:
        head = parse_yaml(match.group(1))
    except yaml.YAMLError as error:
        raise UnreadableFile(f"文件头不是有效的YAML:{str(error).splitlines()[0]}") from error
    if not isinstance(head, dict):
        raise UnreadableFile("文件头应是字段和值")
    return Page(text[match.end() :], head)


def _read_html(path: Path) -> Page:
    root: Any = lxml.html.document_fromstring(_decode(path))
    for element in root.xpath("//script|//style|//nav|//header|//footer|//noscript"):
        element.drop_tree()
    title = (root.findtext(".//h1") or root.findtext(".//title") or "").strip()
    lines = []
    for element in root.iter("h1", "h2", "h3", "h4", "p", "li", "td", "th", "div"):
        is_leaf = element.tag != "div" or not element.xpath("./p|./div|./h1|./h2|./h3|./ul|./ol|./table")
        text = " ".join(str(element.text_content()).split())
        if text and is_leaf:
            lines.append(f"{'#' * int(element.tag[1])} {text}" if element.tag[0] == "h" else text)
    return Page("\n".join(lines), title=title)


def _read_docx(path: Path) -> Page:
    # The readers of DOCX and PDF are imported by who reads one: serving needs this package, but not them.
    import docx
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    lines, title = [], ""
    for block in docx.Document(str(path)).iter_inner_content():
        if isinstance(block, Table):
            lines += [" | ".join(cell.text.strip() for cell in row.cells) for row in block.rows]
        elif isinstance(block, Paragraph) and block.text.strip():
            style = (block.style.name if block.style else "") or ""
            level = re.match(r"(?:Heading|标题)\s*(\d)", style)
            title = title or (block.text.strip() if style in ("Title", "标题") else "")
            lines.append(f"{'#' * int(level.group(1))} {block.text.strip()}" if level else block.text.strip())
    return Page("\n".join(lines), title=title)


def _read_pdf(path: Path) -> Page:
    import pypdf

    pages = [page.extract_text() or "" for page in pypdf.PdfReader(str(path)).pages]
    text = "\n".join(unicodedata.normalize("NFKC", page).strip() for page in pages).strip()
    if not text:
        raise UnreadableFile("PDF里没有文字,可能是扫描件")
    return Page(text)


def _read_text(path: Path) -> Page:
    return Page(_decode(path))


READERS = {
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".docx": _read_docx,
    ".pdf": _read_pdf,
    ".txt": _read_text,
}


def read_document(path: Path, checked_at: date, kind: str | None) -> DocumentDraft:
    """The one document of a file; raises UnreadableFile where it has no title, no text or a wrong date."""
    page = read_page(path)
    articles = split_articles(page.text)
    title = str(page.head.get("title") or page.title or _first_title(page.text) or path.stem).strip()
    if len(articles) >= FEWEST_ARTICLES and not page.head:
        before = page.text.split(articles[0].text[:10], 1)[0]
        return statute_draft(
            title=title,
            passages=tuple(articles),
            passed=latest_date(before),
            source=path.name,
            checked_at=checked_at,
            origin=path.name,
            kind=kind or DocumentKind.REGULATION,
            header=before,
        )
    return _with_head(path, page, title, checked_at, kind)


def _first_title(text: str) -> str:
    for line in text.splitlines():
        if line.strip():
            heading = HEADING.match(line.strip())
            return heading.group(2) if heading else (line.strip() if len(line.strip()) <= 60 else "")
    return ""


def _with_head(path: Path, page: Page, title: str, checked_at: date, kind: str | None) -> DocumentDraft:
    head = page.head
    valid_from, valid_to = _day(head, "valid_from"), _day(head, "valid_to")
    if valid_from and valid_to and valid_to < valid_from:
        raise UnreadableFile("失效日期早于生效日期")
    checked = _day(head, "checked_at") or checked_at
    statutes = _statutes(head.get("statutes"))
    questions = tuple(str(each).strip() for each in head.get("questions") or () if str(each).strip())
    passages = tuple(split_sections(page.text, title, questions, statutes))
    if not passages:
        raise UnreadableFile("没有正文")
    confidence = str(head.get("confidence") or "GK")
    if confidence not in ("V", "V2", "GK"):
        raise UnreadableFile(f"confidence 只能是 V、V2、GK,不是 {confidence}")
    return DocumentDraft(
        key=path.stem if head else title[:LONGEST_LABEL],
        kind=kind or str(head.get("kind") or (DocumentKind.GUIDE if head else DocumentKind.DOCUMENT)),
        title=title[:LONGEST_LABEL],
        region=full_region(str(head.get("region") or "全国")),
        authority=str(head["authority"])[:120] if head.get("authority") else None,
        topic=str(head["topic"])[:30] if head.get("topic") else None,
        version=str(head.get("version") or valid_from or checked),
        source=str(head.get("source") or path.name)[:300],
        valid_from=valid_from,
        valid_to=valid_to,
        checked_at=checked,
        confidence=confidence,
        passages=passages,
        origin=path.name,
    )


def _day(head: dict[str, Any], name: str) -> date | None:
    value = head.get(name)
    if value in (None, ""):
        return None
    day = value if isinstance(value, date) else find_date(str(value))
    if day is None:
        raise UnreadableFile(f"{name} 不是日期")
    return date(day.year, day.month, day.day)


def _statutes(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list):
        return ()
    pairs = [(short_name(str(each["law"])), str(each["article"])) for each in value if _is_statute(each)]
    return tuple(dict.fromkeys(pairs))


def _is_statute(value: Any) -> bool:
    return isinstance(value, dict) and bool(value.get("law")) and bool(value.get("article"))


def split_sections(
    text: str, title: str, questions: tuple[str, ...], statutes: tuple[tuple[str, str], ...]
) -> Iterator[PassageDraft]:
    """One passage a section. The line 依据:… at its end becomes the articles that it rests on."""
    chapter = ""
    for level, heading, lines in _blocks(text):
        if level == 1:
            chapter = heading[:LONGEST_LABEL]
        body, cited = _without_basis(lines, statutes)
        if body:
            label = (heading if level > 1 else "") or title
            yield PassageDraft(label[:LONGEST_LABEL], body, chapter or None, questions, cited or statutes)


def _blocks(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """(level, heading, the lines below it); the first block may have no heading."""
    level, heading = 0, ""
    lines: list[str] = []
    for line in map(str.strip, text.splitlines()):
        match = HEADING.match(line)
        if match is None:
            lines.append(line)
            continue
        yield level, heading, lines
        level, heading, lines = len(match.group(1)), match.group(2), []
    yield level, heading, lines


def _without_basis(lines: list[str], statutes: tuple[tuple[str, str], ...]) -> tuple[str, tuple[tuple[str, str], ...]]:
    kept = [line for line in lines if line and not BASIS.match(line)]
    basis = " ".join(line for line in lines if BASIS.match(line))
    cited = [_full_name(each.names()[0], each.article, statutes) for each in find_references(basis) if each.article]
    return "\n".join(kept), tuple(dict.fromkeys(cited))


def _full_name(law: str, article: str, statutes: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """A section may shorten a law that the head names in full: 《管辖规定》第一条."""
    if law not in {name for name, _ in statutes}:
        meant = {name for name, each in statutes if each == article}
        if len(meant) == 1:
            return meant.pop(), article
    return law, article
