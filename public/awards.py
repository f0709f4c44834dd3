"""The public list of awards: who got what, until when and where one may object."""

from flask import Blueprint, render_template

from core.clock import china_date
from core.i18n import chinese_date
from services.casework.publications import list_notices
from services.resources import Resources

MOST = 200


def add_routes(blueprint: Blueprint, resources: Resources) -> None:
    @blueprint.get("/awards")
    def awards() -> str:
        """What can be objected to first; what is over below it."""
        today = china_date(resources.clock.now())
        with resources.database.reading() as session:
            present, over = (list_notices(session, today=today, is_open=each, limit=MOST) for each in (True, False))
        return render_template("public/awards.html", present=present, over=over, day=chinese_date)
