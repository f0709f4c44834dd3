"""Welcome, help, small talk, and what to say when nothing else fits."""

from bot.context import TurnContext
from bot.replies import Choice, Reply

WELCOME = """我是知桥,帮企业处理专利、商标和政策的事。
可以直接说,比如:
“外观专利保护多少年”
“找石墨烯散热膜的有效发明专利”
“想用专利贷款300万”
随时说“转人工”。"""

HELP = """我能做这些,直接打字或发语音:
1. 查专利:“找广州的石墨烯散热膜专利”“CN112345678B”
2. 问法律和政策:“专利侵权时效几年”“年费晚交怎么办”
3. 办事:质押融资、维权援助、培训、供需对接,说需求,专员接手
4. 查进度:报单号,或说“我的单子到哪了”
说“下一页”“第2个”看列表,说“算了”随时退出,说“转人工”找专员。"""

HELP_CHOICES = (
    Choice("外观专利保护多少年", "问政策"),
    Choice("找石墨烯散热膜的有效发明专利", "查专利"),
    Choice("转人工", "转人工"),
)


def welcome(context: TurnContext) -> Reply:
    """The first words after a follow."""
    return Reply(WELCOME)


def show_help(context: TurnContext) -> Reply:
    return Reply(HELP, choices=HELP_CHOICES)


def greet(context: TurnContext) -> Reply:
    return Reply("在的。想查专利、问政策还是找专员办事?直接说就行。", choices=HELP_CHOICES)


def chat(context: TurnContext) -> Reply:
    return Reply("专利、商标、政策和融资的事都可以问我,比如“专利年费怎么交”。", choices=HELP_CHOICES)


def decline(context: TurnContext) -> Reply:
    """Something this service does not do: said plainly, with what it does do."""
    return Reply(
        "这个我办不了。我这边管知识产权:查专利、问政策、质押融资、维权援助、培训和供需对接。", choices=HELP_CHOICES
    )


def cancel(context: TurnContext) -> Reply:
    """Leaves whatever was going on."""
    return Reply("好,先放下。", memory=FORGET, choices=HELP_CHOICES[:2])


def restart(context: TurnContext) -> Reply:
    return Reply(HELP, memory=FORGET, choices=HELP_CHOICES)


def acknowledge(context: TurnContext) -> Reply:
    return Reply("好的。还有要查的或要办的,直接说。", memory={"pending": None})


def nothing_to_page(context: TurnContext) -> Reply:
    return Reply("现在没有列表可以翻。先说要找什么,比如“找锂电池回收的专利”。")


def explain_media(context: TurnContext) -> Reply:
    """Pictures, videos and voice that WeChat did not turn into text."""
    what = {"image": "图片", "voice": "语音", "video": "视频", "shortvideo": "视频"}.get(context.kind, "这类消息")
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
    return Reply(f"记下了,您在{region}。之后的政策和专员按这里找。", memory={"region": region})


def rephrase(context: TurnContext) -> Reply:
    """The first time something is not understood: say so, and offer ways on."""
    return Reply(
        "这句我没看明白。换个说法试试,或直接选:",
        choices=HELP_CHOICES,
        is_miss=True,
    )


FORGET = dict.fromkeys(("list", "pending", "subject", "last_search_text"))
