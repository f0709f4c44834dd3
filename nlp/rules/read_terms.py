"""Reads questions of terms: patents, trademarks, copyright, layout designs, and of check digits."""

import re
from decimal import Decimal
from typing import Any

from nlp.rules.sentence import Sentence, without_empty

Reading = tuple[str, dict[str, Any]]
FILED = r"申请日|申请|递交|提交|报的|报上|交的|立案|投的|递的|报"
BODY = re.compile(
    r"(?<!\d)(?P<body>(?:19|20)\d{2}[12389]\d{7}|\d{4} [12389] \d{7})(?:\s*[.·]\s*(?P<check>[\dXx])|(?P<x>[Xx]))?(?!\d)"
)
SHORT_BODY = re.compile(
    r"(?<!\d)(?P<body>(?:8[5-9]|9\d|0[0-3])[12389]\d{5})(?:\s*[.·]\s*(?P<check>[\dXx])|(?P<x>[Xx]))?(?!\d)"
)
ENDS = (
    r"到期|期满|届满|寿命|剩|终止|有效|失效|过期|保护|用到"
    r"|寿终|保到|护到|到头|作废|没用了|过保|管到|多大|活|没了|满|不受|不保|结束|死|公有|公共|免费用|失权|终"
)
ASKS_DIGIT = re.compile(
    r"校验|[检效]验[码位]|验证[码位]|小数点|点后|末位|最后(?:一位|那位|那个数)|后面.{0,4}(?:一位|那位|那个|点|位)|几$|对不对|对吗|有没有错|错没错|写错|正确|是真的|填啥|填什么|填几|缺"
)


def read_check_digit(sentence: Sentence) -> Reading | None:
    match = BODY.search(sentence.text) or SHORT_BODY.search(sentence.text)
    if match is None or not ASKS_DIGIT.search(sentence.text[: match.start()] + "|" + sentence.text[match.end() :]):
        return None
    given = match["check"] or match["x"]
    return "check_digit", without_empty(
        {"body": match["body"].replace(" ", ""), "given": given.upper() if given else None}
    )


def read_patent_term(sentence: Sentence) -> Reading | None:
    days = sentence.roles(
        {"filed_on": FILED, "granted_on": r"授权|公告|下证|拿证|发证|批", "priority_on": r"优先权"}, None
    )
    filed_on = days.get("filed_on")
    if filed_on is None:
        free = [day.value for day in sentence.days if day.value not in days.values()]
        filed_on = free[0] if free else None
    kind = sentence.kind_of(filed_on)
    if not (sentence.has(ENDS) or (filed_on and not sentence.has(r"下证|批|结果|审|能授权|能拿"))):
        return None
    if kind is None and filed_on is None and not sentence.has(r"专利"):
        return None
    filed_in = None if filed_on else _month_of_filing(sentence)
    if filed_on is None and filed_in is None and not sentence.is_personal:
        return None
    if filed_on is not None and kind is None and not sentence.has(r"专利"):
        return None
    return "patent_term", without_empty({"kind": kind, "filed_on": filed_on, "filed_in": filed_in})


def _month_of_filing(sentence: Sentence) -> str | None:
    """2020年5月申请, 2020年报的: the month, else the year, where that is all that is said of the filing."""
    if not sentence.has(rf"(?:年|月)(?:份|初|底)?(?:的时候)?(?:才|就)?(?:{FILED})"):
        return None
    if len(sentence.months) == 1:
        return f"{sentence.months[0].value:%Y-%m}"
    return str(sentence.years[0][2]) if len(sentence.years) == 1 and not sentence.months else None


def read_trademark_term(sentence: Sentence) -> Reading | None:
    if not sentence.has(r"续展|到期|有效期|宽展|过期|期满|有效到|保护|用到|届满|失效|几年|哪天|续"):
        return None
    cues = {
        "expires_on": r"到期|期满|过期|有效期[到至]|届满|截止|满的|失效|有效期限?(?:是|写的是)?到",
        "registered_on": r"注册|核准|下证|拿证|领证|发证|续展(?:了|过|的)",
    }
    days = sentence.roles(
        cues, "registered_on" if not sentence.has(r"\d[日号]?\s*(?:就)?(?:到期|期满|过期)") else "expires_on"
    )
    if not days and not sentence.is_personal:
        return None
    if "registered_on" in days and "expires_on" in days:
        days.pop("registered_on")
    want = None
    if sentence.has(
        r"宽展|过了期|过期.{0,8}(?:还能|补|多久|最晚)|最[晚迟].{0,8}(?:补|续|办)|还能补|(?:续展?|办|补).{0,6}最[晚迟]"
    ):
        want = "grace" if sentence.has(r"宽展|过了?期|补|最[晚迟]") else None
    elif sentence.has(
        r"(?:最早|什么时候|哪天|啥时|几号|何时).{0,6}(?:可以|能|起|开始|就能)?.{0,4}(?:办?续|申请续|提续)|提前|续展期.{0,4}(?:开始|从)|最早"
    ):
        want = "opens"
    elif sentence.has(r"续展?(?:完|后|成功|好|了).{0,8}(?:到|用|有效|哪)"):
        want = "next"
    return "trademark_term", without_empty({**days, "want": want})


def read_copyright_term(sentence: Sentence) -> Reading | None:
    if not sentence.has(r"保护|到期|到哪|到什么|哪[天年]|过期|有效|几年|多久|期限|届满|公有|公共"):
        return None
    if not sentence.years:
        return None
    found: dict[str, Decimal] = {}
    cues = {
        "died_in": r"去世|死|过世|逝世|走了|病故",
        "published_in": r"发表|发布|上线|出版|公开|首发|面世|发行|上架",
        "completed_in": r"完成|开发|写的|写完|创作|做出来|做好",
    }
    for name, cue in cues.items():
        year = _year_near(sentence, cue)
        if year is not None:
            found[name] = Decimal(year)
    if not found and len(sentence.years) == 1 and sentence.has(r"软著|软件|公司|单位"):
        found["published_in"] = Decimal(sentence.years[0][2])
    if not found:
        return None
    work = "software" if sentence.has(r"软著|软件|程序|APP|app|小程序|系统") else "work"
    return "copyright_term", {**found, "work": work}


def _year_near(sentence: Sentence, cue: str) -> int | None:
    best: tuple[int, int] | None = None
    for match in re.finditer(cue, sentence.text):
        for start, end, year in sentence.years:
            distance = match.start() - end if match.start() >= end else start - match.end() + 3
            if 0 <= distance <= 12 and (best is None or distance < best[0]):
                best = (distance, year)
    return best[1] if best else None


def read_layout_term(sentence: Sentence) -> Reading | None:
    days = sentence.roles({"filed_on": r"申请|登记|提交", "used_on": r"商业|上市|卖|投入|销售"}, "filed_on")
    return ("layout_design_term", dict(days)) if days else None
