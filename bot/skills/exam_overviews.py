"""The wrong-answer book, progress by topic, the leaderboard, and what a mock paper is like."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.exam_replies import AGAIN, BOOK, PROGRESS, REVIEW
from core.i18n import chinese_time
from models import Conversation, Subject
from services.exams.papers import rule_of
from services.exams.progress import find_entry, join_board, leaderboard, leave_board, progress_of
from services.exams.reviews import count_wrong, next_due
from services.exams.topics import SUBJECT_NAMES, TOPICS

SHOWN = 5
JOIN = Choice("加入排行榜", "加入排行榜")
LEAVE = Choice("退出排行榜", "退出排行榜")


def show_book(context: TurnContext) -> Reply:
    """错题本."""
    return book_reply(context.session, context.user_id, context.now)


def book_reply(session: Session, user_id: int, now: datetime) -> Reply:
    """How many, how many are due, when the next one is."""
    total, due = count_wrong(session, user_id=user_id, now=now)
    if not total:
        return Reply("错题本是空的。练题时没答对的会记在这里,隔几天再问您。", choices=(AGAIN,))
    if due:
        return Reply(f"错题本里有{total}题,今天该复习{due}题。", choices=(REVIEW, PROGRESS))
    soon = next_due(session, user_id=user_id)
    when = f"最近的一题{chinese_time(soon, now)}起该复习。" if soon else ""
    return Reply(f"错题本里有{total}题,今天没有该复习的。{when}", choices=(AGAIN, PROGRESS))


def show_progress(context: TurnContext) -> Reply:
    """练题进度: topic by topic, the weakest said."""
    done = [each for each in progress_of(context.session, user_id=context.user_id, now=context.now) if each.answers]
    if not done:
        return Reply("还没有练过题。说“练题”就来十道。", choices=(AGAIN,))
    answers, right = sum(each.answers for each in done), sum(each.right for each in done)
    lines = [f"一共答了{answers}次,对{right * 100 // answers}%。"]
    for place, each in enumerate(done[:SHOWN], start=1):
        rate = each.right * 100 // each.answers
        lines.append(f"{place}. {TOPICS[each.topic].name}:练过{each.seen}/{each.questions}题,对{rate}%")
    weakest = min(done, key=lambda each: each.right / each.answers)
    name = TOPICS[weakest.topic].name
    lines.append(f"最弱的是{name}。")
    return Reply("\n".join(lines), choices=(Choice(f"练{TOPICS[weakest.topic].words[0]}的题", "练最弱的"), BOOK))


def show_mock(context: TurnContext) -> Reply:
    """模拟考: not for a chat, since it is timed and long; how it is counted."""
    lines = ["模拟考要计时、一次交卷,不在聊天里做,这里一题一题练。正式考试是这样的:"]
    for place, subject in enumerate(Subject, start=1):
        rule = rule_of(subject)
        lines.append(
            f"{place}. {SUBJECT_NAMES[subject]}:单选{rule.single}题、多选{rule.multiple}题,"
            f"{rule.minutes}分钟,{rule.points}分"
        )
    lines.append("多选、少选、错选都不得分。题型和分值以当年公告为准。")
    return Reply("\n".join(lines), choices=(AGAIN,))


def show_board(context: TurnContext) -> Reply:
    """排行榜: only those who wanted to be on it, under names of ours."""
    ranks = leaderboard(context.session, user_id=context.user_id, now=context.now)
    tap = LEAVE if find_entry(context.session, user_id=context.user_id) else JOIN
    if not ranks:
        return Reply("这个月的排行榜还没有人。加入才会上榜,只显示代号。", choices=(tap, AGAIN))
    lines = ["本月答对题数,只列加入的人:"]
    for place, each in enumerate(ranks[:SHOWN], start=1):
        lines.append(f"{place}. {each.name} · {each.right}题" + (" · 您" if each.is_own else ""))
    own = next((each for each in ranks[SHOWN:] if each.is_own), None)
    if own is not None:
        lines.append(f"您第{own.place},{own.right}题。")
    return Reply("\n".join(lines), choices=(tap, AGAIN))


def put_on_board(context: TurnContext) -> Reply:
    def commit(session: Session, conversation: Conversation) -> Reply:
        entry = join_board(session, user_id=conversation.user_id, now=context.now)
        return Reply(f"加入了,榜上显示“{entry.name}”,不显示您的名字。随时说“退出排行榜”。", choices=(AGAIN,))

    return Reply("", on_commit=commit)


def take_off_board(context: TurnContext) -> Reply:
    def commit(session: Session, conversation: Conversation) -> Reply:
        leave_board(session, user_id=conversation.user_id)
        return Reply("退出了,榜上不再有您。", choices=(AGAIN,))

    return Reply("", on_commit=commit)
