"""What a file is, its content says; what it is called, we say."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.casework.file_types import DOCX, JPEG, MAX_NAME, PDF, PNG, XLSX, safe_name, sniff
from tests.support.sample_files import pdf, picture, plain_zip, sheet, with_macro, word


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(pdf(), PDF), (picture("PNG"), PNG), (picture("JPEG"), JPEG), (word(), DOCX), (sheet(), XLSX)],
    ids=["pdf", "png", "jpeg", "docx", "xlsx"],
)
def test_each_kind_is_known_by_its_content(content, media_type):
    file = io.BytesIO(content)

    assert sniff(file) == media_type
    assert file.tell() == 0


REFUSED = {
    "page": b"<!doctype html><script>alert(1)</script>",
    "vector picture": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "program": b"MZ\x90\x00" + b"\0" * 100,
    "script": b"#!/bin/sh\nrm -rf /\n",
    "archive": plain_zip(),
    "word with macro": with_macro(word()),
    "huge directory": plain_zip(8_000),
    "cut archive": word()[:2_000],
    "pdf not at the start": b"<html>" + pdf(),
    "nothing": b"",
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_anything_else_is_nothing_that_we_take(content):
    assert sniff(io.BytesIO(content)) is None


DOCUMENT = word()


@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", DOCUMENT[:200]]), st.integers(0, 400))
@settings(deadline=None)
def test_broken_archives_are_refused_quietly(noise, head, cut):
    sniff(io.BytesIO(head + noise + DOCUMENT[cut:]))


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("营业执照.PDF", "营业执照.pdf"),
        ("C:\\Users\\何晓雯\\执照.exe", "执照.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("发票\u202egpj.exe", "发票 gpj.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie_ x=1.pdf"),
        ('"; filename="x.html', "__ filename=_x.pdf"),
        ("...", "文件.pdf"),
        ("", "文件.pdf"),
        ("图纸 第3.2版", "图纸 第3.2版.pdf"),
        ("超" * 300 + ".pdf", "超" * 116 + ".pdf"),
    ],
)
def test_a_name_carries_no_path_no_signs_and_the_ending_of_its_content(given_name, shown):
    assert safe_name(given_name, PDF) == shown


@given(st.text(max_size=300))
@settings(deadline=None)
def test_every_name_is_short_and_printable(name):
    shown = safe_name(name, PNG)

    assert shown.endswith(".png") and 4 < len(shown) <= MAX_NAME
    assert shown.isprintable() and not set(shown) & set('/\\"<>:|?*;%\r\n')
