"""What is said of letters that must be answered."""

from collections.abc import Sequence
from datetime import date

from models import CustodyLetter, LetterKind
from services.custody.letter_terms import NAMES, RESTORATION, TASKS, Term, missed
from services.custody.wording import DEMO, MOST_LINES, named, said_articles, said_day

LETTERS, ANSWERED = "答复期限", "已答复"


def line_of_letter(row: CustodyLetter, today: date) -> str:
    """One line of a list: which right, which letter, by when."""
    demo = f" · {DEMO}" if row.right.is_demo else ""
    return f"{named(row.right)} · {NAMES[LetterKind(row.kind)]} · {said_term(row.due_on, today)}{demo}"


def said_letter(row: CustodyLetter, today: date) -> str:
    """第一次审查意见,最晚3月22日(还有12天)"""
    return f"{NAMES[LetterKind(row.kind)]},{said_term(row.due_on, today)}"


def said_term(due_on: date, today: date) -> str:
    left = (due_on - today).days
    if left < 0:
        return f"{said_day(due_on, today)}已过"
    return f"最晚{said_day(due_on, today)}({'今天' if left == 0 else f'还有{left}天'})"


def recorded(row: CustodyLetter, term: Term, today: date) -> str:
    """What whoever wrote it down reads."""
    kind, demo = LetterKind(row.kind), f"({DEMO})" if row.right.is_demo else ""
    lines = [f"记下了:{named(row.right)}{demo},{TASKS[kind]},{said_term(row.due_on, today)}。"]
    lines.append(f"{missed(kind)}。{_promise(row)}" if row.due_on >= today else _too_late(kind))
    return "\n".join([*lines, *_basis(term, row.due_on < today)])


def letter_reminder(row: CustodyLetter, term: Term, today: date) -> str:
    """What the keeper is told today."""
    kind, left = LetterKind(row.kind), (row.due_on - today).days
    what = f"{named(row.right)}{f'({DEMO})' if row.right.is_demo else ''}"
    if left < 0:
        lines = [f"{what} {TASKS[kind]}的期限{said_day(row.due_on, today)}已过,没记录到您办了。", _too_late(kind)]
    else:
        when = "今天到期" if left == 0 else f"还有{left}天到期({said_day(row.due_on, today)})"
        lines = [f"{what} {TASKS[kind]},{when}。{missed(kind)}。"]
    return "\n".join([*lines, *_basis(term, left < 0), f"办完了回复“{row.right.number} {ANSWERED}”。"])


def _promise(row: CustodyLetter) -> str:
    """Only what will come is promised: on the last day itself nobody is reminded any more."""
    return "到期前提醒您。" if row.next_notice_on is not None and row.next_notice_on <= row.due_on else ""


def _too_late(kind: LetterKind) -> str:
    # For the request for re-examination there is no notice to wait for: the two months run from the end of its period.
    since = "期限届满之日" if kind is LetterKind.REFUSAL else "收到通知"
    return f"{missed(kind)}。自{since}起2个月内有正当理由可以请求恢复权利。"


def _basis(term: Term, is_late: bool) -> list[str]:
    articles = (*term.articles, RESTORATION) if is_late else term.articles
    return [f"依据:{said_articles(tuple(dict.fromkeys(articles)))}。{''.join(term.notes)}"]


def letter_lines(rows: Sequence[CustodyLetter], today: date) -> list[str]:
    """The lines of several, numbered, with how many more there are."""
    lines = [f"{place}. {line_of_letter(row, today)}" for place, row in enumerate(rows[:MOST_LINES], start=1)]
    if len(rows) > MOST_LINES:
        lines.append(f"还有{len(rows) - MOST_LINES}份,说“{LETTERS}”看全部。")
    return lines
