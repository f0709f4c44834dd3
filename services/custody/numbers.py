"""Numbers of rights as owners give them: into normal form, proved by their check digit, repaired from our records."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Patent, PatentKind, RightKind
from nlp.patent_numbers import check_digit, parse_number, suggest_repairs

MOST_REPAIRS = 3
TRADEMARK = re.compile(r"(?:第)?(?P<number>G?\d{5,9}[A-Z]?)(?:号)?", re.ASCII)
# Software: 2021SR0123456, before 2014 also 软著登字第0123456号; works: 国作登字-2021-F-00123456, 粤作登字-….
COPYRIGHT = re.compile(
    r"(?:19|20)\d{2}SR\d{6,8}|软著登字第?\d{6,8}号?|[\u4e00-\u9fff]{1,2}作登字-?(?:19|20)\d{2}-?[A-Z]-?\d{5,8}"
)
KIND_OF_DIGIT = {
    "1": PatentKind.INVENTION, "8": PatentKind.INVENTION, "2": PatentKind.UTILITY_MODEL,
    "9": PatentKind.UTILITY_MODEL, "3": PatentKind.DESIGN,
}  # fmt: skip
KIND_OF_LETTER = {
    "A": PatentKind.INVENTION, "B": PatentKind.INVENTION, "C": PatentKind.INVENTION, "U": PatentKind.UTILITY_MODEL,
    "Y": PatentKind.UTILITY_MODEL, "S": PatentKind.DESIGN, "D": PatentKind.DESIGN,
}  # fmt: skip
HOW = {
    RightKind.PATENT: "专利要申请号、专利号或公开号,比如 CN202110123456.7。",
    RightKind.TRADEMARK: "商标要注册号,比如 12345678。",
    RightKind.COPYRIGHT: "著作权要登记号,比如 2021SR0123456。",
}


@dataclass(frozen=True)
class ReadNumber:
    """A number in normal form, or why it is none; `repairs` are numbers of our records that may have been meant."""

    normal: str
    reason: str = ""
    repairs: tuple[str, ...] = ()

    @property
    def is_usable(self) -> bool:
        return not self.reason


def read_number(session: Session, kind: RightKind, text: str) -> ReadNumber:
    """What the owner's number is. A check digit that is wrong is never taken: one digit of the number is."""
    if kind is not RightKind.PATENT:
        pattern = TRADEMARK if kind is RightKind.TRADEMARK else COPYRIGHT
        folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
        match = pattern.fullmatch(folded)
        return ReadNumber(match["number"] if kind is RightKind.TRADEMARK else folded) if match else _unread(kind, text)
    parsed = parse_number(text)
    if parsed is None:
        return _unread(kind, text)
    if parsed.is_valid:
        return ReadNumber(parsed.normal)
    repairs = _existing(session, suggest_repairs(parsed.normal))
    if repairs:
        return ReadNumber(parsed.normal, "校验位对不上,多半有一位打错了。", repairs)
    body = parsed.normal.removeprefix("CN").partition(".")[0]
    reason = f"校验位对不上:前面没错的话末位应是{check_digit(body)},照证书核对一下。"
    return ReadNumber(parsed.normal, reason)


def kind_of_number(number: str) -> PatentKind | None:
    """What a Chinese number itself says of the kind of patent: its type digit, or the letter of the publication."""
    if not number.startswith("CN"):
        return None
    body, dot, _ = number.removeprefix("CN").partition(".")
    if dot and len(body) in (8, 12):
        return KIND_OF_DIGIT.get(body[4] if len(body) == 12 else body[2])
    letter = next((sign for sign in body if sign.isalpha()), "")
    return KIND_OF_LETTER.get(letter)


def _unread(kind: RightKind, text: str) -> ReadNumber:
    return ReadNumber(" ".join(text.split())[:40], f"认不出这个号码。{HOW[kind]}")


def _existing(session: Session, candidates: Sequence[str]) -> tuple[str, ...]:
    if not candidates:
        return ()
    there = set(session.scalars(select(Patent.application_number).where(Patent.application_number.in_(candidates))))
    return tuple(number for number in candidates if number in there)[:MOST_REPAIRS]
