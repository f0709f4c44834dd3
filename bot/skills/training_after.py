"""After a session, in chat: how it was, what there is to see and read, the certificate, the next course."""

import re

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.flows.case_words import score_said, to_rate
from bot.replies import Choice, Reply
from bot.skills import Skill
from bot.skills.training_lists import OTHERS
from core.errors import AppError
from core.i18n import chinese_date
from models import Booking, Certificate, Conversation, CourseSession
from services.training.bookings import has_come
from services.training.certificate_links import make_certificate_link
from services.training.certificates import (
    PUBLIC_PATH,
    find_claimable,
    issue_certificate,
    list_own_certificates,
)
from services.training.feedback import find_asked, rate_session, remark
from services.training.live_questions import ask_in_session, find_running
from services.training.materials import list_own_materials
from services.training.suggestions import suggest_next
from services.training.timetable import booking_words, said_time

NAME = "training_after"
NAMES_HOLDER, CONFIRMS_HOLDER = "certificate_holder", "certificate_name"
SURE = 0.7
POLITE = "(?:请|麻烦|帮我|给我|我要|我想|可以|能不能)*"
ASKS_MATERIALS = re.compile(
    f"{POLITE}(?:看看?|查看?|下载|领取?)?(?:我的)?(?:培训|课程|上课)的?(?:资料|课件|讲义|回放|录像|视频)(?:和回放)?(?:在哪里?看?|怎么看|有吗)?"
)
# What stands between a word and what belongs to it, as phones write it.
APART = r"[:\uff1a,\uff0c\s]+"
KIND = "(?P<kind>(?:培训|结业|听课|上课)的?(?:结业)?)?"
# The name stands apart, so that 领证书要多久 asks for nothing. 证书 alone may be that of a patent.
CLAIMS = re.compile(
    f"{POLITE}(?:怎么|如何|在哪里?)?(?P<verb>领取?|开|办|出)(?:一?张|个)?(?:我的)?{KIND}证书"
    f"(?:{APART}(?P<holder>.{{1,40}}))?"
)
SHOWS_CERTIFICATES = re.compile(f"{POLITE}(?:看看?|查看?|下载)?我的{KIND}证书")
ASKS_HOW = re.compile(f"(?:我的)?{KIND}证书(?:怎么|如何|在哪里?)(?:领取?|拿|下载)")
BARE_NAME = re.compile(
    r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]+(?:[·\u2022\u30fb][\u4e00-\u9fff]+)+|[A-Za-z]+(?:[ .'-]+[A-Za-z]+)+"
)
# What a bare name may be taken for.
NAMELIKE = frozenset({None, "chitchat", "out_of_scope", "patent_search"})
REMARKS = re.compile(f"意见{APART}(?P<text>.+)", re.DOTALL)
ASKS_SPEAKER = re.compile(f"(?:提问|问讲师|向讲师提问){APART}(?P<text>.+)", re.DOTALL)
# The second tap.
REASONS = {3: ("内容实用", "讲得清楚"), 2: ("内容太浅", "讲得太快"), 1: ("内容太浅", "讲得太快", "用不上")}
THANKS = {3: "谢谢,记下了。", 2: "谢谢,记下了。", 1: "记下了,培训专员会看。"}
ADDS = "想补充一句,以“意见:”开头写。"
NO_MATERIALS = "您参加过的培训还没有资料或回放,有了会通知您。"
NO_CERTIFICATE = "您还没有可以领的结业证书。签到参加了发证书的课程,结束后就能领。"
OTHER_CERTIFICATES = "要的是专利、商标等别的证书,请说全名,或说“转人工”。"
PERSON = Choice("转人工", "转人工")
WHOSE = "证书上写谁的名字?直接回复姓名,和身份证上一致,印好后不能自己改。"
LONGEST_TITLE, MOST_CERTIFICATES = 16, 5


def choose(context: TurnContext, text: str) -> Skill | None:
    """The skill for what is said after a session, or to its speaker; None where it is about something else."""
    if (score := score_said(context, text)) is not None:
        booking = _to_rate(context)
        return None if booking is None else Skill(NAME, lambda given: rate(given, booking, score))
    if (question := ASKS_SPEAKER.fullmatch(text)) is not None:
        return Skill(NAME, lambda given: ask_speaker(given, question["text"]))
    if (words := REMARKS.fullmatch(text)) is not None and (rated := _asked(context)) is not None:
        return Skill(NAME, lambda given: add_remark(given, rated, words["text"]))
    if ASKS_MATERIALS.fullmatch(context.plain):
        return Skill(NAME, show_materials)
    return _choose_certificate(context, text) or _choose_holder(context, text)


def rate(context: TurnContext, asked: Booking, score: int) -> Reply:
    """满意: kept, and what comes next."""
    suggestion = suggest_next(context.session, user_id=context.user_id, course=asked.session.course, now=context.now)
    lines = [f"{THANKS[score]}{ADDS}"]
    choices = tuple(Choice(f"意见:{reason}", reason) for reason in REASONS[score])
    if suggestion is not None:
        held = suggestion.held
        lines.append(f"接着可以上“{held.course.title}”({said_time(held)}):{suggestion.reason}。")
        choices = (*choices[:2], Choice(booking_words(held), f"报名{held.course.title}"[:LONGEST_TITLE]))
    booking_id = asked.id

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            rate_session(session, booking_id=booking_id, score=score, now=context.now)
        except AppError as refusal:
            return Reply(refusal.message)
        return Reply("\n".join(lines), choices=choices)

    return Reply("", on_commit=commit)


def add_remark(context: TurnContext, rated: Booking, text: str) -> Reply:
    """意见:讲得太快"""
    booking_id = rated.id

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            remark(session, booking_id=booking_id, text=text, now=context.now)
        except AppError as refusal:
            return Reply(refusal.message)
        return Reply("记下了,培训专员会看到。", choices=(OTHERS,))

    return Reply("", on_commit=commit)


def show_materials(context: TurnContext) -> Reply:
    """我的培训资料: of the sessions that this person came to."""
    rows = list_own_materials(context.session, user_id=context.user_id)
    if not rows:
        return Reply(NO_MATERIALS, choices=(OTHERS,))
    return Reply("\n".join(["您参加过的培训的资料:", *(_materials_of(each) for each in rows)]), choices=(OTHERS,))


def show_certificates(context: TurnContext) -> Reply:
    """我的证书: each with its page, and a way to download it that lasts for minutes."""
    found = list_own_certificates(context.session, user_id=context.user_id, limit=MOST_CERTIFICATES)
    # What can be had stands before what cannot.
    rows = sorted(found, key=lambda each: each.revoked_at is not None or each.storage_key is None)
    if rows:
        lines = [_certificate_line(place, each) for place, each in enumerate(rows, start=1)]
        is_there = rows[0].revoked_at is None and rows[0].storage_key is not None
        return Reply("\n".join(["您的结业证书:", *lines, *(_links_of(rows[0], context) if is_there else ())]))
    if find_claimable(context.session, user_id=context.user_id, now=context.now) is not None:
        return claim_certificate(context, "")
    return Reply(NO_CERTIFICATE, choices=(OTHERS,))


def tell_of_certificates(context: TurnContext) -> Reply:
    """领证书, from who came to no session: ours, or another one."""
    return Reply(f"{NO_CERTIFICATE}{OTHER_CERTIFICATES}", choices=(OTHERS, PERSON))


def claim_certificate(context: TurnContext, holder: str) -> Reply:
    """领证书, 领证书 王小明: of the last session that gives one."""
    booking = find_claimable(context.session, user_id=context.user_id, now=context.now)
    if booking is None:
        rows = list_own_certificates(context.session, user_id=context.user_id)
        return show_certificates(context) if rows else Reply(NO_CERTIFICATE, choices=(OTHERS,))
    if not holder:
        title = booking.session.course.title
        pending = {"kind": NAMES_HOLDER}
        return Reply(f"“{title}”的结业证书。{WHOSE}", memory={"pending": pending})
    booking_id = booking.id

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            made = issue_certificate(session, booking_id=booking_id, holder=holder, now=context.now)
        except AppError as refusal:
            return Reply(refusal.message, memory={"pending": None})
        text = f"证书编号{made.number},写“{made.holder}”。正在制作,好了告诉您。"
        return Reply(text, memory={"pending": None})

    return Reply("", on_commit=commit)


def claim_confirmed(context: TurnContext) -> Reply:
    """好, after 证书上写谁."""
    return claim_certificate(context, str((context.memory.get("pending") or {}).get("holder") or ""))


def ask_speaker(context: TurnContext, text: str) -> Reply:
    """提问:… while a session goes on that this person has a seat at."""
    running = find_running(context.session, user_id=context.user_id, now=context.now)
    if running is None:
        return Reply("您现在没有正在进行的培训。想问的直接说就行。")
    session_id = running.id

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            ask_in_session(session, session_id=session_id, user_id=conversation.user_id, text=text, now=context.now)
        except AppError as refusal:
            return Reply(refusal.message)
        return Reply("记下了,培训专员会转给讲师。", memory={"pending": None})

    return Reply("", on_commit=commit)


def _choose_certificate(context: TurnContext, text: str) -> Skill | None:
    # By the text as it was typed: `plain` spells characters anew, and a name must stay as it is.
    bare = text.rstrip("吧呢啊呀吗?\uff1f。 ")
    claim = CLAIMS.fullmatch(text) or CLAIMS.fullmatch(bare)
    said = claim or SHOWS_CERTIFICATES.fullmatch(bare) or ASKS_HOW.fullmatch(bare)
    if said is None:
        return None
    if said["kind"] is None and not has_come(context.session, user_id=context.user_id):
        # 办证书 and 我的证书 may be about what we do for them.
        return Skill(NAME, tell_of_certificates) if claim is not None and claim["verb"].startswith("领") else None
    if claim is None:
        return Skill(NAME, show_certificates)
    holder = (claim["holder"] or "").strip(" 。")
    return Skill(NAME, lambda given: claim_certificate(given, holder))


def _choose_holder(context: TurnContext, text: str) -> Skill | None:
    """A name straight after we asked whose; asked back, since what is printed is not changed."""
    pending, understood = context.memory.get("pending") or {}, context.understanding
    if pending.get("kind") != NAMES_HOLDER or context.memory.get("last_skill") != NAME or not BARE_NAME.fullmatch(text):
        return None
    if understood.act in {"deny", "cancel", "affirm"}:
        return None
    if understood.intent not in NAMELIKE and understood.confidence >= SURE:
        return None
    return Skill(NAME, lambda given: _ask_back(given, text))


def _ask_back(context: TurnContext, holder: str) -> Reply:
    pending = {"kind": CONFIRMS_HOLDER, "holder": holder}
    return Reply(
        f"证书上写“{holder}”,对吗?", choices=(Choice("好", "对,就写这个"), Choice("算了", "先不领")),
        memory={"pending": pending},
    )  # fmt: skip


def _to_rate(context: TurnContext) -> Booking | None:
    """What a verdict is about: the session, unless it has been judged, or a case ended after the asking."""
    booking, case = _asked(context), to_rate(context)
    if booking is None or (booking.satisfaction is not None and context.memory.get("last_skill") != NAME):
        return None
    asked_at = booking.feedback_asked_at
    is_older = case is not None and case.closed_at is not None and asked_at is not None and asked_at < case.closed_at
    return None if is_older else booking


def _asked(context: TurnContext) -> Booking | None:
    return find_asked(context.session, user_id=context.user_id, now=context.now)


def _materials_of(held: CourseSession) -> str:
    lines = [f"{held.course.title}({said_time(held)})"]
    if held.replay_url:
        lines.append(f"回放:{held.replay_url}")
    return "\n".join([*lines, *(f"{each['title']}:{each['url']}" for each in held.materials)])


def _certificate_line(place: int, row: Certificate) -> str:
    head = f"{place}. {row.number} {row.course_title}({chinese_date(row.held_on)}),{row.holder}"
    if row.revoked_at is not None:
        return f"{head},已撤销:{row.reason}"
    return head if row.storage_key else f"{head},正在制作"


def _links_of(row: Certificate, context: TurnContext) -> list[str]:
    settings = context.resources.settings
    secret, base_url = settings.secret_key.get_secret_value(), settings.public_base_url
    url, _ = make_certificate_link(secret, base_url, row, context.now)
    return [f"下载第1份(5分钟内有效):{url}", f"查验:{base_url.rstrip('/')}{PUBLIC_PATH}/{row.number}"]
