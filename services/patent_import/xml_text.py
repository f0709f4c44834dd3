"""Reading values out of patent XML, whatever its name space."""

import html
from collections.abc import Iterable, Iterator

from lxml import etree

from services.patent_import.drafts import clean

BREAKS = {"p", "paragraph", "PARA", "CLMSTEP", "ClaimText", "claim-text", "Paragraphs"}


def local_name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def text_of(element: etree._Element | None) -> str:
    """All text within; named entities that survived parsing become their characters."""
    return "" if element is None else clean(html.unescape("".join(_pieces(element))))


def find(element: etree._Element | None, path: str) -> etree._Element | None:
    """The first element at `a/b/c` below, by local names."""
    return next(find_all(element, path), None)


def find_all(element: etree._Element | None, path: str) -> Iterator[etree._Element]:
    """Every element at `a/b/c`; `**` at the start looks at any depth."""
    if element is None:
        return
    steps = path.split("/")
    current: Iterable[etree._Element] = [element]
    if steps[0] == "**":
        name = steps[1]
        current = (each for each in element.iter() if local_name(each) == name and each is not element)
        steps = steps[2:]
    for step in steps:
        current = _children(current, step)
    yield from current


def text_at(element: etree._Element | None, path: str) -> str:
    return text_of(find(element, path))


def _children(elements: Iterable[etree._Element], name: str) -> Iterator[etree._Element]:
    for element in elements:
        yield from (child for child in element if local_name(child) == name)


def _pieces(element: etree._Element) -> Iterator[str]:
    if local_name(element) in BREAKS:
        yield " "
    # An entity that is not expanded is a node of its own, with `&name;` as its text.
    yield element.text or ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""
