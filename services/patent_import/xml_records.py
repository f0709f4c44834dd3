"""Cuts a stream of patent XML into records: bulk files hold many documents one after another, each parsed alone."""

import re
from collections.abc import Generator, Iterator
from typing import IO

from lxml import etree

from services.patent_import.drafts import BadRecord

ROOTS = (
    b"us-patent-grant",
    b"us-patent-application",
    b"PATDOC",
    b"patent-application-publication",
    b"PatentDocumentAndRelated",
)
START = re.compile(rb"<((?:[\w.-]+:)?(?:" + b"|".join(ROOTS) + rb"))(?=[\s>])")
ENCODING = re.compile(rb"""<\?xml[^>]*encoding=["']([\w-]+)["']""")
BLOCK_BYTES = 1 << 20
# The longest start tag that may straddle two blocks.
OVERLAP_BYTES = 256
LARGEST_RECORD_BYTES = 32 << 20


def cut_records(stream: IO[bytes]) -> Iterator[bytes | BadRecord]:
    """The bytes of each record, without its document type: no entity of a file is ever defined, so none can harm.

    A record that is cut off or too large comes as a BadRecord, and the next one follows.
    """
    window, encoding, is_first = b"", b"", True
    while block := stream.read(BLOCK_BYTES):
        window += block
        if is_first:
            declared = ENCODING.search(window[:400])
            encoding, is_first = declared[1] if declared else b"utf-8", False
        window = yield from _take_complete(window, encoding)
        if len(window) > LARGEST_RECORD_BYTES:
            yield BadRecord("这一条超过32MB")
            window = b""
    if START.search(window):
        yield BadRecord("文件在这一条中间断了")


def parse_record(record: bytes) -> etree._Element:
    """The record's root element; raises BadRecord where it is malformed."""
    # Nothing is fetched, expanded or recovered; libxml2's own limits on depth and size stay on.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(record, parser)
    except (etree.XMLSyntaxError, LookupError, ValueError) as error:
        raise BadRecord(f"XML格式错误:{str(error)[:120]}") from None


def _take_complete(window: bytes, encoding: bytes) -> Generator[bytes | BadRecord, None, bytes]:
    """Yields each whole record of the window, answers what is left of it."""
    while start := START.search(window):
        name = start[1]
        end = re.compile(b"</" + re.escape(name) + rb"\s*>").search(window, start.end())
        following = START.search(window, start.end(), end.start() if end else len(window))
        if following is not None:
            yield BadRecord("这一条没有结束标记")
            window = window[following.start() :]
        elif end is None:
            return window[start.start() :]
        else:
            # An external subset that is never read makes named entities legal without defining any.
            yield (
                b'<?xml version="1.0" encoding="'
                + encoding
                + b'"?><!DOCTYPE '
                + name
                + b' SYSTEM "none">'
                + window[start.start() : end.end()]
            )
            window = window[end.end() :]
    return window[-OVERLAP_BYTES:]
