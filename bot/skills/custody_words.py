"""How owners speak of what they have in custody, in plain sentences, with numbers and places in a list taken out."""

import re
from dataclasses import dataclass
from datetime import date

from nlp.patent_numbers import find_numbers
from nlp.slots.numerals import CHINESE, read_number

LONGEST = 60
LONGEST_LIST = 1_200
POLITE = "(?:请|麻烦|帮我|给我|我要|我想|可以|能不能)*"
END = "(?:吧|了|啊|哦|呢|吗|谢谢)*"
OURS = "(?:我们公司|我公司|公司|我们|我|名下)"
# 第二次审查意见 is no place.
PLACE = re.compile(f"第(?P<place>\\d{{1,2}}|[{CHINESE}]{{1,3}})(?![次\\d{CHINESE}])[个件]?的?")
BARE_PLACE = re.compile("(?P<place>\\d{1,2})")
# 我的托管, 看看我托管的专利, 托管清单, 我们托管了哪些专利
LISTS = re.compile(
    f"{POLITE}(?:看看?|查看?|查一下|打开)?(?:{OURS}(?:名下)?的?托管(?:了|的)*(?:哪些|什么|几件|多少件?)?(?:专利|商标|软著|权利)?"
    f"|托管的?(?=清单|列表|台账|库))(?:清单|列表|台账|库|有哪些|有几件|情况)?{END}"
)
# 我的专利年费多少, 我们今后五年年费, 托管的年费
FEES = re.compile(
    f"{POLITE}(?:查|看|算)?(?:看|下|一下)?(?:{OURS}(?:名下|托管)?|托管)的?(?:所有|全部|这些|几件)?(?:专利)?的?"
    f"(?:今后|未来|接下来)?(?:五年|5年|今年|明年)?的?(?:要[交缴])?的?年费(?:要|一共|都|该|[交缴])*"
    f"(?:多少钱?|日历|清单|哪些|有哪些|什么时候[交缴]?|到期)*{END}"
)
FEES_AHEAD = re.compile(f"{POLITE}(?:看看?)?(?:今后|未来|接下来)(?:五|5)年的?年费{END}")
# What is left of CN… 年费多少 without its number.
FEE_OF_NUMBER = re.compile(
    "(?:这件|专利|今年|明年|今后|五年|的|要|该|[交缴]|年费|多少|钱|什么时候|何时|到期|呢|吗|[,。? ])*"
)
PAID = re.compile(
    f"{POLITE}(?:{OURS}的?)?(?:的?年费|费)?(?:我们?|都|已经?|刚刚?)*[交缴](?:过|完|清|好|费)*了?(?:年费|费)?{END}"
)
BETWEEN_NUMBERS = re.compile(r"(?:托管|专利|号|这|几|个|件|是|和|还有|以及|都|一起|[,、。;\s])*")
# What is left of 把12345678停了: it means custody only with a number that is in it.
STOPS_NAMED = re.compile(f"{POLITE}把?(?:它|这件|这个)?的?(?:托管)?(?:给?停(?:了|掉|止)|(?:不用|不要|别)再?管){END}")
# 哪些专利闲着没用, 我们有没有闲置专利
DORMANT = re.compile(
    f"{POLITE}(?:看看?|查一?下?|找出)?(?:{OURS}(?:名下)?的?)?(?:托管的)?(?:有没有|有哪些|哪些|哪几件|有什么)?"
    f"(?:专利.{{0,3}}(?:闲置|闲着|没在?用|没用上|用不上|沉睡|吃灰)(?:没用|的|着|在那里?)*|(?:闲置|闲着|沉睡|没用上|用不上)的?专利)"
    f"(?:有哪些|是哪些|怎么办|有几件)?{END}"
)
# 帮我管一下专利年费, 替我盯着年费
MINDS = re.compile(
    f"(?:请|麻烦|帮我们?|替我们?|给我们?)+(?:管|盯|看|代管|照看)(?:理|着|一下|好|住)*(?:一下)?(?:{OURS}的?)?(?:专利|商标)?的?"
    f"(?:年费|期限|续展){END}"
)
EXPORTS = re.compile(f"{POLITE}(?:导出|下载)(?:一下)?(?:{OURS}的?)?(?:的?托管)(?:清单|列表|表格|台账|的专利)?{END}")
STOPS = re.compile(f"{POLITE}(?:停止|取消|结束|退出|不要|不再|终止|别)(?:再|继续)?托管{END}")
SILENCES = re.compile(f"{POLITE}(?:不用|不要|别|停止|取消)(?:再)?(?:年费|期限|托管)的?提醒(?:我)?{END}")
SELLS = re.compile("一键|挂牌|上架|出售|卖|转让|许可")
LOOKS = re.compile("看|查|哪些|哪件|几件|多少|清单|列表|目录|台账|调出|快到期|有什么")
DAY = re.compile(
    r"(?:申请日|到期日|商标|有效期)?(?:是|在|到|至|:)?\s*(?P<year>(?:19|20)\d{2})[年\-./](?P<month>\d{1,2})[月\-./](?P<day>\d{1,2})日?(?:申请的?|到期|止)?"
)
TRADEMARK = re.compile(r"(?<![0-9A-Za-z])G?\d{5,9}[A-Za-z]?(?![0-9A-Za-z])")
# Shorter ones may be an amount or a year.
OTHER_NUMBERS = re.compile(r"(?<![0-9A-Za-z.])(?:(?:19|20)\d{2}SR\d{6,8}|\d{7,8})(?![0-9A-Za-z.])", re.IGNORECASE)
COPYRIGHT = re.compile(r"(?:19|20)\d{2}SR\d{6,8}", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """A sentence without the numbers and the place in the list that it names."""

    rest: str
    numbers: tuple[str, ...]
    place: int | None

    @property
    def is_named(self) -> bool:
        """Whether it says which right is meant, one that is in custody or not."""
        return bool(self.numbers) or self.place is not None


def said(plain: str) -> Said:
    """What is left of a sentence, and which rights it names."""
    numbers = find_numbers(plain)
    rest = plain
    for number in reversed(numbers):
        rest = rest[: number.start] + rest[number.end :]
    others = [match[0].upper() for match in OTHER_NUMBERS.finditer(rest)]
    rest = OTHER_NUMBERS.sub("", rest)
    match = PLACE.search(rest)
    if match is not None:
        rest = rest[: match.start()] + rest[match.end() :]
    rest = rest.strip(" ,。、:;.")
    place = int(read_number(match["place"]) or 0) if match is not None else None
    return Said(rest, (*(number.normal for number in numbers), *others), place)


def is_list_of_numbers(text: str) -> bool:
    """Whether a message is nothing but patent numbers, as one sends them when asked: nobody asks anything of them."""
    words = said(text)
    return bool(find_numbers(text)) and BETWEEN_NUMBERS.fullmatch(words.rest) is not None


def said_day_of(plain: str) -> date | None:
    """申请日2021年3月15日, 2021-03-15, 有效期到2028年5月3日; None for any other sentence and for a day that is none."""
    match = DAY.fullmatch(plain.strip())
    if match is None:
        return None
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
