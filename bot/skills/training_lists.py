"""Lists of sessions and of a person's bookings: numbered, paged, remembered so that a number means one of them."""

from collections.abc import Collection, Sequence

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.patent_text import shortened
from core.i18n import chinese_time
from models import Booking, BookingState, CourseSession
from services.training.bookings import STATE_NAMES, can_give_up, list_current_bookings
from services.training.line import list_waited_for
from services.training.seats import place_in_line
from services.training.signed_links import make_calendar_link
from services.training.timetable import (
    booking_words,
    list_upcoming,
    said_place,
    said_price,
    said_seats,
    said_time,
)

SESSIONS = "course_sessions"
BOOKINGS = "bookings"
SHOWN = 5
MOST_CHOICES = 3
LONGEST_TITLE = 12
BOOKING, ENDS = "报名", " 。.!?"

OTHERS = Choice("最近有什么培训", "看别的场次")
MINE = Choice("我的报名", "我的报名")
DESK = Choice("转人工", "找培训专员")
NONE_AT_ALL = "近期还没有排好的培训。想学什么可以留给培训专员,现在转给专员吗?回复“好”就转。"


def listed(
    found: Sequence[CourseSession], context: TurnContext, *, head: str, seats: int | None = None, offset: int = 0
) -> Reply:
    """One page. With `seats` a number books as many; without, it shows the session."""
    if not found:
        pending = {"kind": "handoff", "topic": "training", "question": context.text}
        return Reply(
            NONE_AT_ALL,
            choices=(Choice("好", "转给专员"), Choice("算了", "先不用")),
            memory={"list": None, "pending": pending, "topic": "training"},
        )
    page = found[offset : offset + SHOWN]
    more = len(found) > offset + SHOWN
    waited_for = list_waited_for(context.session, page, context.now)
    lines = [head, *(f"{place}. {_line(each, context, waited_for)}" for place, each in enumerate(page, start=1))]
    lines.append("回复数字就报那一场" if seats else "回复数字看详情,“报名第1个”就报上")
    lines[-1] += ",“下一页”继续。" if more else "。"
    what = "第{}个" if seats else "报名第{}个"
    taps = [
        Choice(what.format(place), f"报{place}.{shortened(each.course.title, LONGEST_TITLE)}"[:16])
        for place, each in enumerate(page, start=1)
    ]
    next_one = [Choice("下一页", "下一页")] if more else []
    kept = {
        "kind": SESSIONS, "ids": [each.public_id for each in page], "seats": seats, "offset": offset,
        "all": [each.public_id for each in found],
    }  # fmt: skip
    return Reply(
        "\n".join(lines),
        choices=(*taps[: MOST_CHOICES - len(next_one)], *next_one),
        memory={"list": kept, "pending": None, "subject": None},
    )


def move(context: TurnContext, by: int) -> Reply:
    """下一页, 上一页 of the sessions on the table."""
    kept = context.memory.get("list") or {}
    upcoming = {each.public_id: each for each in list_upcoming(context.session, context.now)}
    found = [upcoming[each] for each in kept.get("all") or [] if each in upcoming]
    offset = int(kept.get("offset") or 0) + by
    if offset < 0:
        return Reply("已经是第一页了。")
    if offset >= len(found):
        return Reply("后面没有了。", choices=(DESK,))
    return listed(found, context, head=f"第{offset + 1}场起,共{len(found)}场:", seats=kept.get("seats"), offset=offset)


def nothing_fits(context: TurnContext) -> Reply:
    others = list_upcoming(context.session, context.now)
    return listed(others, context, head="没有正好对上的场次。近期还有:")


def no_such(context: TurnContext) -> Reply:
    return listed(list_upcoming(context.session, context.now), context, head="没有这个编号。近期的培训:")


def own_list(context: TurnContext, rows: Sequence[Booking], head: str) -> Reply:
    shown = rows[:SHOWN]
    lines = [head]
    for place, each in enumerate(shown, start=1):
        lines.append(f"{place}. {each.session.course.title} · {said_time(each.session)} · {state_of(each, context)}")
    kept = {"kind": BOOKINGS, "ids": [each.number for each in shown]}
    choices = tuple(
        Choice(f"取消第{place}个", f"取消第{place}个")
        for place, each in enumerate(shown, start=1)
        if can_give_up(each, context.now)
    )
    lines.append(f"回复数字看详情,“{choices[0].text}”就取消。" if choices else "回复数字看详情。")
    return Reply("\n".join(lines), choices=choices[:MOST_CHOICES], memory={"list": kept, "pending": None})


def state_of(booking: Booking, context: TurnContext) -> str:
    name = STATE_NAMES[BookingState(booking.state)]
    if booking.state == BookingState.WAITING:
        return f"{name},第{place_in_line(context.session, booking)}位"
    if booking.state == BookingState.OFFERED and booking.offer_until is not None:
        return f"{name},留到{chinese_time(booking.offer_until, context.now)}"
    return name


def calendar_line(booking: Booking, context: TurnContext) -> list[str]:
    """Nothing where a phone could not open it."""
    settings = context.resources.settings
    if not settings.has_public_address:
        return []
    link = make_calendar_link(settings.secret_key.get_secret_value(), settings.public_base_url, booking)
    return [f"加到手机日历,在浏览器里打开:{link}"]


def session_at(context: TurnContext, place: int) -> CourseSession | None:
    ids = list((context.memory.get("list") or {}).get("ids") or [])
    if not 1 <= place <= len(ids):
        return None
    upcoming = {each.public_id: each for each in list_upcoming(context.session, context.now)}
    return upcoming.get(str(ids[place - 1]))


def session_named(context: TurnContext) -> CourseSession | None:
    """The session whose page says these very words."""

    def plain(text: str) -> str:
        return context.resources.understander.plain(text).strip(ENDS)

    said = context.plain.strip(ENDS)
    if not said.startswith(BOOKING):
        return None
    upcoming = list_upcoming(context.session, context.now)
    return next((each for each in upcoming if plain(booking_words(each)) == said), None)


def booking_at(context: TurnContext, place: int) -> Booking | None:
    ids = list((context.memory.get("list") or {}).get("ids") or [])
    if not 1 <= place <= len(ids):
        return None
    rows = list_current_bookings(context.session, user_id=context.user_id, now=context.now)
    return next((each for each in rows if each.number == ids[place - 1]), None)


def _line(held: CourseSession, context: TurnContext, waited_for: Collection[int]) -> str:
    seats = said_seats(held, context.now, is_waited_for=held.id in waited_for)
    return " · ".join([held.course.title, said_time(held), said_place(held), said_price(held), seats])
