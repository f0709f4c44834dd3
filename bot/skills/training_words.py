"""How owners speak of bookings, in plain sentences of at most LONGEST characters."""

import re

from nlp.slots.numerals import CHINESE, read_number

LONGEST = 24

POLITE = "(?:请|麻烦|帮我|给我|我要|我想|可以|能不能)*"
END = "(?:吧|了|啊|哦|呢|吗|谢谢)*"
ITEM = f"第?(?P<place>\\d{{1,2}}|[{CHINESE}]{{1,3}})[个场期]?"
# 报名第1个, 我要报第二场, 报1
BOOKS = re.compile(f"{POLITE}(?:报名?|参加|预约|候补)(?:一下)?{ITEM}{END}")
# 第1个, 2
NAMES = re.compile(f"{POLITE}(?:看看?)?{ITEM}{END}")
# 取消第2个
GIVES_UP = re.compile(f"{POLITE}(?:取消|退掉?|不去)(?:报名)?{ITEM}(?:报名)?{END}")
ASKS_OWN = re.compile(
    f"{POLITE}(?:看看?|查看?|查一下)?(?:我的报名|我(?:都)?报(?:名|了|过)?的?(?:培训|课程?|讲座|场次)|我报了(?:哪些|什么)(?:培训|课程?)?)"
    f"(?:情况|记录|有哪些)?{END}"
)
TAKES = re.compile(f"{POLITE}(?:接受|要|留下|确认)(?:这个)?名额{END}")
REFUSES = re.compile(f"(?:不要|放弃|不接受|让出)(?:这个)?名额{END}")
# 3个人, 两位, 四个名额
SEATS = re.compile(f"(?P<seats>\\d{{1,2}}|[{CHINESE}]{{1,3}})(?:个人|人|位|个名额|名(?!额))")


def place_of(pattern: re.Pattern[str], plain: str) -> int | None:
    """The place in the list that a sentence names; None where the pattern does not fit it."""
    match = pattern.fullmatch(plain)
    return int(read_number(match["place"]) or 0) if match else None


def seats_of(plain: str) -> int:
    """How many are to come; 1 where nothing is said of it."""
    match = SEATS.search(plain)
    return int(read_number(match["seats"]) or 1) if match else 1
