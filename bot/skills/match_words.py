"""How people speak of what was found for their posts: the list, one of it, 想谈, 不相关 and why."""

import re

from nlp.slots.numerals import CHINESE
from services.market.feedback import Reason

END = "(?:吧|了|啊|哦|呢|吗|谢谢)*"
PLACE = f"第(?P<place>\\d{{1,2}}|[{CHINESE}]{{1,3}})[个条]"
# 我的对接, 看看对接, 有没有对上的, 匹配到了哪些
LISTS = re.compile(
    "(?:请|麻烦|帮我|给我|我要|我想)*(?:看一?下|看看?|查看?|打开)?(?:我们?|公司)?的?(?:供需)?的?"
    f"(?:对接|匹配)(?:列表|清单|结果|记录|有哪些|有几条|情况)?{END}"
    f"|(?:我的供需)?(?:有没有|有哪些|哪些)(?:对接|匹配|对)(?:上|到)了?的?(?:供给|需求|供需)?{END}"
)
SHOWS = re.compile(f"(?:看一?下|看看?|查看?|打开|说说)?{PLACE}(?:怎么样|详情|的详情)?{END}|(?P<bare>\\d)")
WANTS_ONE = re.compile(f"(?:我)?(?:想谈|想聊|要谈|有兴趣|感兴趣|想联系){END}")
WANTS = re.compile(
    f"(?:我)?(?:想谈|想聊|要谈|对|有兴趣|感兴趣|联系|想联系){PLACE}(?:有兴趣|感兴趣|想谈|谈谈|聊聊|的对方)?{END}"
    f"|{PLACE.replace('place', 'after')}(?:有兴趣|感兴趣|想谈|谈谈|聊聊){END}"
)
UNWANTED = "(?:不相关|不合适|没关系|无关|不感兴趣|没兴趣|不要|不对口)"
DISMISSES = re.compile(
    f"{PLACE}(?:跟我|和我)?{UNWANTED}{END}|(?:跟我|和我)?{UNWANTED}的?是?{PLACE.replace('place', 'after')}{END}"
)
DISMISSES_ONE = re.compile(f"(?:这个|这条|跟我|和我)*{UNWANTED}{END}")
# The order of the list in which they are asked for.
REASONS = {
    Reason.SUBJECT: "主题不对",
    Reason.PRICE: "价格不合适",
    Reason.MODE: "合作方式不合适",
    Reason.REGION: "地区不合适",
    Reason.OVER: "已经找到了",
}
_SAYS = (
    (Reason.OVER, "已经?找到|找好了|不需要了|不用了|谈成了"),
    (Reason.PRICE, "价格?|太贵|贵了|便宜|预算"),
    (Reason.MODE, "方式|转让|许可|买断|入股"),
    (Reason.REGION, "地区|地方|太远|离得远|不在本地"),
    (Reason.SUBJECT, "主题|内容|不是一回事|不对口|技术不[对符]|领域|用不上"),
)
LONGEST_REASON = 14


def read_reason(plain: str) -> Reason | None:
    """What somebody finds wrong, by the number in the list or in their words."""
    text = plain.strip(" 。.,、!")
    if re.fullmatch("[1-5]", text):
        return list(REASONS)[int(text) - 1]
    if len(text) > LONGEST_REASON:
        return None
    return next((reason for reason, words in _SAYS if re.search(words, text)), None)
