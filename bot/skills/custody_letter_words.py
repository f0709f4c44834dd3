"""How owners speak of letters of the office: which letter it is, its days, and what became of it."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from models import LetterKind, LetterState
from nlp.rules.days_said import DaySaid, find_days_said
from nlp.rules.periods import add_months
from services.custody.letter_terms import LetterDays

# What it is, the more exact names first.
KINDS = (
    (LetterKind.FURTHER_ACTION, re.compile("二通|三通|四通|再次审查|第[二三四2-4]次审查")),
    (LetterKind.CORRECTION, re.compile("补正")),
    (LetterKind.REGISTRATION, re.compile("登记手续|授权通知|授予(?:专利权|发明|实用|外观).{0,6}通知")),
    (LetterKind.REFUSAL, re.compile("驳回(?:决定|通知)")),
    (LetterKind.FIRST_ACTION, re.compile("一通|审查意见|审查通知")),
)
FIRST = re.compile("一通|第[一1]次")
REVIEW = re.compile("驳回|复审(?!查)")  # 答复审查意见 is another one
ARRIVED = re.compile("收到|来了|下来|到了|下了|发了|发来|拿到|接到|送达|发文|发出|记一?下|登记一?下")
ISSUED = re.compile("发文日|发文|发出|落款|签发")
POSTED, ELECTRONIC = re.compile("纸件|邮寄|挂号|快递"), re.compile("电子|系统")
ASKS = re.compile("多久|几天|几个月|多少天|什么时候|怎么|如何|能不能|可以吗|[??]|吗$|呢$")
# 12月20日前, 期限到12月20日: the last day, not the one on which it came.
DUE_AFTER = re.compile(r"\s*(?:之?前|以前|到期|截止|届满|期满|为止)")
DUE_BEFORE = re.compile(r"(?:最晚|最迟|截止|截至|期限|到期日?|止日)(?:日期?)?\s*(?:是|到|为|至|在|:|:)?\s*$")
CAME = re.compile(r"\s*(?:就|才|刚)?(?:收|拿到|接到|送达|发)")
# No period of a letter is longer, with what it may be extended by.
LONGEST_TERM = timedelta(days=240)

PAPER = "(?:审查意见|审查通知|补正|驳回|登记|复审)?(?:通知书?|决定书?|请求书?|手续)?|一通|二通"
WHICH = f"(?:这份|那份|的|第[一二三四1-4]次|再次)*(?:{PAPER})(?:的)?"
ANSWER_PAPER = "(?:答复|意见陈述|补正|复审请求|请求)(?:意见|材料|文件)?书?"
BEFORE = "(?:我们?|都|把)*"
ALREADY = "(?:早就|已经?|刚刚?)"
DOES = "(?:答复|回复|办理?|请求复审|请求|提复审)"
HANDS_IN = "(?:交|提交|递交)"
# 请求复审, 办登记手续 and 答复 without one of these are what is to be done yet: a period must not be closed by them.
DONE = "(?:(?:过|完|好|掉)?(?:了|啦|咯)|过|完)"
ENDED = f"(?:{BEFORE}{ALREADY}{BEFORE}{{verb}}(?:过|完|好|掉)?(?:{DONE})?|{BEFORE}{{verb}}{DONE})"
END = "(?:我们?|啊|哦|谢谢)*"
ANSWERED = re.compile(
    f"{WHICH}{ENDED.format(verb=DOES)}(?:复审|{WHICH}){END}"
    f"|{WHICH}{ENDED.format(verb=HANDS_IN)}{ANSWER_PAPER}{END}"
    f"|(?:{WHICH})?{ANSWER_PAPER}(?:也)?{ENDED.format(verb=HANDS_IN)}{END}"
    f"|{WHICH}{BEFORE}{ALREADY}?请求复审(?:了|过了){END}"
)
DROPPED = re.compile(f"{WHICH}(?:不|不再|不用|不打算|放弃)(?:答复|回复|办|请求复审)了?")
TAKEN_BACK = re.compile(f"{WHICH}(?:记错|填错|弄错|撤销|删掉|删除)了?")
EXTENDED = re.compile(f"{WHICH}(?:期限)?(?:已经?|申请)?(?:延长|延期)(?:了)?(?P<months>[12一二两])个?月(?:了)?")
MONTHS = {"1": 1, "一": 1, "2": 2, "二": 2, "两": 2}
ASKS_FOR_IT = "(?:请|麻烦|帮忙?|替|给|我们?|你们?|您|要|想|得|需要|来|怎么|如何|去)*"
WANTED = re.compile(
    f"{ASKS_FOR_IT}(?:{WHICH})?{ASKS_FOR_IT}(?:{DOES}|{HANDS_IN}(?={ANSWER_PAPER}))(?:一下|下)?"
    f"(?:复审|{ANSWER_PAPER}|{WHICH})(?:要|吧|啊|呢|吗|怎么办|谢谢|[??])*"
)


@dataclass(frozen=True)
class Change:
    """What is said of a letter: how it ended or by how many months it was extended; neither, where it is to be
    answered yet and somebody wants help with that."""

    state: LetterState | None = None
    months: int = 0


def change_in(rest: str) -> Change | None:
    """已答复, 不答复了, 记错了, 延长了2个月, 帮我答复; None where it is about something else."""
    if (extended := EXTENDED.fullmatch(rest)) is not None:
        return Change(months=MONTHS[extended["months"]])
    states = ((ANSWERED, LetterState.DONE), (DROPPED, LetterState.DROPPED), (TAKEN_BACK, LetterState.TAKEN_BACK))
    state = next((state for pattern, state in states if pattern.fullmatch(rest)), None)
    if state is not None:
        return Change(state)
    return Change() if WANTED.fullmatch(rest) else None


def kind_in(rest: str) -> LetterKind | None:
    return next((kind for kind, pattern in KINDS if pattern.search(rest)), None)


def kinds_meant(rest: str) -> frozenset[LetterKind]:
    """The letters that a word may mean that are written down already; none where it names no kind."""
    if REVIEW.search(rest):
        return frozenset({LetterKind.REFUSAL})
    kind = kind_in(rest)
    if kind is LetterKind.FIRST_ACTION and not FIRST.search(rest):
        return frozenset({LetterKind.FIRST_ACTION, LetterKind.FURTHER_ACTION})
    return frozenset({kind}) if kind is not None else frozenset()


def days_in(plain: str, today: date) -> LetterDays | None:
    """When it came or was issued, and its last day; None where that is not clear."""
    found = [each for each in find_days_said(plain, today) if not each.month_only and not each.is_vague]
    last = [each for each in found if _is_last_day(plain, each)]
    others = [each for each in found if each not in last]
    if len(last) > 1 or len(others) > 1 or not found:
        return None
    if last and CAME.match(plain, _end_of_last(plain, last[0])):
        return None  # 11月20日前收到的: some day before it
    stated_on = _ahead(last[0], plain, today) if last else None
    if not others:
        return LetterDays(stated_on=stated_on)
    day = others[0].value
    if not ISSUED.search(plain):
        return LetterDays(received_on=day, stated_on=stated_on)
    delivery = "post" if POSTED.search(plain) else "electronic" if ELECTRONIC.search(plain) else ""
    return LetterDays(issued_on=day, delivery=delivery, stated_on=stated_on)


def _is_last_day(plain: str, day: DaySaid) -> bool:
    return bool(DUE_AFTER.match(plain, day.end) or DUE_BEFORE.search(plain[: day.start]))


def _end_of_last(plain: str, day: DaySaid) -> int:
    match = DUE_AFTER.match(plain, day.end)
    return match.end() if match else len(plain)


def _ahead(day: DaySaid, plain: str, today: date) -> date:
    """A last day without a year is the next one, unless no letter has so long a period: then it has passed."""
    if not day.is_bare or day.value >= today:
        return day.value
    has_month = re.search("[月./]", plain[day.start : day.end]) is not None
    following = add_months(day.value, 12 if has_month else 1)
    return following if following - today <= LONGEST_TERM else day.value
