"""Where the model hears another wish and the conditions say that a list of patents is wanted."""

import re

from nlp.slots import SlotReading
from nlp.slots.trade_conditions import describes_a_list, is_nothing_else

TRADES = re.compile("卖|买|转让|许可|出售|求购|收购|供需|挂牌|交易|合作|入股|报价|价格|多少钱")
# 牛肉丸打浆机有专利么 asks whether there are any; 我的产品有专利吗 and 软件有专利吗 ask about law or one's own.
ASKS_FOR_ANY = re.compile(
    r"(?!.*(?:我|你|您|他|这|那|没有|是否|能|可以|怎么|如何|什么|软件|算法|公司|企业|多少))[^\s,。;!?]{4,16}"
    r"(?:有没有|有)(?:人)?(?:(?:申请|弄|做|搞)过?)?(?:相关|现成)?的?专利(?:吗|么|没有?|嘛|不)?\??"
)
# The market is looked through as a whole (有什么在卖, 清单); 开放许可的茶叶杀青机专利 names the thing.
BROWSES = re.compile("市场|清单|浏览|逛|瞧|哪些|什么|有没有|谁|挂|在[卖售]|待售|最近|近期|随便|便宜|供需|项目|成果")
# Who wants word asks for it; in 桥梁健康监测 and 火灾预警 it is the name of a thing.
ASKS_FOR_WORD = re.compile(
    r"(?:^|[\s,。;]|[我想要请能下给]|持续|长期|实时|一直|自动|开始)(?:监控|监测|跟踪|追踪|预警|报警)"
    r"|盯|提醒|通知|通报|告诉|知会|叫我|喊我|一(?=授权|失效|到期|无效|驳回)|关注|留意|订阅|有新|一有|动态|预警(?:我|一下)|第一时间"
)
# 去年授权的经销商 is granted something else.
GRANTED_OTHERWISE = re.compile(r"商标|代理|经销|加盟|品牌|门店|专卖")


def is_search_after_all(clean: str, reading: SlotReading, intent: str | None) -> bool:
    """Whether a list is wanted although the model has judged `intent`: conditions that only a list has, or 有专利么."""
    if intent == "market_browse":
        return _names_whose(clean, reading) or _names_subject(clean, reading)
    if intent in {"supply_post", "demand_post"}:
        return describes_a_list(clean, reading.trade_conditions)
    if intent == "policy_question":
        return bool(ASKS_FOR_ANY.fullmatch(clean))
    if intent == "patent_watch":
        is_about_one = "patent_number" in reading.values
        return "legal_status" in reading.values and not is_about_one and not ASKS_FOR_WORD.search(clean)
    if intent == "out_of_scope":
        is_granted = any(period.field == "grant" for period in reading.periods)
        return is_granted and not GRANTED_OTHERWISE.search(clean)
    return False


def _names_subject(clean: str, reading: SlotReading) -> bool:
    conditions = reading.trade_conditions
    names = describes_a_list(clean, conditions) and not is_nothing_else(reading.text, conditions)
    return names and not BROWSES.search(clean)


def _names_whose(clean: str, reading: SlotReading) -> bool:
    """Whose patents, with no word of trade: 输液泵专利 除了大学的都看看. The market knows no kinds of applicant."""
    named = "applicant_type" in reading.values or "applicant_type" in reading.exclude
    return named and "trade_mode" not in reading.values and not TRADES.search(clean)
