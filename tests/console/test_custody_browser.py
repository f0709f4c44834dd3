"""Proofs with their papers, and a company's rights, on a desk and on a phone."""

import io

import pytest
from playwright.sync_api import expect

from core.files import new_storage_key
from models import ProofBasis, RightKind
from services.casework.documents import receive
from services.custody.papers import WANTED, add_paper
from services.custody.proofs import submit_proof
from tests.console.test_browser import DESK, PHONE, base_url, open_console  # noqa: F401  (fixtures)
from tests.support.custody import COMPANY, NUMBER, bring, join, make_owner
from tests.support.rights import make_right
from tests.support.sample_files import pdf
from tests.support.screens import assert_fits

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_papers_and_a_companys_rights_fit_the_screen(database, clock, people, open_console, size):  # noqa: F811
    now = clock.now()
    with database.unit_of_work() as session:
        make_right(session, now)
        owner = make_owner(session, now)
        join(session, owner.user_id, now)
        right = bring(session, owner.user_id, now, department="材料学院")
        bring(session, owner.user_id, now, number="12345678", kind=RightKind.TRADEMARK)
        for name in ("登记簿副本.pdf", "证书扫描件_第一页和第二页_2026年11月.pdf"):
            received = receive(io.BytesIO(pdf(name)), name, WANTED)
            add_paper(
                session, user_id=owner.user_id, right_id=right.public_id, received=received,
                storage_key=new_storage_key(), now=now,
            )  # fmt: skip
        submit_proof(
            session, user_id=owner.user_id, public_id=right.public_id, basis=ProofBasis.REGISTER, remark="", now=now
        )
    page = open_console("supervisor", size)
    page.goto(page.url.split("/console")[0] + "/console/custody-proofs")
    expect(page.locator(".claim")).to_contain_text("登记簿副本.pdf")
    assert_fits(page)

    page.get_by_role("link", name="按企业查托管").click()
    page.get_by_label("企业名称或信用代码").fill(COMPANY[2:5])
    page.get_by_role("button", name="查", exact=True).click()

    expect(page.locator(".claims-done")).to_contain_text(NUMBER)
    assert_fits(page)
