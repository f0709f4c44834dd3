"""Welcome, help, small talk, and what to say when nothing else fits."""

import re

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.wishes import likely_wishes
from core.i18n import chinese_amount, chinese_time
from services.working_hours import promise_reply

WELCOME = """我是知桥,帮企业处理专利、商标和政策的事。
可以直接说,比如:
“外观专利保护多少年”
“找石墨烯散热膜的有效发明专利”
“想用专利贷款300万”
随时说“转人工”。"""

HELP = """我能做这些,直接打字或发语音:
1. 查专利:“找广州的石墨烯散热膜专利”,或直接发专利号
2. 问法律和政策:“专利侵权时效几年”“年费晚交怎么办”
3. 办事:质押融资、维权援助、培训、供需对接,说需求,专员接手
4. 查进度:报单号,或说“我的单子到哪了”
5. 备考专利代理师:说“练题”,来十道,当场对答案
说“下一页”“第2个”看列表,说“算了”随时退出,说“转人工”找专员。"""

SEARCHING = """说技术、申请人或条件,能叠着说:“找2020年以后广州企业的锂电池发明专利”。
出了列表再说“只看有效的”“换成深圳”“去掉广州”“下一页”“第2个”,以后还要查就说“保存这个检索”;有号码直接发号码。"""

HELP_CHOICES = (
    Choice("外观专利保护多少年", "问政策"),
    Choice("找石墨烯散热膜的有效发明专利", "查专利"),
    Choice("转人工", "转人工"),
)
KANA_OR_HANGUL = re.compile(r"[\u3041-\u30ff\uac00-\ud7af]{2}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LATIN_WORD = re.compile(r"[A-Za-z']{2,}")
THANKS = re.compile("谢|謝|感谢|辛苦|唔[该該]|3q|thx|thank", re.IGNORECASE)
UPSET = re.compile(
    "傻[逼比b叉]|煞笔|沙比|智障|垃圾|废物|滚|骗子|妈的|他妈|tmd|nmd|sb|什么玩意|答非所问|没用|蠢|笨蛋|白痴|脑残|有病",
    re.IGNORECASE,
)
ASKS_WHO = re.compile("机器人?|真人|人工智能|是人吗|是人还是|你是谁|叫什么名?字?|AI|ai")
ASKS_HOURS = re.compile(
    "几点(?:上班|下班|开门)|上班时间|工作时间|营业时间|(?:周末|周六|周日|节假日|今天).{0,2}(?:上班|有人)"
)
ASKS_HOW_TO_SEARCH = re.compile(
    "(?:怎么|如何|咋).{0,4}(?:查|检索|搜索?).{0,4}专利$"
    "|专利.{0,4}(?:怎么|如何|咋).{0,2}(?:查|检索|搜)|专利(?:检索|查询)(?:怎么|如何|咋)"
)
GOODBYE = re.compile("再见|拜拜|bye|晚安|回头聊|先这样", re.IGNORECASE)
ON_THESE = "专利、商标、政策和融资的事都可以问我,比如“专利年费晚交怎么办”。"
FORGET = dict.fromkeys(("list", "pending", "subject", "last_search_text", "topic", "practice"))


def welcome(context: TurnContext) -> Reply:
    """The first words after a follow."""
    return Reply(WELCOME)


def show_help(context: TurnContext) -> Reply:
    return Reply(HELP, choices=HELP_CHOICES)


def explain_search(context: TurnContext) -> Reply:
    """How to search, in two lines."""
    return Reply(SEARCHING, choices=(Choice("找锂电池回收的有效专利", "试一个"), Choice("按号码查专利", "按号码查")))


def greet(context: TurnContext) -> Reply:
    return Reply("在的。想查专利、问政策还是找专员办事?直接说就行。", choices=HELP_CHOICES)


def chat(context: TurnContext) -> Reply:
    """Small talk: a short answer, then back to the matter; who is upset is offered a person."""
    if UPSET.search(context.text):
        return upset(context)
    if ASKS_WHO.search(context.text):
        who = "我是知桥的自动应答,查专利、问政策我来答,要真人就说“转人工”。"
        return Reply(who, choices=(Choice("转人工", "转人工"),))
    if THANKS.search(context.text):
        return Reply("不客气。还有要查的或要办的,直接说。")
    if GOODBYE.search(context.text):
        return Reply("好,有事随时发消息,夜里也能查专利、问政策。")
    return Reply(ON_THESE, choices=HELP_CHOICES)


def is_upset(text: str) -> bool:
    return len(text) <= 30 and bool(UPSET.search(text))


def upset(context: TurnContext) -> Reply:
    """No quarrel: a person, and what would help."""
    pending = {"kind": "handoff", "topic": context.memory.get("topic"), "question": context.text}
    text = "没帮上您。要专员直接处理吗?回复“好”就转;或者说一下要查什么、办什么。"
    return Reply(text, choices=(Choice("好", "转给专员"),), memory={"pending": pending}, is_miss=True)


def tell_hours(context: TurnContext) -> Reply:
    """When a person answers, by the calendar: the next moment that we would promise."""
    promise = promise_reply(context.session, context.now)
    by = chinese_time(promise.at, context.now)
    when = f"专员这会儿不在班,现在留言,{by}前回您" if promise.is_off_hours else f"专员现在在班,现在说的话,{by}前回您"
    return Reply(f"{when}。查专利、问政策随时可以,我一直在。", choices=(Choice("转人工", "转人工"),))


def only_chinese(context: TurnContext) -> Reply:
    """Another language: say so, with the one tap that leads to a person."""
    text = "我目前只看得懂中文,请用中文说,或说“转人工”找专员。\nChinese only, please; tap below for a person."
    return Reply(text, choices=(Choice("转人工", "转人工"),), is_miss=True)


def is_foreign(text: str) -> bool:
    """Whether a sentence is in another language: words of kana or hangul, or several Latin words and no Chinese."""
    return bool(KANA_OR_HANGUL.search(text)) or (not CHINESE.search(text) and len(LATIN_WORD.findall(text)) >= 3)


def decline(context: TurnContext) -> Reply:
    """Something this service does not do: said plainly, with what it does do."""
    return Reply(
        "这个我办不了。我这边管知识产权:查专利、问政策、质押融资、维权援助、培训和供需对接。", choices=HELP_CHOICES
    )


def cancel(context: TurnContext) -> Reply:
    """Leaves whatever was going on."""
    return Reply("好,先放下。要查要办随时说。", memory=FORGET, choices=HELP_CHOICES[:2])


def restart(context: TurnContext) -> Reply:
    return Reply(f"好,重新开始。\n{HELP}", memory=FORGET, choices=HELP_CHOICES)


def acknowledge(context: TurnContext) -> Reply:
    return Reply("好的。还有要查的或要办的,直接说。", memory={"pending": None})


def stand_down(context: TurnContext) -> Reply:
    """不用: what was offered is off the table."""
    pending = context.memory.get("pending") or {}
    head = "好,先不转。" if pending.get("kind") == "handoff" else "好。"
    return Reply(f"{head}要换个说法或办别的,直接说。", memory={"pending": None})


def nothing_to_page(context: TurnContext) -> Reply:
    return Reply("现在没有列表可以翻。先说要找什么,比如“找锂电池回收的专利”。")


def explain_media(context: TurnContext) -> Reply:
    """Pictures, videos and voice that WeChat did not turn into text."""
    what = {"image": "图片", "voice": "语音", "video": "视频", "shortvideo": "视频", "link": "链接"}.get(
        context.kind, "这类消息"
    )
    return Reply(
        f"{what}收到了,我还看不懂里面的内容。请打字说一下要办什么;要把{what}给专员看,说“转人工”。",
        choices=(Choice("转人工", "转人工"),),
    )


def note_location(context: TurnContext) -> Reply:
    """A shared location becomes the region that policies and staff are chosen by."""
    label = str(context.details.get("label") or "")
    region = context.resources.understander.understand(label, at=context.today).slots.get("region") if label else None
    if not region:
        return Reply("位置收到了,但看不出是哪个城市。请直接说,比如“广州南沙”。")
    return _noted_region(str(region))


def note_value(context: TurnContext) -> Reply:
    """A bare place, amount or phone that answers no question of ours: kept or given back with what it may be for."""
    slots = context.understanding.slots
    if slots.keys() == {"region"}:
        return _noted_region(str(slots["region"]))
    if slots.get("phone"):
        return Reply("号码收到了。要专员联系您,说“转人工”,他看得到这个号码。", choices=(Choice("转人工", "转人工"),))
    if slots.get("amount") and (offer := context.memory.get("pending") or {}).get("topic") in {"financing", "market"}:
        # 大概200万, after 想用专利贷款: it belongs to what is on offer.
        question = f"{offer['question']};{context.text}"
        noted = f"好,{chinese_amount(int(slots['amount']))}记下了,专员看得到。现在转给专员吗?回复“好”就转。"
        return Reply(noted, choices=(Choice("好", "转给专员"),), memory={"pending": {**offer, "question": question}})
    if slots.get("amount"):
        amount = chinese_amount(int(slots["amount"]))
        return Reply(f"{amount}是想贷款、估值还是转让?比如“想用专利质押贷款{amount.removesuffix('元')}”。")
    return rephrase(context)


def _noted_region(region: str) -> Reply:
    return Reply(f"记下了,您在{region}。之后的政策和专员按这里找。", memory={"region": region})


def rephrase(context: TurnContext) -> Reply:
    """The first time something is not understood: say so, and offer what was likely meant, else ways on."""
    wishes = likely_wishes(context)
    if wishes:
        return Reply("这句我没看明白,您是想办下面哪一件?点一下,或换个说法:", choices=wishes, is_miss=True)
    return Reply("这句我没看明白。换个说法试试,或直接选:", choices=HELP_CHOICES, is_miss=True)
