"""Every office keeps the one contract: one filing of a key however often it is sent, and an answer that is its own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.notary import HttpNotary, NoNotary
from adapters.notary_local import LocalNotary
from core.notary import NotaryError, NotaryFiling, NotaryRefusal, NotaryState
from services.ports import Notary
from tests.support.office_server import SECRET, OfficeServer
from tests.support.s3_server import serving

FILING = NotaryFiling(
    key="CZ261123-0001-1", case_number="CZ261123-0001", title="散热结构设计图", kind="设计图",
    holder="广州云测科技有限公司",
    sha256="ab" * 32, stamped_at=datetime(2026, 11, 23, tzinfo=UTC), token=b"token",
)  # fmt: skip


@pytest.fixture
def office() -> Iterator[OfficeServer]:
    server = OfficeServer()
    with serving(server):
        yield server


def over_http(office: OfficeServer, **changes) -> HttpNotary:
    return HttpNotary(office.url, **{"secret": SECRET, "name": "演示公证处", **changes})


@pytest.fixture(params=["local", "http"])
def notary(request: pytest.FixtureRequest, tmp_path, clock) -> Notary:
    if request.param == "local":
        return LocalNotary(tmp_path / "notary", clock.now)
    return over_http(request.getfixturevalue("office"))


def test_a_filing_is_received_and_has_a_number(notary):
    receipt = notary.submit(FILING)

    assert receipt.state is NotaryState.RECEIVED
    assert receipt.number and receipt.office and receipt.at.tzinfo


def test_sending_it_again_is_the_same_filing_and_another_key_is_another_one(notary):
    numbers = [notary.submit(FILING).number for _ in range(3)]
    other = notary.submit(replace(FILING, key="CZ261123-0002-1")).number

    assert len(set(numbers)) == 1
    assert other != numbers[0]


def test_a_key_stands_for_one_hash(notary):
    notary.submit(FILING)

    with pytest.raises(NotaryError):
        notary.submit(replace(FILING, sha256="cd" * 32))


def test_the_local_office_certifies_at_the_second_look_and_says_that_it_is_a_demonstration(tmp_path, clock):
    office = LocalNotary(tmp_path / "notary", clock.now)
    office.submit(FILING)
    receipt = office.submit(FILING)

    assert receipt.state is NotaryState.CERTIFIED
    assert "演示" in receipt.certificate and "演示数据" in receipt.office


@pytest.mark.parametrize(
    ("state", "certificate", "reason"),
    [("certified", "(2026)穗证字第1号", ""), ("refused", "", "权利人名称与营业执照不符")],
)
def test_what_the_office_decided_is_read(office, state, certificate, reason):
    office.state = state
    receipt = over_http(office).submit(FILING)

    assert (receipt.state, receipt.certificate, receipt.reason) == (state, certificate, reason)


@pytest.mark.parametrize("fails", ["down", "forged", "old answer", "other form", "dies after filing"])
def test_an_answer_that_is_none_is_an_error_to_be_tried_again_without_a_second_filing(office, fails):
    office.fails = fails
    with pytest.raises(NotaryError) as refused:
        over_http(office).submit(FILING)
    assert not isinstance(refused.value, NotaryRefusal)

    office.fails = ""
    assert over_http(office).submit(FILING).number == "YS0001"
    assert len(office.filings) == 1


def test_what_the_office_does_not_take_is_a_refusal(office):
    office.fails = "refuses to take"

    with pytest.raises(NotaryRefusal):
        over_http(office).submit(FILING)


def test_the_office_hears_nobody_with_another_secret(office):
    with pytest.raises(NotaryError):
        over_http(office, secret="guessed").submit(FILING)
    assert office.filings == {}


def test_without_an_office_nothing_is_filed():
    with pytest.raises(NotaryError):
        NoNotary().submit(FILING)
    with pytest.raises(NotaryError):
        HttpNotary("http://127.0.0.1:1", SECRET, "不在").submit(FILING)
