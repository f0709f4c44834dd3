"""哪些算高价值专利: the five conditions, and what of one's own in custody meets one by our data."""

import re

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from services.custody.high_value import Condition, Known, Valued, definition_on, list_valued
from services.custody.wording import named

NAME = "custody"
ASKS = re.compile(
    "(?:请问)?(?:我们?的?)?(?:哪些|哪几件|什么样?的?|怎么|如何|怎样)?(?:专利)?(?:才|能)?(?:算|是|属于|叫|认定)(?:得上|做|作|为)?"
    "高价值(?:发明)?专利(?:的)?(?:条件|标准)?(?:呢|啊|吗)?"
    "|(?:什么|啥)是高价值(?:发明)?专利|高价值(?:发明)?专利(?:的)?(?:条件|标准|口径|怎么算|怎么认定|有哪些条件|是什么)(?:是什么|有哪些)?"
)
SHOWN = 3


def choose(context: TurnContext, plain: str) -> Skill | None:
    return Skill(NAME, show) if ASKS.fullmatch(plain) else None


def show(context: TurnContext) -> Reply:
    """The conditions for everybody; whoever has inventions in custody reads how theirs stand."""
    definition = definition_on(context.today)
    lines = ["有效的发明专利,占下面一条就算高价值:"]
    lines += [f"{place}. {text}" for place, text in enumerate(definition.conditions.values(), start=1)]
    own = list_valued(context.session, user_id=context.user_id, today=context.today)
    if own:
        lines += _own_lines(own)
    lines.append(f"来源:{definition.source}。")
    choices = (Choice("我的托管", "我的托管"),) if own else (Choice("转人工", "转人工"),)
    return Reply("\n".join(lines), choices=choices, memory={"pending": None})


def _own_lines(own: list[Valued]) -> list[str]:
    high = [each for each in own if each.is_high]
    lines = [f"您托管的有效发明{len(own)}件,按现有数据{len(high)}件占了一条:"] if high else []
    lines += [f"· {named(each.right)}:从授权起满10年" for each in high[:SHOWN]]
    if len(high) > SHOWN:
        lines.append(f"还有{len(high) - SHOWN}件。")
    if not high:
        lines.append(f"您托管的有效发明{len(own)}件,按现有数据还看不出占哪条。")
    if any(each.known[Condition.MAINTAINED] is Known.UNKNOWN for each in own):
        lines.append("申请满10年、授权没满的,看统计怎么算,先不算。")
    lines.append("另外四条我们的数据看不出来,有证明材料的告诉我们。")
    return lines
