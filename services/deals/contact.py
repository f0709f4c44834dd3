"""Whom one deals with is shown once both have agreed to that, and no longer than both do."""

import re
import unicodedata
from dataclasses import dataclass

from core.errors import InvalidInput
from models import Deal, DealParty, PostSide, User
from services.deals.graph import AGREED_TO_TALK

LONGEST_NAME = 40
NO_CONTACT_YET = "对方同意前请不要写电话、邮箱、微信号,同意后双方互看联系方式。"
# What people put between the digits of a number.
BETWEEN = re.compile(r"[\s\-_.·、,()*]")
CHINESE_DIGITS = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
PHONE = re.compile(
    r"(?<!\d)(?:1[3-9](?:[\s\-_.·、,()*]{0,2}\d){9}|0\d{2,3}[\s\-()]{0,2}\d{7,8}|[48]00(?:[\s\-]?\d){7})(?!\d)"
)
EMAIL = re.compile(r"[\w.+-]{1,40}@[\w-]{1,40}\.[a-z]{2,10}", re.IGNORECASE)
CHAT_NAME = re.compile(
    r"(?:微信|薇信|威信|加[vV]|vx|wx|wechat|qq)(?:号|是|同号|[:=\s]){0,4}[a-z0-9_-]{5,20}", re.IGNORECASE
)
OWN_NUMBER = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[48]00\d{7}")
COUNTRY = re.compile(r"^(?:\+|00)?86(?=1[3-9]\d{9}$)")


@dataclass(frozen=True)
class Contact:
    """What somebody agrees to show the other side."""

    name: str
    phone: str


def contact_from(user: User, name: str | None = None, phone: str | None = None) -> Contact:
    """What a person shows: as they say it now, else as we know it. Raises InvalidInput where something is missing."""
    said_name = (name or user.display_name or "").strip()
    digits = BETWEEN.sub("", unicodedata.normalize("NFKC", phone or user.phone or ""))
    said_phone = COUNTRY.sub("", digits)
    problems = {}
    if not said_name or len(said_name) > LONGEST_NAME:
        problems["name"] = f"写怎么称呼您,最多{LONGEST_NAME}个字。"
    if not OWN_NUMBER.fullmatch(said_phone):
        problems["phone"] = "写一个手机号或带区号的座机号。"
    if problems:
        raise InvalidInput("谈之前要知道怎么联系您:称呼和电话。对方同意后才看得到。", fields=problems)
    return Contact(said_name, said_phone)


def find_phone(plain: str) -> re.Match[str] | None:
    """A telephone number in a normalised text, at its place in it; digits may be Chinese ones."""
    return PHONE.search(plain.translate(CHINESE_DIGITS))


def names_contact(text: str) -> bool:
    """Whether a text tells how to reach somebody."""
    plain = unicodedata.normalize("NFKC", text)
    return any((find_phone(plain), EMAIL.search(plain), CHAT_NAME.search(plain)))


def check_text(deal: Deal | None, text: str, field: str) -> None:
    """Before both have agreed no text tells how to reach somebody. Raises InvalidInput."""
    if (deal is None or not is_contact_shared(deal)) and names_contact(text):
        raise InvalidInput(NO_CONTACT_YET, fields={field: NO_CONTACT_YET})


def party_of(deal: Deal, side: PostSide) -> DealParty:
    return next(each for each in deal.parties if each.side == side)


def is_contact_shared(deal: Deal) -> bool:
    """Whether either side may see whom they deal with, now."""
    return deal.state in AGREED_TO_TALK and all(each.consented_at is not None for each in deal.parties)


def contact_of(deal: Deal, side: PostSide) -> Contact | None:
    """How to reach that side, for the other one; None before both agreed, and after either took it back."""
    party = party_of(deal, side)
    if not is_contact_shared(deal) or party.contact_name is None or party.contact_phone is None:
        return None
    return Contact(party.contact_name, party.contact_phone)


def other_side(side: PostSide) -> PostSide:
    return PostSide.NEED if side == PostSide.OFFER else PostSide.OFFER
