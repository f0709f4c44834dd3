"""After a session: how it was, certificates, the next course; and questions while one goes on."""

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel

from miniapp_api.context import current_api, current_caller
from miniapp_api.once import Keep, once
from miniapp_api.schemas.common import Page
from miniapp_api.schemas.documents import LinkOut
from miniapp_api.schemas.training import (
    BookingOut,
    CertificateIn,
    CertificateOut,
    CertificatesOut,
    NextSessionOut,
    QuestionIn,
    QuestionOut,
    SessionFeedbackIn,
)
from miniapp_api.training import booking_out, session_out
from models import Certificate
from services.training.bookings import get_own_booking
from services.training.certificate_links import make_certificate_link
from services.training.certificates import (
    PUBLIC_PATH,
    get_own_certificate,
    issue_certificate,
    list_own_certificates,
)
from services.training.feedback import rate_session, remark
from services.training.line import is_waited_for
from services.training.live_questions import ask_in_session, check_running
from services.training.suggestions import suggest_next


def add_routes(api: APIBlueprint) -> None:
    api.put("/bookings/<number>/feedback")(api.input(SessionFeedbackIn)(api.output(BookingOut)(give_feedback)))
    api.get("/bookings/<number>/next-session")(api.output(NextSessionOut)(show_next))
    api.post("/bookings/<number>/questions")(api.input(QuestionIn)(api.output(QuestionOut, 201)(ask_speaker)))
    api.post("/bookings/<number>/certificates")(
        api.input(CertificateIn)(api.output(CertificateOut, 201)(claim_certificate))
    )
    api.get("/certificates")(api.input(Page, location="query")(api.output(CertificatesOut)(list_certificates)))
    api.get("/certificates/<number>")(api.output(CertificateOut)(show_certificate))
    api.post("/certificates/<number>/link")(api.output(LinkOut)(create_certificate_link))


def give_feedback(number: str, json_data: SessionFeedbackIn) -> BookingOut:
    """评价一场培训

    签到参加过、已经结束才能评;再评一次,以最后一次为准。
    """
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        booking = get_own_booking(session, user_id=caller.user_id, number=number)
        rate_session(session, booking_id=booking.id, score=json_data.score, now=now)
        if json_data.remark is not None:
            remark(session, booking_id=booking.id, text=json_data.remark, now=now)
        return booking_out(session, booking, now)


def show_next(number: str) -> NextSessionOut:
    """接着上哪一场

    按接续的课程、练题的薄弱处、同一方向推荐,带理由;上过的、报过的不再推荐。
    """
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    with api.database.reading() as session:
        booking = get_own_booking(session, user_id=caller.user_id, number=number)
        found = suggest_next(session, user_id=caller.user_id, course=booking.session.course, now=now)
        if found is None:
            return NextSessionOut(session=None, reason=None)
        has_line = is_waited_for(session, found.held, now)
        return NextSessionOut(session=session_out(found.held, now, is_waited_for=has_line), reason=found.reason)


def ask_speaker(number: str, json_data: QuestionIn) -> BaseModel | dict[str, Any]:
    """培训中向讲师提问

    有名额的人,开始后到结束后一小时内可以提;同一句再提一次,还是那一条。
    """
    return once(json_data, lambda _key, keep: _ask(number, json_data, keep))


def _ask(number: str, asked: QuestionIn, keep: Keep) -> QuestionOut:
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        booking = get_own_booking(session, user_id=caller.user_id, number=number)
        check_running(booking, now)
        row = ask_in_session(
            session, session_id=booking.session_id, user_id=caller.user_id, text=asked.text, now=now
        )  # fmt: skip
        answer = QuestionOut(text=row.text, asked_at=row.asked_at)
        keep(session, answer, [])
    return answer


def claim_certificate(number: str, json_data: CertificateIn) -> BaseModel | dict[str, Any]:
    """领结业证书

    签到参加过发证书的课程,结束后可领;几个名额领几份,一个姓名一份。PDF 随后做好,`is_ready` 为真再取链接。
    """
    return once(json_data, lambda _key, keep: _claim(number, json_data, keep))


def _claim(number: str, wanted: CertificateIn, keep: Keep) -> CertificateOut:
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        booking = get_own_booking(session, user_id=caller.user_id, number=number)
        made = issue_certificate(session, booking_id=booking.id, holder=wanted.holder, now=api.clock.now())
        answer = _shown(made)
        keep(session, answer, [])
    return answer


def list_certificates(query_data: Page) -> CertificatesOut:
    """我的结业证书"""
    api, caller = current_api(), current_caller()
    scope = f"certificates:{caller.user_id}"
    before = api.cursors.read(scope, query_data.cursor)["before"] if query_data.cursor else None
    with api.database.reading() as session:
        rows = list_own_certificates(session, user_id=caller.user_id, before=before, limit=query_data.limit + 1)
        shown = rows[: query_data.limit]
        items = [_shown(each) for each in shown]
    next_cursor = api.cursors.make(scope, {"before": shown[-1].id}) if len(rows) > len(shown) else None
    return CertificatesOut(items=items, next_cursor=next_cursor)


def show_certificate(number: str) -> CertificateOut:
    """一份结业证书"""
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        return _shown(get_own_certificate(session, user_id=caller.user_id, number=number))


def create_certificate_link(number: str) -> LinkOut:
    """下载结业证书

    返回几分钟内有效的下载地址,用 wx.downloadFile 取。还没做好或已撤销返回 409。
    """
    api, caller = current_api(), current_caller()
    settings = api.resources.settings
    with api.database.reading() as session:
        found = get_own_certificate(session, user_id=caller.user_id, number=number)
        url, until = make_certificate_link(
            settings.secret_key.get_secret_value(), settings.public_base_url, found, api.clock.now()
        )
    return LinkOut(url=url, expires_at=until)


def _shown(row: Certificate) -> CertificateOut:
    base_url = current_api().resources.settings.public_base_url.rstrip("/")
    return CertificateOut(
        number=row.number,
        holder=row.holder,
        course_title=row.course_title,
        held_on=row.held_on,
        is_ready=row.storage_key is not None,
        page=f"{base_url}{PUBLIC_PATH}/{row.number}",
        revoked_at=row.revoked_at,
        revoked_reason=row.reason,
        issued_at=row.issued_at,
        is_demonstration=row.booking.session.course.is_demonstration,
    )
