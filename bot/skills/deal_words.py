"""How people speak of their deals: which deal, what they do with it, at what price, and how to reach them."""

import re
from dataclasses import dataclass

from nlp.market.posts import Mode
from nlp.slots.money import find_amounts
from nlp.slots.numerals import CHINESE, read_number
from services.deals.contact import find_phone
from services.deals.equity import MOST_SHARE, Valuation

LONGEST = 320
LONGEST_PLAIN = 40
END = "(?:吧|了|啊|哦|呢|谢谢)*"
NUMBER = re.compile(r"(?<![A-Za-z])GX\s?-?\d{6}-\d{4,6}", re.IGNORECASE)
LISTS = re.compile(
    f"(?:请|帮我|看看?|查看?|打开|我要)*(?:我|我们|公司)?的?(?:在谈|正在谈|谈)?的?(?:交易|洽谈|买卖)(?:单|列表|清单|有哪些|进度|情况)*{END}"
)
SALES = re.compile(f"(?:看看?|查看?|我)?的?(?:出售|卖出|成交)记录{END}")
SHOWS = re.compile(f"(?:看看?|查看?|打开|进度|到哪一?步|怎么样|详情)*{END}")
AGREES = re.compile(f"(?:我)?(?:同意|愿意|可以)(?:洽谈|谈|聊|互看联系方式|换联系方式){END}")
DECLINES = re.compile(f"(?:我)?(?:不谈|不想谈|不愿意谈|不同意洽谈|不同意谈|拒绝洽谈){END}")
UNSHARES = re.compile(f"(?:收回|不给看|隐藏)(?:我的)?联系方式{END}")
ENDS = re.compile(f"(?:终止|结束|取消|放弃)(?:洽谈|交易|这单|这一单){END}")
OFFERS = re.compile(r"^(?:我)?(?:出价|还价|报价|加到|降到)")
# 出15万 with nothing but the way and the price: 出15万的货 is about something else.
BIDS = re.compile(r"^我?出(?!价)")
BESIDES_PRICE = re.compile(f"(?:我|出|做|总共|一共|最多|就|吧|元|块|钱|左右|[,、 ])*{END}")
PRICE_ENDS = re.compile("(?<=[万亿wWkK])(?=转让|转给|行不行|行[吗么吧不])")
ACCEPTS = re.compile(f"(?:我)?(?:接受|同意)(?:这个|对方的)?(?:出价|报价|还价|价格|价){END}")
REFUSES = re.compile(f"(?:我)?(?:不接受|不同意|拒绝)(?:这个|对方的)?(?:出价|报价|还价|价格|价){END}")
TAKES_BACK = re.compile(f"(?:收回|撤回)(?:我的)?(?:出价|报价|还价){END}")
NAMES_RIGHTS = re.compile(r"^(?:谈的是|谈的)?(?:权利|专利)(?:是|为|号|[::,,\s])*(?=[A-Za-z0-9])")
WITHOUT_RIGHTS = re.compile(f"(?:我|这单|是|谈的是)*没有?专利(?:的?技术)?{END}")
CHECKS = re.compile(f"(?:核对|看看?|打开)?(?:交易)?(?:核对)?清单{END}")
CONFIRMS = re.compile(f"(?:我)?确认(?:清单)?第?(?P<place>\\d{{1,2}}|[{CHINESE}]{{1,3}})[项条个]?{END}")
CONFIRMS_ALL = re.compile(f"(?:清单)?(?:都|全部|全)确认{END}|确认(?:全部|所有){END}")
WRITES = re.compile(r"^(?:请)?(?:告诉|转告|跟|和|给)经纪人(?:说|讲|留言)?[::,,\s]*(?P<said>[\s\S]*)$")
PAID = re.compile(
    f"(?:我)?第(?P<place>\\d{{1,2}}|[{CHINESE}]{{1,2}})[期笔](?:款)?(?:已经?)?(?:付|收到|到账|收)(?:款)?了{END}"
)
ENQUIRES = re.compile(
    f"(?:我)?(?:想谈|想聊|要谈|问一?下|对|有兴趣|感兴趣|联系)?第(?P<place>\\d{{1,2}}|[{CHINESE}]{{1,2}})[个条](?:有兴趣|感兴趣|想谈|谈谈|聊聊|的对方)?{END}"
)
TAKES_TERMS = re.compile(f"(?:我)?(?:照单)?接受标准条款第(?P<place>\\d{{1,2}}|[{CHINESE}]{{1,2}})[个条]{END}")
WANTS = re.compile("谈|聊|有兴趣|感兴趣|联系|问")
CALLED = re.compile(r"(?:我叫|叫我|我是|姓名|称呼|名字|联系人|电话|手机号?|号码|是|[::,,、;;。\s])+")
SHARE = re.compile(r"(?<![\d.])(?P<share>\d{1,3}(?:\.\d{1,2})?)\s*[%％]")
# Before what says that it is: 没有评估报告 has 有评估报告 in it.
TO_APPRAISE = re.compile(
    "签约前|再评估|协商|待评估|(?:没|未)[^,,。;; ]{0,6}评估|无评估|评估(?:报告)?(?:还|都|也)?(?:没(?!问题)|未)"
)
APPRAISED = re.compile("有(?:资产|无形资产|专利)?评估|已经?(?:做过?|完成|经过)?评估|评估过")
MODES = (
    (Mode.LICENCE_EXCLUSIVE, "独占许可"),
    (Mode.LICENCE_SOLE, "排他许可"),
    (Mode.LICENCE_QUICK, "快速许可"),
    (Mode.OPEN_LICENCE, "开放许可"),
    (Mode.LICENCE_PLAIN, "许可"),
    (Mode.EQUITY, "作价入股"),
    (Mode.EQUITY, "入股"),
    (Mode.TRANSFER, "转让"),
    (Mode.TRANSFER, "买断"),
)
# 转让, 就普通许可吧: the way alone, where the price was said before.
WAY = re.compile(
    "(?:就|按|用|是|走|做|选)*(?:的)?(?:普通|独占|排他|快速|开放)?(?:许可|转让|买断)(?:的)?(?:方式)?(?:吧|了|啊|呗|给他)*"
)


@dataclass(frozen=True)
class Said:
    """A sentence without the deal's number that it names."""

    rest: str
    number: str | None


@dataclass(frozen=True)
class Called:
    """How somebody says they may be reached."""

    name: str | None
    phone: str | None


def said(plain: str) -> Said:
    match = NUMBER.search(plain)
    if match is None:
        return Said(plain.strip(" ,。、:;."), None)
    found = match[0].upper().replace(" ", "")
    number = found if not found.startswith("GX-") else f"GX{found[3:]}"
    rest = f"{plain[: match.start()]} {plain[match.end() :]}"
    return Said(rest.strip(" ,。、:;."), number)


def place_of(match: re.Match[str]) -> int:
    return int(read_number(match["place"]) or 0)


def find_mode(text: str) -> Mode | None:
    return next((mode for mode, word in MODES if word in text), None)


def find_share(text: str) -> int | None:
    """占股12.5%, in hundredths of a percent."""
    match = SHARE.search(text)
    share = round(float(match["share"]) * 100) if match is not None else 0
    return share if 1 <= share <= MOST_SHARE else None


def find_valuation(text: str) -> Valuation | None:
    """None where the words leave it open: what was never valued is not taken for valued."""
    if TO_APPRAISE.search(text):
        return Valuation.TO_APPRAISE
    return Valuation.APPRAISED if APPRAISED.search(text) else None


def parted(text: str) -> str:
    """60万转让 and 60万行不行 name a price: elsewhere what stands there would count turns and rows."""
    return PRICE_ENDS.sub(",", text)


def find_amount(text: str) -> int | None:
    """The price that a sentence names, in yuan."""
    found = find_amounts(parted(text))
    return int(found[0].value) if found else None


def is_offer(text: str) -> bool:
    """Whether a sentence names a price that somebody offers, or begins to: 出价, 还价到20万, 我出15万."""
    if OFFERS.match(text):
        return True
    found = find_amounts(text)
    if not BIDS.match(text) or len(found) != 1:
        return False
    rest = f"{text[: found[0].start]}{text[found[0].end :]}"
    mode = next((word for _, word in MODES if word in rest), None)
    if mode is not None:
        rest = rest.replace(f"普通{mode}" if f"普通{mode}" in rest else mode, "", 1)
    return BESIDES_PRICE.fullmatch(rest) is not None


def called(text: str) -> Called:
    """王工 13800138000; 我叫王小明,电话13800138000"""
    match = find_phone(text)
    rest = text if match is None else f"{text[: match.start()]} {text[match.end() :]}"
    name = CALLED.sub(" ", rest).strip()
    return Called(name if 0 < len(name) <= 20 else None, match[0] if match else None)
