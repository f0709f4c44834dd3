"""Numbers as people write and say them: 300, 1,200.5, 三百五, 九万五, 两百, 幺三八."""

import re
from decimal import Decimal

DIGITS = {
    character: value
    for value, characters in enumerate(
        ["零〇", "一壹幺", "二贰两俩", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"]
    )
    for character in characters
}
SMALL_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
CHINESE = "零〇一壹二贰两俩三叁四肆五伍六陆七柒八捌九玖十拾百佰千仟"
NUMERAL = rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|[{CHINESE}]+(?:点[{CHINESE}]+)?)"


def read_digits(text: str) -> str:
    """Chinese digits said one by one as ASCII digits (幺三八 → 138); other characters stay."""
    return "".join(str(DIGITS[character]) if character in DIGITS else character for character in text)


def read_number(text: str) -> Decimal | None:
    """The value of a numeral without 万 or 亿, or None where it is none. 三百五 is 350, 一千零五 is 1005."""
    text = text.replace(",", "")
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text):
        return Decimal(text)
    whole, _, fraction = text.partition("点")
    value = _read_whole(whole)
    if value is None:
        return None
    if fraction:
        if not all(character in DIGITS for character in fraction):
            return None
        return Decimal(f"{value}.{read_digits(fraction)}")
    return Decimal(value)


def _read_whole(text: str) -> int | None:
    if not text or any(character not in DIGITS and character not in SMALL_UNITS for character in text):
        return None
    if not any(character in SMALL_UNITS for character in text):
        # 二零二零 is read digit by digit; 两 alone is 2
        return int(read_digits(text))
    total, digit, last_unit, after_zero = 0, None, 0, False
    for character in text:
        if character in SMALL_UNITS:
            last_unit = SMALL_UNITS[character]
            total += (1 if digit is None else digit) * last_unit
            digit, after_zero = None, False
        else:
            after_zero = after_zero or DIGITS[character] == 0
            digit = DIGITS[character]
    if digit:
        # 三百五 means 350, 三百零五 means 305, 十五 means 15
        total += digit if after_zero or last_unit <= 10 else digit * last_unit // 10
    return total
