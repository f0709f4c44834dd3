"""The day on which a notice of an office counts as received: Implementing Rules, art. 4; Trademark Rules, art. 10."""

from datetime import date, timedelta

from nlp.rules.deadlines import DELIVERY_DAYS, ELECTRONIC_SINCE
from nlp.rules.model import Article, Figure, Inputs, Rule, RuleResult
from nlp.rules.periods import add_months
from nlp.rules.wording import full_day

PATENT: Article = ("专利法实施细则", "第四条")
TRADEMARK: Article = ("商标法实施条例", "第十条")
PUBLISHED_DAYS = 30


def deemed_receipt(inputs: Inputs) -> RuleResult:
    """Posted: fifteen days after the day of issue. Electronic: that day, for trademarks fifteen days on as well."""
    issued_on = inputs.day("issued_on", "通知书是哪天发出的(电子的看进系统那天)?")
    if inputs.find_word("office") == "trademark":
        return _trademark(issued_on, inputs.find_word("delivery"))
    return _patent(issued_on, inputs.find_word("delivery"))


def _patent(issued_on: date, delivery: str | None) -> RuleResult:
    posted = issued_on + timedelta(days=DELIVERY_DAYS)
    if delivery == "published":
        day = add_months(issued_on, 1)
        return _result(day, f"公告送达的,{full_day(day)}视为送达。", [f"{full_day(issued_on)}公告,满1个月。"], PATENT)
    by_post = f"{full_day(issued_on)}发出,自发出之日起满{DELIVERY_DAYS}日,推定收到。"
    proof = "能证明实际收到日的,以实际收到日为准。" if issued_on >= ELECTRONIC_SINCE else ""
    if delivery == "post" or issued_on < ELECTRONIC_SINCE:
        return _result(posted, f"{full_day(posted)}算收到。", [by_post, proof, "期限从第二天起算。"], PATENT)
    if delivery == "electronic":
        lines = ["电子送达的,进入您认可的电子系统那天就是送达日。", "期限从第二天起算。"]
        return _result(issued_on, f"{full_day(issued_on)}算收到。", lines, PATENT)
    headline = f"纸件邮寄的{full_day(posted)}算收到;电子的{full_day(issued_on)}(进系统当天)算收到。"
    return _result(posted, headline, [f"纸件:{by_post}", proof, "期限从第二天起算。"], PATENT)


def _trademark(issued_on: date, delivery: str | None) -> RuleResult:
    if delivery == "published":
        day = issued_on + timedelta(days=PUBLISHED_DAYS)
        lines = [f"{full_day(issued_on)}公告,满{PUBLISHED_DAYS}日。"]
        return _result(day, f"公告送达的,{full_day(day)}视为送达。", lines, TRADEMARK)
    day = issued_on + timedelta(days=DELIVERY_DAYS)
    lines = [f"{full_day(issued_on)}发出,自发出之日起满{DELIVERY_DAYS}日视为送达。"]
    if delivery != "electronic":
        lines.append("邮寄的先看收到的邮戳日;邮戳不清或没有邮戳的才这样算。")
    if delivery != "post":
        lines.append("电子的,能证明进入您系统日期的除外。")
    return _result(day, f"{full_day(day)}视为送达。", [*lines, "期限从第二天起算。"], TRADEMARK)


def _result(day: date, headline: str, lines: list[str], article: Article) -> RuleResult:
    said = tuple(line for line in lines if line)
    return RuleResult("deemed_receipt", day, "", headline, said, (article,), (), (Figure("算收到的日子", day),))


DEEMED_RECEIPT = (
    Rule(
        "deemed_receipt",
        "通知书的推定收到日",
        frozenset({"issued_on", "delivery", "office"}),
        (PATENT, TRADEMARK),
        date(2010, 2, 1),
        deemed_receipt,
    ),
)
