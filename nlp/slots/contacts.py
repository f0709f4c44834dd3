"""Telephone numbers, case numbers, places in a list."""

import re

from nlp.slots.numerals import CHINESE, read_digits, read_number
from nlp.slots.scan import Found

SPOKEN_MOBILE = re.compile(
    r"(?<![零一二三四五六七八九幺\d])[一幺1][\s-]*(?:[零〇一二三四五六七八九幺\d][\s-]*){10}(?![零一二三四五六七八九幺\d])"
)
LANDLINE = re.compile(r"(?<!\d)\(?(?P<area>0(?:10|2\d|[3-9]\d\d))\)?[\s-]*(?P<number>[2-8]\d{3}[\s-]?\d{3,4})(?!\d)")
COUNTRY_CODE = re.compile(r"(?:(?:我的?)?(?:联系)?(?:电话|手机|方式)(?:号码?)?(?:是|为|:)?\s*)?(?:(?:\+|00)86[\s-]*)?$")
CASE_NUMBER = re.compile(
    r"(?<![A-Za-z])(?P<service>(?!CN|ZL|US|EP|WO|JP|KR)[A-Z]{2})[\s-]*(?P<day>2\d(?:0[1-9]|1[0-2])[0-3]\d)[\s-]*(?P<serial>\d{3,6})(?!\d)",
    re.IGNORECASE,
)
ORDINAL = re.compile(
    rf"第\s*(?P<number>\d{{1,3}}|[{CHINESE}]{{1,3}})\s*(?P<unit>个|条|件|项|篇|份|场|期|节|家|位|款|种|门|则|组)?"
)
LAST = re.compile(
    r"(?:最后|最末|末尾|倒数第一|最下面|最底下)(?:面|头)?(?:那|这)?(?:一)?(?:个|条|件|项|篇|份|场|期|节|家|位|款|门)?"
)
NOT_AN_ITEM = re.compile(r"(?:类|条(?=规定|第)|年|章|届|季|代|方|次|时间|一时间|三方|页|批|人民|医院|大学|中学|集团)")


def find_phone(text: str) -> Found | None:
    """11 digits of a mobile, also said one by one; area code and number with a hyphen."""
    for match in SPOKEN_MOBILE.finditer(text):
        digits = re.sub(r"[\s-]", "", read_digits(match[0]))
        if re.fullmatch(r"1[3-9]\d{9}", digits):
            prefix = COUNTRY_CODE.search(text[: match.start()])
            return Found(prefix.start() if prefix else match.start(), match.end(), digits)
    landline = LANDLINE.search(text)
    if landline is None:
        return None
    number = re.sub(r"\D", "", landline["number"])
    lead = COUNTRY_CODE.search(text[: landline.start()])
    return (
        Found(lead.start() if lead else landline.start(), landline.end(), f"{landline['area']}-{number}")
        if len(number) in (7, 8)
        else None
    )


def find_case_number(text: str) -> Found | None:
    """A case number in its written form: RZ261122-0042."""
    match = CASE_NUMBER.search(text)
    if match is None:
        return None
    return Found(match.start(), match.end(), f"{match['service'].upper()}{match['day']}-{match['serial'].zfill(4)}")


def find_ordinal(text: str) -> Found | None:
    """The place in a list that is meant: 第二个 is 2, 最后一个 is -1. 第9类 and 第二年 are no places in a list."""
    match = LAST.search(text)
    if match and re.search(r"[个条件项篇份场期节家位款门]$", match[0]):
        return Found(match.start(), match.end(), -1)
    for match in ORDINAL.finditer(text):
        number = read_number(match["number"])
        if number is None or not 0 < number <= 999 or (not match["unit"] and NOT_AN_ITEM.match(text, match.end())):
            continue
        return Found(match.start(), match.end(), int(number))
    return None
