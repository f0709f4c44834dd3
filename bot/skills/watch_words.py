"""How owners speak of what they watch, in plain sentences."""

import re

from bot.skills.saved_search_words import END, POLITE
from nlp.slots.numerals import CHINESE, read_number
from services.notices.preferences import Pace

LONGEST = 80
PACE_WORDS = {
    Pace.AT_ONCE: "(?:随时|立即|马上|第一时间|一有就|有了就)",
    Pace.DAILY: "(?:每天|每日|天天|一天一次|每天一次)",
    Pace.WEEKLY: "(?:每周一次|每周|每星期|每个星期|一周[发推说]?一次|一个?星期[发推说]?一次)",
    Pace.MONTHLY: "(?:每月|每个月|一个月一次|每月一次)",
    Pace.OFF: "(?:不提醒|先不提醒|不要提醒|别提醒|暂停|静音)",
}
PACES = "|".join(f"(?P<{pace}>{words})" for pace, words in PACE_WORDS.items())
TELLS = "(?:告诉|通知|提醒|汇总|推送|发)(?:一次|一下|给|我|我们)*"
# 关注石墨烯散热膜,每周告诉我: what is watched, and how often.
PACED = re.compile(f"(?P<what>.*?[^,,。、 ])[,,。、 ]*(?:{PACES})(?:{TELLS})?{END}")
FOLLOW = "(?:关注|盯住|盯着|盯紧|盯|监控|跟踪)(?:一下|下)?"
FOLLOWS = re.compile(f"{POLITE}{FOLLOW}[ ::]*(?P<what>.+?){END}")
# 盯着年费, 关注一下我的案子: what others mind.
OTHERS = re.compile("年费|缴费|缴纳|期限|到期|续展|续费|商标|进度|单子|案子|订单|课程|培训|政策|补贴|公众号|托管")
THIS = "(?:这|那|上面|刚才)(?:一|的)?"
THIS_SEARCH = re.compile(f"{THIS}[个次条]?的?(?:检索|搜索|查询|条件|列表)|{THIS}些(?:专利)?")
THIS_CLASS = re.compile(f"{THIS}[个条]?的?(?:分类号?|类别|IPC)", re.IGNORECASE)
THIS_OWNER = re.compile(f"{THIS}[个家]?的?(?:申请人|权利人|公司|企业|单位)")
THIS_PATENT = re.compile(f"它|{THIS}[个件项]?的?专利?|{THIS}[个件项]")
CLASS = re.compile(
    r"(?:(?:IPC)?分类号?)?[ ::]*(?P<code>[A-H]\d{2}[A-Z](?: ?\d{1,4}(?:/\d{2,6})?)?)(?:这个)?(?:分类|类)?",
    re.IGNORECASE,
)
OWNER = re.compile(r"(?:申请人|权利人)[ ::]*(?P<name>\S{2,60})")
OWNER_ENDS = re.compile(r"\S{2,60}(?:公司|集团|大学|学院|研究院|研究所|研究中心|工厂)")

# 关注我们公司, 盯着竞争对手的新专利: whose name must be known first.
_ITS_PATENTS = "(?:的?(?:最新|新|所有)?的?(?:专利|申请|动态|公开)+)?"
OURS = re.compile(f"(?:(?:我们?|咱们?|自己|本)的?(?:公司|企业|单位)|我司|本公司){_ITS_PATENTS}")
SOMEBODY = re.compile(
    "(?:我们?的?|几[家个]|一些|主要的?|所有的?|这些|那些)*(?:(?:同行|竞争对手|对手|竞品|友商|别的|其他|其它|别人|人家|对方|上下游|客户|供应商)"
    f"的?(?:业?的?(?:公司|企业|单位|厂家|集团|工厂))?)(?:们)?{_ITS_PATENTS}"
)
# 同行的专利帮我盯着, 竞争对手有新专利告诉我
SOMEBODY_NAMED = re.compile(
    "(?:我们?的?|几[家个]|主要的?)?(?:同行|竞争对手|对手|竞品|友商)(?:公司|企业)?(?:的|有|出|一)"
)


def _item(place: int) -> str:
    number = f"第?(?P<number{place}>\\d{{1,2}}|[{CHINESE}]{{1,3}})[个条号项件]?|(?P<last{place}>最后一[个条项件])"
    return f"(?:{number})"


MINE = re.compile(
    f"{POLITE}(?:看看?|查看|打开|列出)?(?:一下)?(?:我(?:们)?(?:的)?(?:专利)?(?:关注|监控)(?:的|了|列表|清单)*"
    f"(?:(?:哪|什么|几)[些个项]?)?(?:专利|东西)?|(?:关注|监控)(?:列表|清单))(?:有哪些)?{END}"
    f"|{POLITE}我们?(?:现在)?都?在?(?:盯|关注|监控)[着了过]?些?(?:啥|什么|哪些|哪几[个家项]|谁|哪家)(?:专利|公司)?{END}"
)
STOP = "(?:取消关注|不再关注|取消监控|不再监控|不关注|别关注|别盯|不要关注)"
STOPS = re.compile(f"{POLITE}{STOP}[ ]*{_item(1)}{END}|{POLITE}[把将]?{_item(2)}{STOP}{END}")
# Only with the list of what is watched on the table.
REMOVES = re.compile(
    f"{POLITE}(?:删除?|删掉|去掉|取消)[ ]*{_item(1)}{END}|{POLITE}[把将]?{_item(2)}(?:删了|删掉|不要)了?{END}"
)
STOPS_SOME = re.compile(
    f"{POLITE}{STOP}(?:这个|这项|专利)?(?:关注)?{END}|{POLITE}取消(?:这个|这项|我的)(?:关注|监控){END}"
)
CHANGES = re.compile(f"{POLITE}[把将]?{_item(1)}(?:的?频率)?(?:改成|改为|换成|设成|要)?(?:{PACES})(?:{TELLS})?{END}")
# 改成每月, straight after one was begun.
CHANGES_IT = re.compile(f"{POLITE}(?:频率)?(?:改成|改为|换成|设成)(?:{PACES})(?:{TELLS})?{END}")
PLACE = re.compile(_item(1))
ONE_NUMBER = re.compile(
    r"(?:专利)?[ ::]*(?:CN|ZL)?\d[\d. ]*[A-Z]?\d?(?:的)?(?:法律状态|状态|动态|变化|专利)*", re.IGNORECASE
)
DISMISSES = re.compile(
    f"{_item(1)}(?:这件|这个)?(?:不相关|无关|没关系|不感兴趣|不想看|别再?推){END}|(?:不想看|别再?推){_item(2)}{END}"
)

# What is said back to a summary, or of the one watch that was just begun.
_SENDS = "(?:推送?|发|提醒|通知)"
_NOT = "(?:别|不要|不用|甭)"
WHY = re.compile(
    f"(?:你们?)?(?:为什么|为啥|怎么|干嘛|凭什么)(?:老是|总是|一直|会|要|老|总)?(?:给我|跟我)?{_SENDS}给?我?(?:这[个些条件种])?"
    f"(?:专利|消息|提醒)?{END}"
)
NO_MORE = re.compile(
    f"{POLITE}{_NOT}(?:再|总|老)?(?:给我)?{_SENDS}(?:给我|我)?(?P<this>这[个些条件种]|它)?(?:专利|消息)?{END}"
)
PAUSES = re.compile(f"{POLITE}先(?:{_NOT}再?(?:给我)?{_SENDS}我?|停一?停|停一下){END}")
UNRELATED = re.compile(
    "(?:这[个些条件]|这几[个件条]|它们?|都)*(?:[跟和对]我们?)?都?(?:不相关|没啥关系|没什么关系|没关系|无关|不感兴趣|没兴趣|没用)"
    f"{END}"
)
LESS = re.compile(
    f"(?:[推发]得?)?太(?:多|频繁|勤)了?(?:[,, ]*少[推发]?一?[点些]?)?{END}|{POLITE}少[推发]一?[点些]{END}"
)
OPENS = re.compile(f"{POLITE}(?:看看?|打开)?{_item(1)}(?:看看|看一下|打开|详情|怎么样)?{END}")
# 别天天发,一周发一次就行
PACES_IT = re.compile(
    "(?=.*(?:告诉|通知|提醒|汇总|推|发|一次|就[行好]|够|改|换|设))"
    f"(?:{_NOT}再?(?:天天|每天|随时)都?{_SENDS}?了?[,,。 ]*)?(?:改成|改为|换成|设成|还是|就)?(?:{PACES})(?:{TELLS})?"
    f"(?:就[行好]|够)?{END}"
)
NEWS = re.compile(
    f"{POLITE}(?:看看?)?(?P<since>今天|这[两几]天|最近|近期|这一?周|本周|这个?星期|这个?月|本月)?(?:我?(?:关注|盯)[的着]?的?)?都?"
    f"(?:有没有|有了?|出了?)(?:啥|什么|哪些|几件)?(?:新的?(?:专利|消息|东西|公开)?|动静|动态)(?:没有|没|吗|么)?{END}"
)
# 宁德时代最近有啥新专利: asks what there is, and not to be told later.
ASKS_NOW = re.compile("(?:有|出|申请)了?(?:啥|什么|哪些|多少|几件)[^,,。]{0,6}(?:专利|申请|公开)[吗呢啊呀]?$")
TELLS_LATER = re.compile("告诉|通知|提醒|推送|发我|发给|关注|盯|监控|订阅|跟踪|说一声")
STOPS_NAMED = re.compile(
    f"{POLITE}(?:{STOP}|不盯|{_NOT}再?盯)[着住了]?[ ]*(?P<what>\\S.{{1,60}}?)(?:这[个家件])?{END}"
    f"|{POLITE}取消对?(?P<named>\\S.{{1,60}}?)的?(?:关注|监控){END}"
)
STOPS_ALL = re.compile(
    f"{POLITE}(?:(?:全部|全都|都|所有的?)(?:{STOP}|不盯)|(?:取消|不要|去掉)(?:全部|所有)的?(?:关注|监控)"
    f"|{STOP}(?:全部|所有)的?){END}"
)
ALL_SURE = "确定全部取消关注"


def place_of(pattern: re.Pattern[str], plain: str) -> int | None:
    """The place in the list that a sentence names, -1 for the last; None where the pattern does not fit it."""
    match = pattern.fullmatch(plain)
    if match is None:
        return None
    named = [value for name, value in match.groupdict().items() if name.startswith("number") and value]
    if named:
        return int(read_number(named[0]) or 0)
    return -1 if any(value for name, value in match.groupdict().items() if name.startswith("last")) else None


def read_pace(plain: str) -> tuple[str, Pace | None]:
    """What is said without how often, and how often; None where that is not said."""
    match = PACED.fullmatch(plain)
    if match is None:
        return plain, None
    return match["what"], pace_named(match)


def pace_named(match: re.Match[str]) -> Pace:
    """The pace that a pattern found."""
    groups = match.groupdict()
    return next(pace for pace in Pace if groups.get(pace))
