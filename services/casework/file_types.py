"""What a file is by its content, and what it may be called. Nothing of it is unpacked, rendered or run."""

import struct
import unicodedata
import zipfile
from typing import IO

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX = f"{OFFICE}wordprocessingml.document", f"{OFFICE}spreadsheetml.sheet"
TOKEN = "application/timestamp-reply"
ENDINGS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", DOCX: ".docx", XLSX: ".xlsx", TOKEN: ".tsr"}
TYPE_NAMES = {PDF: "PDF", JPEG: "JPG", PNG: "PNG", DOCX: "Word(docx)", XLSX: "Excel(xlsx)"}

SIGNATURES = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
ZIP_SIGNATURE = b"PK\x03\x04"
# The end of a ZIP's directory: 22 bytes and a comment of 64 KB at most.
END_SIGNATURE, END_BYTES, END_REACH = b"PK\x05\x06", 22, 22 + 65_535
ZIP64_SIGNATURE, ZIP64_BYTES = b"PK\x06\x07", 20
# An office file has some dozens of parts; a directory larger than this is one made to hurt.
MAX_DIRECTORY_BYTES = 512 * 1024
MAIN_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
MAX_NAME = 120
FALLBACK_NAME = "文件"


def sniff(content: IO[bytes]) -> str | None:
    """The media type that the content shows; None for anything that we do not take. Leaves it at its beginning."""
    content.seek(0)
    head = content.read(8)
    found = next((media_type for signature, media_type in SIGNATURES if head.startswith(signature)), None)
    if head.startswith(ZIP_SIGNATURE):
        found = _office_type(content)
    content.seek(0)
    return found


def _office_type(content: IO[bytes]) -> str | None:
    """Word or Excel without macros; reads the directory only, and that only where it is small."""
    size = content.seek(0, 2)
    content.seek(max(0, size - END_REACH))
    tail = content.read()
    at = tail.rfind(END_SIGNATURE)
    if at < 0 or len(tail) - at < END_BYTES or tail[max(0, at - ZIP64_BYTES) : at].startswith(ZIP64_SIGNATURE):
        return None
    (directory_bytes,) = struct.unpack_from("<I", tail, at + 12)
    if directory_bytes > MAX_DIRECTORY_BYTES:
        return None
    try:
        with zipfile.ZipFile(content) as archive:
            names = {name.lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    if "[content_types].xml" not in names or any(name.endswith("vbaproject.bin") for name in names):
        return None
    return next((media_type for part, media_type in MAIN_PARTS.items() if part in names), None)


def safe_name(given: str, media_type: str) -> str:
    """A name for people: no path, no control or direction signs, and the ending that the content has."""
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rsplit("/", 1)[-1])
    kept = "".join(sign if unicodedata.category(sign)[0] not in "CZ" else " " for sign in name)
    kept = "".join("_" if sign in '<>:"|?*;%' else sign for sign in kept)
    words = " ".join(kept.split())
    stem, dot, ending = words.rpartition(".")
    if not (dot and ending.isascii() and ending.isalnum() and len(ending) <= 5):
        stem = words
    stem = stem.strip(". ") or FALLBACK_NAME
    new_ending = ENDINGS[media_type]
    return stem[: MAX_NAME - len(new_ending)].rstrip(". ") + new_ending
