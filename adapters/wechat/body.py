"""The body of a push, XML or JSON, as plain nested dicts. Nothing in it can make the parser work hard."""

import json
import math
import re
from typing import Any, NoReturn

from lxml import etree

MAX_DEPTH = 12
# A document type can only stand before the root element, so a body that begins with <xml> has none: the refusal is
# complete before any parser runs, and a user may still send the words "<!DOCTYPE" inside a text.
_XML_START = re.compile(r"\s*(?:<\?xml\s[^<>]{0,100}\?>\s*)?<xml[\s/>]")
_PARSER_OPTIONS: dict[str, Any] = {
    "encoding": "utf-8",
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


class MalformedBody(Exception):
    """Not a push; the message says why in a few words."""


def parse_body(body: bytes) -> tuple[dict[str, Any], bool]:
    """The fields and whether they came as JSON; MalformedBody for anything that is neither."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MalformedBody("not UTF-8") from None
    return parse_text(text)


def parse_text(text: str) -> tuple[dict[str, Any], bool]:
    """As parse_body, for text that was decrypted."""
    if text.lstrip()[:1] == "{":
        return _parse_json(text), True
    if not _XML_START.match(text):
        raise MalformedBody("neither <xml> nor a JSON object")
    return _parse_xml(text), False


def _parse_xml(text: str) -> dict[str, Any]:
    try:
        root = etree.fromstring(text.encode(), etree.XMLParser(**_PARSER_OPTIONS))
    except (etree.XMLSyntaxError, ValueError):
        raise MalformedBody("broken XML") from None
    fields = _plain(root, 0)
    return fields if isinstance(fields, dict) else {}


def _plain(element: Any, depth: int) -> Any:
    """An element's text, or its children as a dict; a tag that occurs more than once becomes a list."""
    if depth > MAX_DEPTH:
        raise MalformedBody("nested too deeply")
    if len(element) == 0:
        return element.text or ""
    fields: dict[str, Any] = {}
    for child in element:
        if not isinstance(child.tag, str):
            raise MalformedBody("entities are not allowed")
        value = _plain(child, depth + 1)
        if child.tag not in fields:
            fields[child.tag] = value
        elif isinstance(fields[child.tag], list):
            fields[child.tag].append(value)
        else:
            fields[child.tag] = [fields[child.tag], value]
    return fields


def _parse_json(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except RecursionError:
        raise MalformedBody("nested too deeply") from None
    except ValueError:
        raise MalformedBody("broken JSON") from None
    _check_depth(fields, 0)
    return dict(fields)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number


def _check_depth(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise MalformedBody("nested too deeply")
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        _check_depth(child, depth + 1)
