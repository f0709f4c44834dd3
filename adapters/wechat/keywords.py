"""The typed keywords of templates: what WeChat takes as a value of each type, and a value made to fit (wechat-contract
§4.7). One that does not fit is refused here, before a message is spent on 47003."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
# Pictures, what joins and colours them, and flags. How WeChat counts them nobody says: they are left out.
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u3030\u303d\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]"
)
_MOMENT = r"(?:\d{4}(?:年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}))"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_DATE = rf"{_MOMENT}(?: ?{_CLOCK})?"
_TIME = rf"(?:{_MOMENT} ?)?{_CLOCK}"
RULES: Mapping[str, str] = {
    "thing": r"[^\n\r\t]{1,20}",
    "number": r"(?=.{1,32}$)\d+(?:\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": rf"[^\w\s{HAN}]{{1,5}}",
    "character_string": r"[!-~]{1,32}",
    "time": rf"{_TIME}(?: ?~ ?{_TIME})?",
    "date": rf"{_DATE}(?: ?~ ?{_DATE})?",
    "amount": r"[^\w\s]?\d{1,10}(?:\.\d+)?元?",
    "phone_number": r"[\d+\-() ]{1,17}",
    "car_number": rf"[{HAN}]?[A-Za-z0-9]{{1,7}}[{HAN}]?",
    "name": rf"[{HAN}·]{{1,10}}|(?=[^{HAN}]{{1,20}}$)[^\n\r\t]+|[^\n\r\t]{{1,10}}",
    "phrase": rf"[{HAN}]{{1,5}}",
    "const": r"[^\n\r\t]{1,20}",
    "enum": r"[^\n\r\t]{1,20}",
    "short_thing": r"[^\n\r\t]{1,10}",
}
# Where a longer text still says something when it is cut.
_CUTS = {"thing": 20, "short_thing": 10}
LISTED = ("enum", "const")
_CODE = re.compile(r"([a-z_]+?)\d*$")


def type_of(code: str) -> str | None:
    """thing of thing3; None for a name of the untyped templates (first, keyword1), which are not made any more."""
    found = _CODE.match(code)
    return found[1] if found and found[1] in RULES else None


def is_valid(code: str, value: str, options: Sequence[str] = ()) -> bool:
    """Whether WeChat would take the value."""
    kind = type_of(code)
    if kind is None or _EMOJI.search(value):
        return False
    if options and value not in options:
        return False
    return re.fullmatch(RULES[kind], value) is not None


def fitted(code: str, value: str, options: Sequence[str] = ()) -> str | None:
    """The value as it may be sent: in one line, without emoji, a long text cut with …; None where it cannot be."""
    kind = type_of(code)
    plain = " ".join(_EMOJI.sub("", unicodedata.normalize("NFC", value)).split())
    if kind in _CUTS and len(plain) > _CUTS[kind]:
        plain = f"{plain[: _CUTS[kind] - 1].rstrip()}…"
    return plain if is_valid(code, plain, options) else None
