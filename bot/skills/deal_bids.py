"""Prices that are named without saying that they are offered: 转让60万, 60万卖吗. Bids in a deal only."""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.skills.deal_words import END, MODES, OFFERS, find_amount, is_offer, parted
from nlp.market.posts import Mode
from nlp.slots.money import find_amounts

LONGEST = 24


class Sense(StrEnum):
    """How far a sentence says that its price is offered."""

    OFFERED = "offered"
    # It may be: whether is asked.
    ASKED = "asked"
    # By the year, from – to, so much more: there is no one price in it.
    NO_ONE_PRICE = "no_one_price"
    # 60万太贵了: nothing is offered, an answer is on the way.
    DECLINED = "declined"


@dataclass(frozen=True)
class Bid:
    sense: Sense
    amount: int | None = None


QUESTION = re.compile(
    r"[??]|(.)不\1|伐$|[吗么嘛呢不]$|吗|是不是|会不会|能不能|可不可以|行不行|好不好|合适|合理|多少|怎么|咋|如何"
)
VAGUE = re.compile(
    "以内|以下|左右|上下|之内|以上|起|大概|差不多|最[低少高多]|至少|顶多|要|想|能|不低于|不超过|[多来几余]万"
)
BY_YEAR = re.compile("每年|一年|年付|按年|[/每]年|每个?月|一个月|每[件台套]")
RANGE = re.compile(r"[\d一二两三四五六七八九十百]\s*万?\s*(?:到|至|-|~|—|–)\s*[\d一二两三四五六七八九十百]")
MORE = re.compile(
    "(?:再|多|加|涨|降|减|少|便宜|(?<![转出])让|优惠|砍)(?:个|掉|价|点)?\\s*(?=[\\d一二两三四五六七八九十百])|(?<!最)低于|(?<!最)高于|打.{0,2}折"
)
NO = re.compile(
    "太(?:贵|高|低|少|多)|贵了|高了|低了|少了|不(?:卖|买|干|成|划算|值|要|接受|同意|考虑|出)(?!不)|免谈|没法|做不了|买不起|想都别想"
)
# What may stand around a price and leave it one, the longest first: any other word, and it is about something else.
AROUND = re.compile(
    "可不可以|一口价|不含税|不低于|不超过|差不多|每个月|一个月|不划算|不考虑|做不了|买不起|行不行|好不好|卖不卖|买不买|干不干|成不成|"
    "能不能|中不中|是不是|会不会|怎么样|人民币|我们|我方|咱们|你们|对方|人家|贵方|双方|这个|这件|那件|专利|技术|还是|拿走|拿下|收了|"
    "卖给|买下|买断|成交|打包|过户|便宜|优惠|或者|总共|一共|总价|全部|价格|价钱|价位|费用|包干|到手|含税|实价|底价|可以|愿意|同意|"
    "接受|低于|高于|最高|最低|最多|最少|顶多|至少|大概|左右|上下|每年|一年|年付|按年|/年|每月|太贵|太高|太低|太少|太多|不卖|不买|"
    "不干|不值|不出|免谈|没法|合适|合理|咋样|如何|谢谢|我|咱|俺|你|您|它|这|把|就|都|也|再|先|还|出|给|付|开|做|拿|收|卖|买|"
    "谈|聊|签|让|降|减|少|砍|加|涨|多|折|或|价|费|款|按|以|用|算|是|为|的|来|到|至|于|可|行|好|成|中|干|起|想|要|能|只|"
    "贵|高|低|元|块|钱|点|个|啊|呀|嘛|吗|么|呢|咯|呗|哈|喽|噻|撒|伐|不|没|了|吧|哦|"
    "[,,、。.!!??::/+ ~-]"
)


def read_bid(text: str, *, is_answer: bool = False) -> Bid | None:
    """What a sentence bids, a bare price where one was asked for; None where it is about something else."""
    text = parted(text)
    if is_offer(text):
        amount = find_amount(text)
        if (
            OFFERS.match(text)
            and amount is not None
            and re.search(f"吗{END}$|[??]|行不行|是不是|合适|合理|太[贵高低少]", text)
        ):
            return Bid(Sense.ASKED, amount)
        return Bid(Sense.OFFERED, amount)
    found = find_amounts(text)
    if len(text) > LONGEST or not found or len(found) > 2 or _besides(text) is None:
        return None
    if len(found) > 1 or any(each.search(text) for each in (BY_YEAR, RANGE, MORE)):
        return Bid(Sense.NO_ONE_PRICE)
    amount = int(found[0].value)
    # 卖不卖 asks.
    if NO.search(re.sub(r"(.)不\1", " ", text)):
        return Bid(Sense.DECLINED, amount)
    is_plain = not QUESTION.search(text) and not VAGUE.search(text)
    return Bid(Sense.OFFERED if is_plain and (is_answer or _is_said(text)) else Sense.ASKED, amount)


def _besides(text: str) -> str | None:
    """What stands around the prices and the way; None where that says something of its own."""
    rest = text
    for each in reversed(find_amounts(text)):
        rest = f"{rest[: each.start]} {rest[each.end :]}"
    rest = re.sub(r"[\d一二两三四五六七八九十百]+(?:万)?(?=\s*(?:到|至|-|~|—|–))", " ", rest)
    for mode, word in MODES:
        if word in rest:
            rest = rest.replace(f"普通{word}" if mode is Mode.LICENCE_PLAIN and f"普通{word}" in rest else word, " ", 1)
            break
    return rest if not AROUND.sub("", rest) else None


def names_a_trade(text: str) -> bool:
    """Whether it says, besides its price, that something is traded."""
    return is_offer(text) or _is_said(text) or re.search("[卖买]|出|还价|报价|太[贵高低少]", text) is not None


def _is_said(text: str) -> bool:
    """A way, or who pays, or a verb of trading: a price alone may be anything."""
    return bool(re.search("转让|许可|买断|[我咱俺].{0,3}[出给付]|给[你您]|成交|卖给|拿下|买下|总价|一口价", text))
