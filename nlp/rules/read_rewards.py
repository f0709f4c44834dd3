"""Reads questions of rewards, damages, interest and estimates."""

import re
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from nlp.rules.read_sums import count_said
from nlp.rules.sentence import Sentence, without_empty
from nlp.rules.values_said import number_before
from nlp.segmenter import default_segmenter
from nlp.slots.numerals import CHINESE, read_number
from nlp.slots.regions import RegionFinder

Reading = tuple[str, dict[str, Any]]
# Provinces with minimum shares of their own for public institutions; Henan's hold for everybody.
LOCAL_SHARES = frozenset({"浙江", "上海", "北京", "山东", "河南"})
PUBLIC = r"大学|高校|学院|院校|院所|研究院|研究所|科研院|研发机构|公办|国立"


def read_bonus(sentence: Sentence) -> Reading | None:
    text = sentence.text
    counts = {
        "invention": count_said(text, r"发明(?!人)"),
        "utility_model": count_said(text, r"实用新型|实新|新型"),
        "design": count_said(text, r"外观"),
    }
    granted = sentence.days or sentence.months
    years = [year for _, _, year in sentence.years]
    is_default = sentence.has(
        r"没.{0,6}(?:规定|约定|说|写|定|制度)|未.{0,3}(?:规定|约定)|无.{0,3}(?:规定|约定)|最[低少]|至少|起码|不少于|法定|底线"
    )
    if not sentence.has(r"专利|发明(?!人)|实用新型|实新|外观"):
        return None
    if not any(counts.values()) and not granted and not (years and is_default):
        return None
    if not (is_default or sentence.has(r"奖金|奖励|奖多少|要奖")):
        return None
    inputs: dict[str, Any] = {**without_empty(counts), "kind": sentence.kind}
    if granted:
        inputs["granted_on"] = granted[-1].value
        if not sentence.days:
            inputs["month_only"] = "yes"
    elif years:
        inputs["granted_on"] = _last_of(years[-1])
        inputs["month_only"] = "yes"
    if any(counts.values()):
        inputs.pop("kind")
    return "inventor_bonus", without_empty(inputs)


def _last_of(year: int) -> date:

    return date(year, 12, 31)


def read_achievement_share(sentence: Sentence) -> Reading | None:
    way = next(
        (
            name
            for name, pattern in (
                ("equity", r"入股|作价|股权|股份|折股|出资"),
                ("profit", r"自行实施|自己(?:实施|生产|做|用|投产)|投产|营业利润|利润|合作实施|产业化"),
                ("licence", r"许可|授权(?:给|使用)"),
                ("transfer", r"转让|卖"),
            )
            if sentence.has(pattern)
        ),
        None,
    )
    base = sentence.sum_near(r"净收入|收入|利润|净赚|作价|股|转让|许可|卖|到账|赚|估值|折", within=20)
    if base is None and sentence.sums:
        base = sentence.sums[0][2]
    unit = None
    if base is None and way == "equity" and sentence.percents:
        base, unit = sentence.percents[0][2], "%"
    if way is None:
        return None
    if base is None:
        return _read_least_share(sentence, way)
    if not sentence.has(
        r"没.{0,8}(?:规定|约定|说|写|定|制度)|未.{0,4}(?:规定|约定)|无.{0,3}(?:规定|约定)|最[低少]|至少|起码|不少于|法定|底线|不低于|奖|报酬|提"
    ):
        return None
    of = "patent" if sentence.has(r"专利|发明") else None
    places = _regions().find(sentence.text)
    region = str(places[0].value)[:2] if places else None
    if region is not None and (region not in LOCAL_SHARES or not (region == "河南" or sentence.has(PUBLIC))):
        return None  # what that place pays is another matter than the law's minimum
    return "achievement_share", without_empty(
        {"way": way, "income": base, "income_unit": unit, "of": of, "region": region}
    )


def _read_least_share(sentence: Sentence, way: str) -> Reading | None:
    """每年至少从利润里提几个点: the share itself, of a patent for which nothing is agreed."""
    is_open = sentence.has(r"没.{0,8}(?:规定|约定|说|写|定|制度)|未.{0,4}(?:规定|约定)|无.{0,3}(?:规定|约定)")
    asks_share = sentence.has(
        r"几个点|百分之几|[几多]成|(?:多少|几)个?(?:百分点|比例)|比例|(?:至少|起码|最[少低]|不少于|不低于).{0,10}(?:多少|几)"
    )
    if not (is_open and asks_share and sentence.has(r"专利|发明|实用新型|实新|外观")):
        return None
    if _regions().find(sentence.text):
        return None  # what that place pays is another matter than the law's minimum
    return "least_share", without_empty({"way": way, "kind": sentence.kind})


@cache
def _regions() -> RegionFinder:
    return RegionFinder(default_segmenter())


COSTS = r"合理(?:开支|支出|费用)|律师费|维权(?:开支|费用|成本)|公证费"
RIGHTS = (
    ("trade_secret", r"商业秘密|技术秘密|商业机密|配方"),
    ("trademark", r"商标|牌子|假货|冒牌"),
    ("copyright", r"著作权|版权|软著|软件|盗版|图片|文章|作品"),
    ("patent", r"专利|发明|实用新型|外观"),
)


def read_damages(sentence: Sentence) -> Reading | None:
    if not sentence.has(r"倍|惩罚性"):
        return None
    right = next((name for name, pattern in RIGHTS if sentence.has(pattern)), None)
    base = sentence.sum_near(r"损失|获利|赚|盈利|利润|许可费|使用费|亏|基数", within=14)
    if base is None and sentence.sums:
        base = sentence.sums[0][2]
    if base is None:
        return None
    multiple = number_before(sentence.text, r"倍(?!以[上下])")
    if sentence.has(r"最[高多]|顶格|上限|封顶|范围|到多少"):
        multiple = None
    costs = sentence.sum_near(COSTS, within=8)
    if costs == base:
        costs = None
    return "punitive_damages", without_empty({"right": right, "base": base, "multiple": multiple, "costs": costs})


def read_statutory_damages(sentence: Sentence) -> Reading | None:
    right = next((name for name, pattern in RIGHTS if sentence.has(pattern)), None)
    costs = sentence.sum_near(COSTS, within=8)
    claim = sentence.sum_near(r"主张|索赔|要求|想要|诉请|告|请求", within=14)
    if claim is not None and claim == costs:
        claim = next((value for _, _, value in sentence.sums if value != costs), None)
    if claim is None and costs is None:
        return None
    return "statutory_damages", without_empty({"right": right, "claim": claim, "costs": costs})


def read_overdue_interest(sentence: Sentence) -> Reading | None:
    amount = sentence.sum_near(r"货款|欠|款|拖|尾款", within=14) or (sentence.sums[0][2] if sentence.sums else None)
    match = re.search(rf"(?P<days>\d+|[{CHINESE}]+)\s*天", sentence.text)
    days = read_number(match["days"]) if match else None
    if amount is None or not sentence.has(r"逾期|拖|欠|晚|迟"):
        return None
    return "overdue_interest", without_empty({"amount": amount, "days": days})


def read_royalty(sentence: Sentence) -> Reading | None:
    sales = sentence.sum_near(r"销售额?|营收|卖|产值|收入|营业额", within=10)
    rate = sentence.percent_near(r"许可费率?|费率|分成率?|提成|抽成|使用费", within=8)
    discount = sentence.percent_near(r"折现|贴现", within=6)
    if sales is None or rate is None or not sentence.has(r"专利|技术|发明|软著"):
        return None
    years = _years_left(sentence.text)
    return "royalty_estimate", without_empty(
        {"sales": sales, "royalty_rate": rate, "years": years if years and years <= 20 else None, "discount": discount}
    )


def _years_left(text: str) -> Decimal | None:
    """剩8年, 还能用5年; else any number of years but the one that sales are counted by."""
    for pattern in (rf"(?:剩|还有|还能|可用|寿命|能用|再用|共|用)[^\d{CHINESE}]{{0,3}}", r"(?<![每一\d])"):
        match = re.search(rf"{pattern}(?P<years>\d+|[{CHINESE}]+)\s*年(?!销|营|产|收|卖|赚|[度费内])", text)
        if match and (years := read_number(match["years"])):
            return years
    return None
