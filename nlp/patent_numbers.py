"""Patent numbers in every form people type them: found, brought into normal form, checked, mended."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["application", "publication"]

WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
CHECK_CHARACTERS = "0123456789X"
# Invention, utility model, design, and the two that came through the PCT.
NEW_TYPES = "12389"
DOT = r"[.。·•]"
BEFORE = r"(?<![0-9A-Z])"
AFTER = r"(?![0-9A-Z])"
GAP = r"[ \-]?"

# Behind ZL or CN digits may stand apart; bare ones only as printed on papers, or 2020 2021 would be a number.
MARKED = re.compile(
    rf"{BEFORE}(?P<office>ZL|CN)[ .:]{{0,2}}(?P<digits>\d(?:{GAP}\d){{6,12}})"
    rf"(?: ?{DOT} ?(?P<check>[\dX])|(?P<bare_x>X)| ?(?P<kind>[A-Z]\d?))?{AFTER}",
    re.ASCII,
)
BARE_APPLICATION = re.compile(
    rf"{BEFORE}(?P<digits>(?:19|20)\d\d [{NEW_TYPES}] \d{{7}}|(?:19|20)\d{{2}}[{NEW_TYPES}]\d{{7}})"
    rf"(?: ?{DOT} ?)?(?P<check>[\dX])?{AFTER}",
    re.ASCII,
)
BARE_OLD_APPLICATION = re.compile(
    rf"{BEFORE}(?P<digits>(?:8[5-9]|9\d|0[0-3])[{NEW_TYPES}]\d{{5}}) ?{DOT} ?(?P<check>[\dX]){AFTER}",
    re.ASCII,
)
BARE_PUBLICATION = re.compile(rf"{BEFORE}(?P<digits>[1-3]\d{{6}}(?:\d\d)?) ?(?P<kind>[ABCDSUY]){AFTER}", re.ASCII)
FOREIGN = re.compile(
    rf"{BEFORE}(?P<office>US|EP|WO|JP|KR|DE|GB|FR|TW) ?(?P<series>D|RE|PP|H|T)? ?"
    rf"(?P<digits>\d(?:[ ,/\-]?\d){{4,13}}) ?(?P<kind>[A-Z]\d?)?{AFTER}",
    re.ASCII,
)


@dataclass(frozen=True)
class PatentNumber:
    """A number in normal form. `is_valid` is false where the check digit is wrong: warn and ask, never reject.

    `start` and `end` say where it stands in the text that was searched.
    """

    normal: str
    kind: Kind
    is_valid: bool
    start: int = 0
    end: int = 0


def check_digit(body: str) -> str:
    """The check character of an application number's 8 or 12 body digits."""
    if len(body) not in (8, 12) or not (body.isascii() and body.isdecimal()):
        raise ValueError("An application number's body has 8 or 12 digits.")
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=False))
    return CHECK_CHARACTERS[total % 11]


def is_valid_application_number(number: str) -> bool:
    """Whether this is, in any form, a Chinese application number whose check digit fits."""
    parsed = parse_number(number)
    return parsed is not None and parsed.kind == "application" and parsed.is_valid


def parse_number(text: str) -> PatentNumber | None:
    """The number that `text` is, in normal form; None where it is something else or more than that."""
    cleaned = _fold(text)
    for number in find_numbers(text):
        around = cleaned[: number.start] + cleaned[number.end :]
        if not any(character.isalnum() for character in around):
            return number
    return None


def find_numbers(text: str) -> list[PatentNumber]:
    """Every patent number in a text, in order, without overlap."""
    folded = _fold(text)
    found: list[PatentNumber] = []
    for number in _candidates(folded):
        if all(number.end <= other.start or number.start >= other.end for other in found):
            found.append(number)
    return sorted(found, key=lambda number: number.start)


def suggest_repairs(number: str) -> list[str]:
    """Valid application numbers one slip away: two neighbours swapped, or one digit wrong. Empty where `number` is
    valid or is no application number; the caller looks which of them exist."""
    parsed = parse_number(number)
    if parsed is None or parsed.kind != "application" or parsed.is_valid:
        return []
    body, _, check = parsed.normal.removeprefix("CN").partition(".")
    typed = body + check
    slips = [*_swapped(typed), *_replaced(typed)]
    repaired = [slip for slip in slips if _is_body(slip[:-1]) and check_digit(slip[:-1]) == slip[-1]]
    return [f"CN{slip[:-1]}.{slip[-1]}" for slip in dict.fromkeys(repaired)]


def _fold(text: str) -> str:
    """Half-width capitals of the same length, so that positions stay true."""
    return "".join(_fold_character(character) for character in text)


def _fold_character(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).upper()
    return folded if len(folded) == 1 else character


def _candidates(text: str) -> Iterator[PatentNumber]:
    for match in MARKED.finditer(text):
        number = _read_marked(match)
        if number is not None:
            yield number
    for pattern in (BARE_APPLICATION, BARE_OLD_APPLICATION):
        for match in pattern.finditer(text):
            yield _application(match, match["digits"].replace(" ", ""), match["check"])
    for match in BARE_PUBLICATION.finditer(text):
        yield _publication(match, "CN", match["digits"], match["kind"])
    for match in FOREIGN.finditer(text):
        yield _publication(match, match["office"] + (match["series"] or ""), _digits(match), match["kind"] or "")


def _read_marked(match: re.Match[str]) -> PatentNumber | None:
    digits, kind = _digits(match), match["kind"]
    check = match["check"] or match["bare_x"]
    if kind:
        return _publication(match, "CN", digits, kind) if 7 <= len(digits) <= 9 else None
    if check is None and len(digits) in (9, 13) and _is_body(digits[:-1]):
        # 9 digits behind CN that begin like a year of the old numbering, or any behind ZL, are an application.
        digits, check = digits[:-1], digits[-1]
    if _is_body(digits):
        return _application(match, digits, check)
    if check is None and match["office"] == "CN" and len(digits) in (7, 9):
        return _publication(match, "CN", digits, "")
    return None


def _application(match: re.Match[str], body: str, check: str | None) -> PatentNumber:
    if check is None and len(body) == 8 and "85" <= body[:2] <= "88":
        # Before 1989 there was no check digit.
        return PatentNumber(f"CN{body}", "application", True, match.start(), match.end())
    # A later number without its check digit is complete enough: the digit follows from the others.
    given = check or check_digit(body)
    return PatentNumber(f"CN{body}.{given}", "application", given == check_digit(body), match.start(), match.end())


def _publication(match: re.Match[str], office: str, digits: str, kind: str) -> PatentNumber:
    return PatentNumber(f"{office}{digits}{kind}", "publication", True, match.start(), match.end())


def _digits(match: re.Match[str]) -> str:
    return re.sub(r"\D", "", match["digits"])


def _is_body(digits: str) -> bool:
    """Whether these digits can be an application number's body: a year, then a type."""
    if not (digits.isascii() and digits.isdecimal()):
        return False
    if len(digits) == 12:
        return 1985 <= int(digits[:4]) < 2100 and digits[4] in NEW_TYPES
    return len(digits) == 8 and (digits[:2] >= "85" or digits[:2] <= "03") and digits[2] in NEW_TYPES


def _swapped(typed: str) -> Iterator[str]:
    for place in range(len(typed) - 1):
        if typed[place] != typed[place + 1]:
            yield typed[:place] + typed[place + 1] + typed[place] + typed[place + 2 :]


def _replaced(typed: str) -> Iterator[str]:
    for place in range(len(typed)):
        characters = CHECK_CHARACTERS if place == len(typed) - 1 else CHECK_CHARACTERS[:10]
        for character in characters:
            if character != typed[place]:
                yield typed[:place] + character + typed[place + 1 :]
