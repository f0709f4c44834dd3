"""The page on which anybody checks a time stamp: here, with a file of their own, or with openssl alone."""

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from core.clock import CHINA
from core.errors import NotFound
from core.i18n import chinese_date
from public.files import attachment
from services.casework.documents import read_document
from services.casework.file_types import TOKEN
from services.evidence.verification import Proof, find_proof, token_holds
from services.resources import Resources

PEM = "application/x-pem-file"


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/verify")
    def hash_page() -> str:
        """Computes a file's SHA-256 in the browser; nothing is sent."""
        return render_template("public/hash.html")

    @blueprint.get("/verify/<number>/<code>")
    def proof_page(number: str, code: str) -> Response:
        try:
            with resources.database.reading() as session:
                proof, token = find_proof(session, number, code)
        except NotFound as error:
            return make_response(render_template("public/nothing.html", message=error.message), 404)
        holds = token_holds(resources.files, resources.timestamps, proof, token)
        page = render_template("public/proof.html", proof=proof, holds=holds, at=_in_full(proof))
        return make_response(page)

    @blueprint.get("/verify/<number>/<code>/token.tsr")
    def proof_token(number: str, code: str) -> Response:
        with resources.database.reading() as session:
            _, token = find_proof(session, number, code)
        return attachment(read_document(resources.files, token), "token.tsr", TOKEN, token.size_bytes)

    @blueprint.get("/verify/<number>/<code>/root.pem")
    def proof_root(number: str, code: str) -> Response:
        with resources.database.reading() as session:
            find_proof(session, number, code)
        roots = resources.timestamps.roots_pem
        return attachment(roots, "root.pem", PEM, len(roots))


def _in_full(proof: Proof) -> str:
    """2026年11月23日 10:00:00 (北京时间)"""
    local = proof.at.astimezone(CHINA)
    return f"{chinese_date(local.date())} {local:%H:%M:%S}(北京时间)"
