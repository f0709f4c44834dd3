"""Small files of every kind that a case may get, and some that it must not."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import docx
import openpyxl
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart


def pdf(text: str = "certificate") -> bytes:
    return f"%PDF-1.4\n% {text}\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n".encode()


def picture(kind: str = "PNG", colour: int = 0) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (4, 4), (colour, 90, 90)).save(file, kind)
    return file.getvalue()


def word() -> bytes:
    file = io.BytesIO()
    docx.Document().save(file)
    return file.getvalue()


def sheet() -> bytes:
    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    return file.getvalue()


def with_macro(document: bytes) -> bytes:
    file = io.BytesIO(document)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"macro")
    return file.getvalue()


def plain_zip(count: int = 1) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number:06d}-{'x' * 40}.txt", b"")
    return file.getvalue()


def multipart(fields: Mapping[str, Any]) -> tuple[bytes, str]:
    """A form as bytes with its content type: the test client would leave a temporary file of its own open."""
    values = {
        name: FileStorage(value[0], filename=value[1]) if isinstance(value, tuple) else value
        for name, value in fields.items()
    }
    boundary, body = encode_multipart(values)
    return body, f"multipart/form-data; boundary={boundary}"
