"""Reads questions of fees: which rule, the fee, the year, how late, how much is reduced."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from nlp.rules.periods import add_months
from nlp.rules.sentence import Sentence, without_empty
from nlp.rules.values_said import DISCOUNT, fee_year_said, lateness_said
from nlp.slots.numerals import read_number

FILED = r"申请日|申请|递交|提交|报的|报上|交的申请|报专利"
DUE = r"到期|应该|本该|本应|本来|原定|应缴|该交|该缴|应该交|应该缴|应交|截止|缴费期|期满|应当"
PAID = (
    r"才(?!到)|今[天儿]|补缴|补交|补|去交|去缴|想起|现在|打算|准备|实际|缴费|交钱|缴的|交的|付|等到|拖到|"
    r"交了|缴了|一直|汇|打款|转账"
)
LATE = (
    r"滞纳|滞那|晚[交缴付了\d一二两三四五六半]|迟|逾期|过期|忘|拖|超[期过了]|"
    r"没[交缴付]|未[交缴]|补[交缴]|欠|漏[交缴]|断缴"
)
REDUCED = r"减缴|减免|费减|打.{0,4}折|减[\d百一二三四五六七八九]|%\s*减|减完|减掉|减了"
GRACE = (
    r"补缴期|宽限|最[晚迟多后].{0,6}(?:补|拖)|补[交缴].{0,8}(?:最[晚迟后]|哪天|几号|截止)|"
    r"彻底|能拖|拖到|还能补|滞纳期"
)
# 今年年费要交多少: of a patent of one's own, whose year and kind are asked for.
THIS_ONE = r"[今明]年|这一?[年次笔]|下一?[年次笔]"
OWN = r"(?:要|该|得)[交缴付]|算一?下|算算"
ACTUALLY_PAID = re.compile(r"(?:实际?|只(?:要|用|需)?|就)[交缴付][^,。;]{0,3}$")
# 按时交年费的话能管到哪天: that the fees are paid is taken for granted; the end of the right is asked for.
KEPT_UP = (
    r"(?:一直|每年|按[时期]|年年|正常|照常|只要|如果|假如|要是)[^,。;]{0,6}[交缴](?:着|了|纳|足|齐)*年费.{0,8}"
    r"(?:管到|用到|护到|有效|保到|撑到|到期|期满|到(?:哪|几|什么))"
)
DAY = r"哪[天日]|哪一天|几号|什么时[候间]|啥时|何时|几时|最[晚迟后]|截止|[dD][dD][lL]|deadline|到期|期限|几月|日期|之前"


def is_fee_question(sentence: Sentence) -> bool:
    if sentence.asks_day or sentence.asks_sum:
        return True
    # 逾期70天 年费900 滞纳金, 费减70% 实审2500: who gives all that is needed wants the sum.
    is_late = bool(lateness_said(sentence.text)) or (len(sentence.days) > 1 and sentence.has(LATE))
    is_given = bool(sentence.sums) and (is_late or sentence.has(REDUCED))
    return is_given and not sentence.is_general


def read_fee(sentence: Sentence) -> tuple[str, dict[str, Any]] | None:
    """The one of the four fee rules that the sentence asks for."""
    inputs = _inputs(sentence)
    rule = _which(sentence, inputs)
    if rule is None:
        return None
    if rule == "annual_fee_due" and "filed_on" not in inputs and {"due_on", "year"} <= set(inputs):
        # 到期 is what is asked for here; the only day is that of filing.
        inputs["filed_on"] = inputs.pop("due_on")
    wanted = {
        "late_annual_fee": "kind year fee reduction filed_on due_on paid_on months_late days_late want late fee_is",
        "annual_fee_due": "kind filed_on year want due_on",
        "fee_reduction": "kind year fee reduction applicants",
        "annual_fee": "kind year last_year reduction filed_on",
    }[rule]
    chosen = {name: value for name, value in inputs.items() if name in wanted.split()}
    return (rule, chosen) if _is_concrete(sentence, rule, chosen) else None


def _which(sentence: Sentence, inputs: dict[str, Any]) -> str | None:
    is_late = (
        sentence.has(LATE)
        or "months_late" in inputs
        or ("paid_on" in inputs and bool({"due_on", "filed_on"} & set(inputs)))
    )
    asks_sum = sentence.has(
        r"多少|几多|几[块钱百千]|多钱|怎么算|算一?下|算算|几个点|百分之几|加几|一共|总共|总[金数额]|合计|金额"
    ) or ("fee" in inputs and not sentence.has(DAY))
    if is_late and asks_sum and not sentence.has(r"(?:哪[天日]|几号).{0,8}(?:终止|失效)"):
        return "late_annual_fee"
    if sentence.has(KEPT_UP) and sentence.asks_day and not is_late:
        return None
    if sentence.has(GRACE) and sentence.asks_day:
        return "annual_fee_due"
    if sentence.has(DAY) and not asks_sum and sentence.has(r"年费|年度费|续费|维持费|缴费|第.{1,3}年"):
        return "annual_fee_due"
    if sentence.has(REDUCED) or "reduction" in inputs:
        return "fee_reduction"
    if sentence.has(r"年费") and asks_sum and ({"year", "filed_on"} & set(inputs) or sentence.has(THIS_ONE)):
        return "annual_fee"
    return "late_annual_fee" if is_late and sentence.is_personal else None


def _is_concrete(sentence: Sentence, rule: str, inputs: dict[str, Any]) -> bool:
    given = set(inputs)
    if rule == "late_annual_fee":
        needs: set[str] = {"filed_on", "due_on", "months_late"} | ({"fee"} if "late" in inputs else set())
        return bool(given & needs) or (sentence.is_personal and sentence.has(LATE)) or {"fee", "paid_on"} <= given
    if rule == "annual_fee_due":
        return "filed_on" in given or ("due_on" in given and inputs.get("want") == "grace") or sentence.is_personal
    if rule == "fee_reduction":
        return "fee" in given or ({"year", "kind"} <= given and bool(given & {"reduction", "applicants"}))
    is_own = sentence.is_personal or (sentence.has(THIS_ONE) and sentence.has(OWN))
    return {"kind", "year"} <= given or "filed_on" in given or is_own


def _inputs(sentence: Sentence) -> dict[str, Any]:
    cues = {"filed_on": FILED, "due_on": DUE, "paid_on": PAID, "granted_on": r"授权|公告|下证|拿证"}
    days = sentence.roles(cues, None)
    granted_on = days.pop("granted_on", None)
    _place_free_days(sentence, days, granted_on)
    _after_due(sentence, days)
    year = fee_year_said(sentence.text)
    late = lateness_said(sentence.text)
    if late is None and not days and sentence.has(LATE):
        late = lateness_said(sentence.text, anywhere=True)
    if (
        late is None
        and (share := sentence.percent_near(r"滞纳金?", within=4)) is not None
        and share * 20 == int(share * 20)
    ):
        late = (share * 20, Decimal("0.5"))
    fee, is_reduced = _fee(sentence)
    reduction, applicants = _reduction(sentence)
    if reduction is None and fee is not None and (paid := _paid_after_reduction(sentence, fee)) is not None:
        reduction, applicants = 1 - paid / fee, None
    return without_empty(
        {
            **days,
            "kind": sentence.kind,
            "year": year[0] if year else None,
            "last_year": year[1] if year else None,
            "months_late": late[0] if late else None,
            "days_late": late[1] if late else None,
            "fee": fee,
            "fee_is": "reduced" if is_reduced else None,
            "reduction": reduction,
            "applicants": applicants,
            "want": _want(sentence),
            "late": "most"
            if sentence.has(r"(?:滞纳金?|罚|加收).{0,6}(?:最多|最高|封顶|上限)|最[多高].{0,6}滞纳")
            else None,
        }
    )


def _place_free_days(sentence: Sentence, days: dict[str, Any], granted_on: date | None) -> None:
    """A first day is the filing day, one after it the day of paying."""
    free = [day.value for day in sentence.days if day.value not in {granted_on, *days.values()}]
    if (
        free
        and not {"filed_on", "due_on"} & set(days)
        and ("paid_on" in days or len(free) > 1 or not sentence.has(LATE))
    ):
        days["filed_on"] = free.pop(0)
    if free and "paid_on" not in days and days:
        days["paid_on"] = free.pop(0)
    if free and not days:
        days["due_on"] = free.pop(0)


def _after_due(sentence: Sentence, days: dict[str, Any]) -> None:
    """A day of paying without a year lies behind the day on which the fee was due: 6月5号到期 11月30号去交."""
    due_on, paid_on = days.get("due_on"), days.get("paid_on")
    is_bare = any(day.is_bare and day.value == paid_on for day in sentence.days)
    if due_on and paid_on and is_bare and paid_on < due_on:
        days["paid_on"] = add_months(paid_on, 12)


def _want(sentence: Sentence) -> str | None:
    if sentence.has(GRACE):
        return "grace"
    if sentence.has(r"滞纳金?") and not sentence.has(
        r"一共|总共|合计|加本金|连本|加起来|全部|本金|要[交缴付]多少|得[交缴付]多少|连年费"
    ):
        return "surcharge"
    return None


def _fee(sentence: Sentence) -> tuple[Decimal | None, bool]:
    sums = sentence.sums
    if not sums:
        return None, False
    fee = sentence.sum_near(r"年费|全额|标准|原价|实审费|申请费|复审费|实质审查费|费用|的费|费") or sums[0][2]
    place = next(start for start, _, value in sums if value == fee)
    lead = sentence.text[max(0, place - 8) : place]
    is_reduced = re.search(r"(?:减[缴免]?|打折|优惠)(?:后|完|之后|以后|了)[^,。]{0,5}$", lead) is not None
    return fee, is_reduced


def _paid_after_reduction(sentence: Sentence, fee: Decimal) -> Decimal | None:
    """全额2000我们实交300: what is left of the whole fee."""
    if not sentence.has(REDUCED):
        return None
    return next(
        (
            value
            for start, _, value in sentence.sums
            if 0 < value < fee and ACTUALLY_PAID.search(sentence.text[max(0, start - 10) : start])
        ),
        None,
    )


def _reduction(sentence: Sentence) -> tuple[Decimal | None, str | None]:
    share = sentence.percent_near(r"减缴|减免|费减|减[了掉去]?|优惠|免")
    if share is not None:
        return share, None
    paid = sentence.percent_near(r"只[交缴付]|按")
    if paid is not None:
        return 1 - paid, None
    match = DISCOUNT.search(sentence.text)
    if match and (value := read_number(match["value"])):
        return 1 - (value / 10 if value < 10 else value / 100), None
    if not sentence.has(REDUCED):
        return None, None
    if sentence.has(
        r"共同|两家|两个(?:公司|申请人|人|单位)|联合|一起申请|多个申请人|合作申请|[二三四]个申请人|[2-9]个申请人|[两三四2-9]家"
    ):
        return (Decimal("0.7"), "joint")
    if sentence.has(
        r"(?:一|1|单)个?(?:申请人|家|人|公司)|单独|独立|就我们?(?:一家|自己)?|我们?公司|一家公司|个人|自己申请|小微"
    ):
        return (Decimal("0.85"), "single")
    return None, None
