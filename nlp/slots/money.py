"""Amounts in CNY and terms in months, as whole numbers."""

import re
from decimal import ROUND_HALF_UP, Decimal

from nlp.slots.numerals import CHINESE, NUMERAL, read_number
from nlp.slots.scan import Found

MULTIPLES = {
    "万": 10_000,
    "w": 10_000,
    "W": 10_000,
    "k": 1000,
    "K": 1000,
    "亿": 100_000_000,
    "百万": 1_000_000,
    "千万": 10_000_000,
    "": 1,
}
# 500万像素 is no money
MEASURES = "份项套次名张篇本家所种类像素台件人吨伏次级转瓦安倍名位户条项平米公里小时步辆套字行点粒颗株亩头只片帧赫比字"
MONEY_UNIT = r"(?:元|块钱?|圆|人民币|rmb|RMB|CNY)"
PRICE_CONTEXT = (
    r"(?:预算|价格|价|金额|报价|贷款?|借款?|融资?|资金|每年|年费|出价|额度|费用|费|投资?|¥|售|卖|要|收(?!入)|给"
    r"|每[件项个月]|一件)"
)

AMOUNT = re.compile(
    rf"(?P<sign>[¥¥$]\s*)?(?<![\d.A-Za-z第])(?P<number>{NUMERAL})\s*(?P<vague>[多来几]|余)?\s*(?P<unit>个?亿|个?[wW](?![a-zA-Z])|[kK](?![a-zA-Z])|百万|千万|个?万)?"
    rf"(?P<tail>[{CHINESE}\d]{{1,4}}(?![{CHINESE}\d个年月天期件项]))?\s*(?P<money>{MONEY_UNIT})?(?P<after>以内|以下|左右|上下|之内|以上|起)?"
)
BARE_CONTEXT = re.compile(PRICE_CONTEXT + r"[是为在约大概个到了\s:]*(?:(?:一|每)(?:年|个?月|件|次|项))?$")

MONTHS = re.compile(
    rf"(?P<half>半年)|(?P<years>{NUMERAL})\s*(?:年|周年)(?P<year_half>半)?(?:零?(?P<extra>{NUMERAL})\s*个?月)?(?!度|级|代|费|前|内?申请|\s*[{CHINESE}\d.]+\s*[万千百元块wWk])"
    rf"|(?P<months>{NUMERAL})\s*个(?P<month_half>半)?月|(?P<quarters>{NUMERAL})\s*个?季度|(?P<plain>\d{{1,2}})\s*(?:期|月)(?=期|$|\s)"
)
NOT_A_TERM_BEFORE = re.compile(r"[万元块千百]$|(?:第|每|近|最近|过去|这|上|前|后|隔|满|[\d.])\s*$")


def find_amounts(text: str) -> list[Found]:
    """Amounts of money with their places; a numeral without unit counts only where a price is spoken of."""
    found = []
    for match in AMOUNT.finditer(text):
        value = _amount(match, text)
        if value is not None and 0 < value < 10**13:
            found.append(Found(match.start(), match.end(), value))
    return found


def _amount(match: re.Match[str], text: str) -> int | None:
    unit = (match["unit"] or "").removeprefix("个")
    following = text[match.end() : match.end() + 1]
    if not match["money"] and following and following in MEASURES:
        return None
    has_context = bool(match["sign"] or match["money"] or (BARE_CONTEXT.search(text[: match.start()])))
    numeral_has_unit = any(character in match["number"] for character in "百佰千仟")
    if not unit and not has_context and not (match["after"] and numeral_has_unit):
        return None
    if unit in {"k", "K", "w", "W"} and not match["number"][0].isdigit() and "个" not in (match["unit"] or ""):
        return None
    if (
        not unit
        and not match["money"]
        and not match["sign"]
        and (following in set("年月天日号%个期第共起直") and following)
    ):
        return None
    base = read_number(match["number"])
    if base is None or (match["number"][0] in "十百千佰仟" and text[: match.start()].endswith(("几", "数"))):
        return None  # 几千块 is no sum
    scale = MULTIPLES[unit]
    value = base * scale + _tail(match["tail"], scale)
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _tail(tail: str | None, scale: int) -> Decimal:
    """九万五 is 95,000 and 1万2千 is 12,000: a lone digit after a unit counts tenths of that unit."""
    if not tail or scale == 1:
        return Decimal(0)
    value = read_number(tail)
    if value is None:
        return Decimal(0)
    lone = len(tail) == 1 and tail not in "十百千"
    return value * scale / 10 if lone else value


def find_terms(text: str) -> list[Found]:
    """Lengths of time in whole months: 两年 24, 两年半 30, 半年 6, 18个月 18."""
    found = []
    for match in MONTHS.finditer(text):
        value = _months(match)
        if value is None or not 0 < value <= 1200 or NOT_A_TERM_BEFORE.search(text[: match.start()]):
            continue
        found.append(Found(match.start(), match.end(), value))
    return found


def _months(match: re.Match[str]) -> int | None:
    if match["half"]:
        return 6
    for group, factor in (("years", 12), ("months", 1), ("quarters", 3), ("plain", 1)):
        if match[group]:
            value = read_number(match[group])
            if value is None or value > 100:
                return None
            months = value * factor + (6 if match["year_half"] else 0)
            extra = read_number(match["extra"]) if match["extra"] else None
            return int(months + (extra or 0))
    return None
