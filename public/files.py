"""A file behind a signed link: always something to save, never something to show."""

from collections.abc import Iterator
from urllib.parse import quote

from flask import Blueprint, Response, request

from services.casework.documents import read_document
from services.casework.file_links import PATH, open_link
from services.custody.papers import PATH as PAPER_PATH
from services.custody.papers import open_paper_link, read_paper
from services.resources import Resources


def attachment(content: Iterator[bytes] | bytes, name: str, media_type: str, size: int) -> Response:
    """A download that no browser renders, whatever its content is."""
    response = Response(content, content_type=media_type)
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Disposition"] = f"attachment; filename=\"file\"; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get(PAPER_PATH)
    def custody_paper() -> Response:
        secret = resources.settings.secret_key.get_secret_value()
        with resources.database.reading() as session:
            paper = open_paper_link(session, secret, request.args.get("t", ""), resources.clock.now())
        content = read_paper(resources.files, paper)
        return attachment(content, paper.file_name, paper.media_type, paper.size_bytes)

    @blueprint.get(PATH)
    def file() -> Response:
        secret = resources.settings.secret_key.get_secret_value()
        with resources.database.reading() as session:
            document = open_link(session, secret, request.args.get("t", ""), resources.clock.now())
        content = read_document(resources.files, document)
        return attachment(content, document.file_name, document.media_type, document.size_bytes)
