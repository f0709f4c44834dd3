"""The page on which anybody sees whether a certificate is real and valid, and the PDF behind its owner's link."""

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from core.i18n import chinese_date
from public.files import attachment
from services.casework.file_types import PDF
from services.resources import Resources
from services.training.certificate_links import PATH, open_certificate_link, read_certificate
from services.training.certificate_making import file_name_of
from services.training.certificates import PUBLIC_PATH, find_certificate, masked

MISSING = "没有这个编号的结业证书。请核对编号,横线后面8位里没有0、1、I、L和O。"


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get(f"{PUBLIC_PATH}/<number>")
    def certificate_page(number: str) -> AnyResponse:
        """What is printed, the name but in part: enough to compare, nothing to collect."""
        with resources.database.reading() as session:
            found = find_certificate(session, number.strip().upper())
            if found is None:
                page = render_template("public/nothing.html", title="没有这份证书", message=MISSING)
                return make_response(page, 404)
            return make_response(
                render_template(
                    "public/certificate.html",
                    number=found.number,
                    course=found.course_title,
                    day=chinese_date(found.held_on),
                    holder=masked(found.holder),
                    is_valid=found.revoked_at is None,
                    is_demonstration=found.booking.session.course.is_demonstration,
                )
            )

    @blueprint.get(PATH)
    def certificate_file() -> Response:
        secret = resources.settings.secret_key.get_secret_value()
        with resources.database.reading() as session:
            found = open_certificate_link(session, secret, request.args.get("t", ""), resources.clock.now())
        content = read_certificate(resources.files, found)
        return attachment(content, file_name_of(found), PDF, found.size_bytes or 0)
