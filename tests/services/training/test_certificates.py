"""Certificates: for who came, one a seat and name, made as a PDF with every letter in it, revoked for good."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader
from reportlab.pdfbase.ttfonts import TTFontFile
from sqlalchemy import select

from adapters.files_local import LocalFiles
from core.clock import FixedClock
from core.db import Database
from core.errors import Conflict, InvalidInput, NotFound
from core.files import FileMissing
from models import Booking, Certificate, CourseSession, Message, OutboxRow, Staff
from services.casework.documents import collect_file
from services.privacy import erase_user_by_id
from services.training.attendance import undo_check_in
from services.training.certificate_links import make_certificate_link, open_certificate_link
from services.training.certificate_making import make_certificate
from services.training.certificate_page import FONT, Printed, draw_certificate
from services.training.certificates import (
    NUMBER,
    can_print,
    find_claimable,
    issue_certificate,
    masked,
    revoke_certificate,
    set_gives_certificate,
)
from services.training.feedback import request_feedback
from tests.support.training import make_attended, make_booking, make_course, make_session

SECRET = "a-secret-key-of-at-least-32-signs"
BASE = "https://zhiqiao.example"


@pytest.fixture
def files(tmp_path) -> LocalFiles:
    return LocalFiles(tmp_path / "files")


@pytest.fixture
def booking(database: Database, clock: FixedClock) -> Booking:
    """Two seats of a firm at a session that has just ended and gives certificates."""
    return make_came(database, clock, seats=2)


def make_came(database: Database, clock: FixedClock, *, seats: int = 1, gives: bool = True) -> Booking:
    with database.unit_of_work() as session:
        course = make_course(session, clock.now(), gives_certificate=gives)
        held = make_session(session, clock.now(), course=course, capacity=seats)
        return make_attended(session, make_booking(session, held, clock.now(), seats=seats), clock.now())


def issue(database: Database, clock: FixedClock, booking: Booking, holder: str = "王小明") -> Certificate:
    with database.unit_of_work() as session:
        return issue_certificate(session, booking_id=booking.id, holder=holder, now=clock.now())


def make(database: Database, files: LocalFiles, clock: FixedClock, certificate: Certificate) -> bool:
    return make_certificate(database, files, clock, base_url=BASE, certificate_id=certificate.id)


def kept(database: Database, certificate: Certificate) -> Certificate:
    with database.reading() as session:
        return session.get_one(Certificate, certificate.id)


def revoke(database: Database, clock: FixedClock, staff: Staff, certificate: Certificate, reason: str = "姓名写错"):
    with database.unit_of_work() as session:
        booking = session.get_one(Booking, certificate.booking_id)
        public_id = session.get_one(CourseSession, booking.session_id).public_id
        return revoke_certificate(
            session, staff=staff, public_id=public_id, number=certificate.number, reason=reason, now=clock.now()
        )


def said(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Message.text).order_by(Message.id)))


def test_one_for_each_seat_and_name_and_the_same_name_again_is_the_same(database, clock, booking) -> None:
    first = issue(database, clock, booking)
    assert NUMBER.fullmatch(first.number) and first.held_on == date(2026, 11, 23)
    assert issue(database, clock, booking, " 王小明 ").id == first.id
    second = issue(database, clock, booking, "阿卜杜拉·买买提")
    assert second.number != first.number
    with pytest.raises(Conflict, match="已经领过"):
        issue(database, clock, booking, "李四")
    with database.reading() as session:
        assert find_claimable(session, user_id=booking.user_id, now=clock.now()) is None


def test_none_for_who_did_not_come_before_the_end_or_of_a_course_that_gives_none(database, clock) -> None:
    with database.unit_of_work() as session:
        course = make_course(session, clock.now(), gives_certificate=True)
        booked = make_booking(session, make_session(session, clock.now(), course=course), clock.now())
    with pytest.raises(Conflict, match="签到参加过"):
        issue(database, clock, booked)
    with pytest.raises(Conflict, match="不发证书"):
        issue(database, clock, make_came(database, clock, gives=False))
    early = make_came(database, clock)
    clock.advance(timedelta(seconds=-1))
    with pytest.raises(Conflict, match="还没结束"):
        issue(database, clock, early)


@pytest.mark.parametrize("name", ["", "王", "王小明1", "王<b>", "长" * 31, "王\x07明", "·王明", "?", "王明  ——"])
def test_what_is_no_name_is_not_printed(database, clock, booking, name) -> None:
    with pytest.raises(InvalidInput):
        issue(database, clock, booking, name)


def test_a_letter_that_cannot_be_printed_is_named(database, clock, booking) -> None:
    with pytest.raises(InvalidInput, match="“𠮷”这个字"):
        issue(database, clock, booking, "王𠮷明")


def test_the_font_has_every_letter_that_a_name_may_have() -> None:
    there = TTFontFile(str(FONT)).charToGlyph
    wanted = [code for code in range(0x20, 0x10000) if chr(code).isalpha() and can_print(chr(code))]
    assert len(wanted) > 20_000
    assert [chr(code) for code in wanted if code not in there] == []


def test_each_letter_stands_where_it_belongs_in_its_room() -> None:
    font = ImageFont.truetype(str(FONT), 100)
    left = {}
    for sign in "“”卜日":
        picture = Image.new("L", (120, 160))
        ImageDraw.Draw(picture).text((0, 0), sign, fill=255, font=font)
        left[sign] = picture.getbbox()[0]
    assert left["“"] > 50 > left["”"] and left["卜"] > 20 and left["日"] > 10


def test_the_pdf_says_it_all_in_letters_of_its_own_and_leads_to_its_page(database, clock, files, booking) -> None:
    certificate = issue(database, clock, booking, "欧阳靖羽")
    assert make(database, files, clock, certificate)
    row = kept(database, certificate)
    content = b"".join(files.read(row.storage_key))
    assert len(content) == row.size_bytes < 200_000
    page = PdfReader(BytesIO(content)).pages[0]
    text = "".join(page.extract_text().split())
    for words in ("结业证书", "欧阳靖羽", "2026年11月23日", "专利质押融资实务", "共2小时", row.number, "演示数据"):
        assert words in text, (words, text)
    links = [each.get_object()["/A"]["/URI"] for each in page["/Annots"]]
    assert links == [f"{BASE}/certificates/{row.number}"]
    fonts = [each.get_object() for each in page["/Resources"]["/Font"].values()]
    embedded = [each for each in fonts if "/FontDescriptor" in each and "/FontFile2" in each["/FontDescriptor"]]
    assert embedded and all(each in embedded or each["/BaseFont"] == "/Helvetica" for each in fonts)


def test_a_long_title_takes_lines_and_none_begins_with_a_comma() -> None:
    printed = Printed(
        number="ZS261123-ABCDEFGH", holder="Anna-Maria O'Neil-Smith Wang", course="从技术挖掘到交底书," * 6,
        held_on=date(2026, 12, 31), hours=1.5, page=f"{BASE}/certificates/ZS261123-ABCDEFGH", is_demonstration=False,
    )  # fmt: skip
    lines = PdfReader(BytesIO(draw_certificate(printed))).pages[0].extract_text().splitlines()
    assert sum("交底书" in line for line in lines) >= 2 and not any(line[0] in "\uff0c,。" for line in lines)
    assert "共1.5小时" in "".join(lines) and "演示数据" not in "".join(lines)
    assert draw_certificate(printed) == draw_certificate(printed)


def test_made_twice_is_told_once(database, clock, files, booking) -> None:
    certificate = issue(database, clock, booking)
    assert make(database, files, clock, certificate) and not make(database, files, clock, certificate)
    told = [text for text in said(database) if "结业证书好了" in text]
    assert told == [f"“专利质押融资实务”的结业证书好了,编号{certificate.number}。说“我的证书”下载。"]


def test_bytes_that_a_certificate_names_are_not_collected(database, clock, files, booking) -> None:
    certificate = issue(database, clock, booking)
    make(database, files, clock, certificate)
    key = kept(database, certificate).storage_key
    collect_file(database, files, key)
    assert b"".join(files.read(key)).startswith(b"%PDF")


def test_a_link_works_for_minutes_and_for_this_certificate(database, clock, files, booking) -> None:
    certificate = issue(database, clock, booking)
    with database.reading() as session, pytest.raises(Conflict, match="正在制作"):
        make_certificate_link(SECRET, BASE, session.get_one(Certificate, certificate.id), clock.now())
    make(database, files, clock, certificate)
    url, until = make_certificate_link(SECRET, BASE, kept(database, certificate), clock.now())
    token = url.partition("?t=")[2]
    with database.reading() as session:
        assert open_certificate_link(session, SECRET, token, clock.now()).id == certificate.id
        for wrong, at in ((token[:-2], clock.now()), (token, until), ("", clock.now())):
            with pytest.raises(NotFound):
                open_certificate_link(session, SECRET, wrong, at)


def test_revoked_is_for_good_told_once_and_the_name_may_be_had_anew(database, clock, files, staff, booking) -> None:
    certificate = issue(database, clock, booking, "王小朋")
    make(database, files, clock, certificate)
    key = kept(database, certificate).storage_key
    with pytest.raises(InvalidInput):
        revoke(database, clock, staff, certificate, " ")
    revoke(database, clock, staff, certificate)
    revoke(database, clock, staff, certificate, "又一次")
    row = kept(database, certificate)
    assert (row.reason, row.storage_key) == ("姓名写错", None)
    assert sum("已撤销:姓名写错。" in text for text in said(database)) == 1 and "又一次" not in "".join(said(database))
    collect(database, files, key)
    assert not make(database, files, clock, certificate)
    assert issue(database, clock, booking, "王小明").number != certificate.number


def test_who_has_no_account_is_asked_nothing_and_their_certificate_is_made_and_revoked_all_the_same(
    database, clock, files, staff, booking
) -> None:
    with database.unit_of_work() as session:
        session.get_one(Booking, booking.id).conversation_id = None
    certificate = issue(database, clock, booking)
    assert make(database, files, clock, certificate)
    revoke(database, clock, staff, certificate)
    clock.advance(timedelta(hours=2))
    with database.unit_of_work() as session:
        assert request_feedback(session, clock.now()) == 0
    assert kept(database, certificate).revoked_at is not None and said(database) == []


def test_a_certificate_of_another_session_is_not_revoked_here(database, clock, staff, booking) -> None:
    certificate, other = issue(database, clock, booking), make_came(database, clock)
    with database.unit_of_work() as session:
        elsewhere = session.get_one(CourseSession, other.session_id).public_id
        with pytest.raises(NotFound):
            revoke_certificate(
                session, staff=staff, public_id=elsewhere, number=certificate.number, reason="错", now=clock.now()
            )


def test_a_check_in_is_not_taken_back_while_a_certificate_says_that_they_came(database, clock, staff, booking) -> None:
    certificate = issue(database, clock, booking)

    def take_back() -> str:
        with database.unit_of_work() as session:
            public_id = session.get_one(CourseSession, booking.session_id).public_id
            return undo_check_in(
                session, staff=staff, public_id=public_id, booking_id=booking.id, now=clock.now()
            ).state

    with pytest.raises(Conflict, match="先撤销证书"):
        take_back()
    revoke(database, clock, staff, certificate)
    assert take_back() == "booked"


def test_the_desk_says_which_course_gives_them(database, clock, staff) -> None:
    booking = make_came(database, clock, gives=False)
    for gives in (True, False):
        with database.unit_of_work() as session:
            public_id = session.get_one(CourseSession, booking.session_id).public_id
            set_gives_certificate(session, staff=staff, public_id=public_id, gives=gives, now=clock.now())
        with database.reading() as session:
            found = find_claimable(session, user_id=booking.user_id, now=clock.now())
            assert (found is not None) == gives


def test_with_the_person_go_the_certificate_its_page_and_its_bytes(database, clock, files, booking) -> None:
    certificate = issue(database, clock, booking, "何晓雯")
    make(database, files, clock, certificate)
    key = kept(database, certificate).storage_key
    with database.unit_of_work() as session:
        erase_user_by_id(session, booking.user_id, clock.now())
    with database.reading() as session:
        assert session.get(Certificate, certificate.id) is None
    collect(database, files, key)


def collect(database: Database, files: LocalFiles, key: str) -> None:
    """The bytes are asked to be deleted, and gone once that is done."""
    with database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.job_name == "jobs.files.collect_file")).all()
        assert any(row.arguments["storage_key"] == key and "unclaimed" not in row.key for row in rows)
    collect_file(database, files, key)
    with pytest.raises(FileMissing):
        files.read(key)


def test_a_name_is_shown_in_part() -> None:
    assert [masked(name) for name in ("王明", "王小明", "欧阳靖羽", "Anna Wang")] == [
        "王*", "王*明", "欧**羽", "A*******g",
    ]  # fmt: skip
