"""Standard terms of a quick licence, chosen by its owner one tap at a time while the offer is written."""

import re
from collections.abc import Mapping
from typing import Any

from bot.flows.posting_words import END
from bot.replies import Choice
from core.i18n import chinese_amount
from nlp.market.posts import Mode
from nlp.slots.numerals import CHINESE, read_number
from services.deals.contact import names_contact
from services.market.quick_terms import MOST_YEARS, FeeKind, QuickTerms, said_quick_terms

FEE, YEARS, LIMITS = "terms_fee", "terms_years", "terms_limits"
STEPS = (FEE, YEARS, LIMITS)
LONGEST_LIMIT = 60
CHOICES = {
    FEE: (Choice("每年收", "每年收"), Choice("一次付清", "一次付清"), Choice("不定条款", "不定条款")),
    YEARS: (Choice("1年", "1年"), Choice("3年", "3年"), Choice("5年", "5年")),
    LIMITS: (Choice("都不限", "都不限"), Choice("不定条款", "不定条款")),
}
QUESTIONS = {
    YEARS: f"许可几年?1到{MOST_YEARS}年。",
    LIMITS: "在哪用、用在哪个领域,要限吗?比如“地域限广东,领域限水处理”,不限就回复“都不限”。",
}
DECLINES = re.compile(f"(?:先)?(?:不(?:用|要|想)?(?:定|设|写|弄)?(?:标准)?条款|没有?条款|都?不定){END}")
RESETS = re.compile(f"(?:我要|想)?(?:再|重新)?(?:改|换|修改|重定|定|选)(?:一下)?(?:标准)?条款{END}")
PER_YEAR = re.compile("每年|一年一(?:付|交|收)|按年|年付|逐年|[/每]年")
LUMP_SUM = re.compile("(?<!每年)一次|一口价|一笔|买断")
# 每年 and 按年 tell how it is paid, no term.
TERM = re.compile(rf"(?<![每按\d第])(?P<years>\d{{1,3}}|[{CHINESE}]{{1,3}})\s*年(?!一)")
NO_LIMIT = re.compile(
    f"(?:(?:地域|地区|领域|行业|范围|用途|哪里?|在哪)?(?:都|全|和|什么都)?(?:不限|没有?限制|无限制|不用限|随便|都行|都可以)制?)+{END}"
)
LIMITS_FIELD = re.compile(r"(?:使用)?(?:领域|行业|用途)[::]?(?:只|仅)?(?:限于?|是|在)?(?P<value>.+)")
LIMITS_REGION = re.compile(r"(?:使用)?(?:地域|地区|区域|地方|范围)[::]?(?:只|仅)?(?:限于?|是|在)?(?P<value>.+)")
LIMITS_PLACE = re.compile(
    r"(?:只|仅)?(?:限于?|在|能在)?(?P<value>.+?)(?:省|市)?(?:范围)?(?:以?内|境内)?(?:使用|可?用|生产)?"
)
CLAUSES = re.compile(r"[,,、;;。\s]+")


def next_part(values: Mapping[str, Any]) -> str | None:
    """What is still to be chosen; None where no terms can be, or they are chosen or left out."""
    terms = values.get("terms")
    if terms is False or not may_have_terms(values):
        return None
    terms = terms or {}
    if "fee" not in terms:
        return FEE
    if "years" not in terms:
        return YEARS
    return None if "region" in terms else LIMITS


def may_have_terms(values: Mapping[str, Any]) -> bool:
    """Somebody takes them as they are: there is a patent, a price and the way is a quick licence."""
    return Mode.LICENCE_QUICK in (values.get("modes") or ()) and bool(values.get("rights") and values.get("amount"))


def question_of(step: str, values: Mapping[str, Any]) -> str:
    if step == FEE:
        amount = chinese_amount(values["amount"])
        return f"快速许可可以先定好标准条款,别人照单接受就谈成,不用一个个谈。{amount}是每年收,还是一次付清?"
    return QUESTIONS[step]


def read_part(step: str, plain: str, values: Mapping[str, Any], *, has_region: bool) -> dict[str, Any] | None:
    """What an answer chooses, more than was asked where it says more; None where it chooses nothing."""
    if DECLINES.fullmatch(plain):
        return {"terms": False}
    terms = dict(values.get("terms") or {})
    chosen = _fee(plain) | _years(plain, is_asked=step == YEARS)
    if step == LIMITS:
        chosen |= _limits(plain, has_region=has_region)
    if not chosen or (step == YEARS and "years" not in chosen):
        return None
    return {"terms": terms | chosen}


def terms_of(values: Mapping[str, Any]) -> QuickTerms | None:
    """Those that were chosen, while what they rest on still stands."""
    terms = values.get("terms")
    if not terms or next_part(values) is not None or not may_have_terms(values):
        return None
    return QuickTerms.model_validate(terms)


def said_terms(values: Mapping[str, Any]) -> str:
    """标准条款:普通许可(不排他),每年5万元,3年,地域不限,领域不限"""
    terms = terms_of(values)
    return f"标准条款:{said_quick_terms(terms, values['amount'])}。要改说“改条款”。" if terms is not None else ""


def _fee(plain: str) -> dict[str, Any]:
    by_year, at_once = PER_YEAR.search(plain), LUMP_SUM.search(plain)
    if bool(by_year) == bool(at_once):
        return {}
    return {"fee": (FeeKind.PER_YEAR if by_year else FeeKind.LUMP_SUM).value}


def _years(plain: str, *, is_asked: bool) -> dict[str, Any]:
    match = TERM.search(plain)
    said = match["years"] if match is not None else plain.strip(" 。") if is_asked else ""
    years = read_number(said) if said else None
    return {"years": int(years)} if years is not None and years == int(years) and 1 <= years <= MOST_YEARS else {}


def _limits(plain: str, *, has_region: bool) -> dict[str, Any]:
    """{} where any part of it is not understood: a limit that is lost is one that nobody agreed to."""
    found = {"region": "", "field": ""}
    for clause in filter(None, CLAUSES.split(plain)):
        if NO_LIMIT.fullmatch(clause):
            continue
        name, match = "field", LIMITS_FIELD.fullmatch(clause)
        if match is None:
            name, match = "region", LIMITS_REGION.fullmatch(clause)
        if match is None and has_region:
            match = LIMITS_PLACE.fullmatch(clause)
        if match is None or len(match["value"]) > LONGEST_LIMIT or found[name] or names_contact(clause):
            return {}
        found[name] = match["value"]
    return found
