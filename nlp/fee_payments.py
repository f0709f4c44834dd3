"""A fee that was paid, as owners say it (第5年年费10月8日交了900) and as a receipt prints it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nlp.rules.days_said import find_days_said
from nlp.slots.numerals import CHINESE, NUMERAL, read_number

LONGEST_RECEIPT = 4_000
# 第5年, 第五年度, 5年年费: the patent year, never a place in a list.
YEAR = re.compile(
    rf"第\s*(?P<year>\d{{1,2}}|[{CHINESE}]{{1,3}})\s*年度?(?!月)|(?<![\d.年])(?P<lone>\d{{1,2}})\s*年(?:度)?的?(?=年费)"
)
PAYS = re.compile(r"[交缴付](?:过|完|清|好|费|的|了|啦)|已经?[交缴付]|[补续][交缴]|(?:年费|费)(?:都|已经?)[交缴付]")
FIGURE = r"\d[\d,]*(?:\.\d+)?"
MONEY = re.compile(rf"[\u00a5\uffe5]\s*(?P<signed>{FIGURE})|(?P<sum>{FIGURE}|{NUMERAL})\s*(?:元|块钱?|圆)")
BARE = re.compile(rf"(?<![\d.第])(?P<sum>{NUMERAL})(?![\d年月日号.])")
# 一 that counts nothing.
IDLE_ONE = re.compile("一(?=共|起|下|笔|次|张|份|件)")
TOTAL = re.compile(
    r"(?:合计|总计|共计|总额|总金额|缴费金额|实缴|金额)[^\d\n]{0,12}(?P<sum>\d[\d,]*(?:\.\d+)?)(?!\s*[年月\-/]|[\d.])"
)
PAID_ON = re.compile(r"(?:缴费|交费|收费|付款|支付|开票|收款)(?:日期?|时间)\s*[:是为]?\s*")
FILLER = re.compile(
    r"年费|专利|这[件个笔]|那[件个笔]|我们|我|公司|已经|已|都|刚才|刚|早就|就|在|于|是|自己|去|网上|窗口|银行|代理|机构|帮|给|把"
    r"|的|交|缴|付|补|续|过|清|完|好|费|了|啦|呀|啊|哦|嗯|总共|共|花|钱|它|起|下|笔|次|张|份|件|元|块|记|请|麻烦|[,。、;:.\s]"
)
LEAST, MOST = Decimal(10), Decimal(100_000)


@dataclass(frozen=True)
class FeePayment:
    """What is known of one payment: of which patent year, on which day, how much."""

    year: int | None = None
    paid_on: date | None = None
    amount: Decimal | None = None

    @property
    def is_empty(self) -> bool:
        return self.year is None and self.paid_on is None and self.amount is None


def read_said(text: str, at: date, *, is_asked: bool = False) -> FeePayment | None:
    """What a plain sentence without its patent numbers says of a payment; None where it says anything else, or asks.
    Where we asked, figures alone are enough (第5年 10月8日 900)."""
    if not is_asked and not PAYS.search(text):
        return None
    text = IDLE_ONE.sub(" ", text)
    years = list(YEAR.finditer(text))
    days = [each for each in find_days_said(text, at) if not each.month_only and not each.is_vague]
    rest = _without(text, ((each.start(), each.end()) for each in years))
    rest = _without(rest, ((each.start, each.end) for each in days))
    sums = list(MONEY.finditer(rest)) or list(BARE.finditer(rest))
    left = FILLER.sub("", _without(rest, ((each.start(), each.end()) for each in sums)))
    if left or len(years) > 1 or len(days) > 1 or len(sums) > 1:
        return None
    amount = _amount(sums[0]) if sums else None
    if sums and amount is None:
        return None
    found = FeePayment(_year(years[0]) if years else None, days[0].value if days else None, amount)
    return None if found.is_empty else found


def read_receipt(text: str, at: date) -> FeePayment:
    """What a printed receipt says, as far as it is unmistakable; empty where it says nothing of a fee."""
    text = text[:LONGEST_RECEIPT]
    years = {_year(each) for each in YEAR.finditer(text)} - {None}
    named = [each for match in PAID_ON.finditer(text) for each in find_days_said(text[match.end() :][:20], at)[:1]]
    days = {each.value for each in named or find_days_said(text, at) if not each.month_only}
    totals = {_money(match["sum"]) for match in TOTAL.finditer(text)} - {None}
    sums = totals or {_amount(match) for match in MONEY.finditer(text)} - {None}
    return FeePayment(
        year=years.pop() if len(years) == 1 else None,
        paid_on=days.pop() if len(days) == 1 else None,
        amount=sums.pop() if len(sums) == 1 else None,
    )


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The same length, so that places still hold."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _year(match: re.Match[str]) -> int | None:
    value = read_number(match["year"] or match["lone"])
    return int(value) if value is not None and 1 <= value <= 20 else None


def _amount(match: re.Match[str]) -> Decimal | None:
    groups = match.groupdict()
    return _money(groups.get("signed") or groups["sum"])


def _money(said: str) -> Decimal | None:
    value = read_number(said.replace(",", ""))
    return value if value is not None and LEAST <= value <= MOST else None
