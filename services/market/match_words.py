"""How a match reads to one of its sides, in a message and in a list: what the other post is about, why it fits, what is
to be talked about. Nobody is named, and neither side's figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models import PostSide
from services.market.own import OwnMatch
from services.market.wording import SIDES, called_by_subject, others_called_by_subject
from services.notices.facts import Fact

MATCHES = "matches-"
LIST = "我的对接"
MOST_REASONS, MOST_ALONE, MOST_TO_TALK = 3, 5, 2


@dataclass(frozen=True)
class Words:
    """A notice: one line for summaries, the whole, what may be tapped, and what fills a template."""

    title: str
    text: str
    choices: tuple[str, ...]
    facts: Mapping[Fact, str]


def words_of(named: Sequence[OwnMatch], *, count: int) -> Words:
    """Of a message that names these, the best of `count`. The line for summaries says nothing of the other side."""
    own = {each.mine.id: each.mine for each in named}
    whose = f"您的“{called_by_subject(named[0].mine)}”" if len(own) == 1 else "您的供需"
    facts = {Fact.DETAIL: others_called_by_subject(named[0].theirs), Fact.STATE: "有新对接"}
    choices = ("想谈第1个", LIST)
    if count == 1:
        only = named[0]
        lines = [f"有一条{said_side(only)}和{whose}对得上:", others_called_by_subject(only.theirs), *_why(only)]
        return Words(f"{whose[2:]}有1条新对接", "\n".join(lines), choices, facts)
    lines = [f"有{count}条和{whose}对得上:"]
    for place, each in enumerate(named, start=1):
        beside = "" if len(own) == 1 else f"(对“{called_by_subject(each.mine)}”)"
        lines.append(f"{place}. {said_side(each)} {others_called_by_subject(each.theirs)}{beside}:{said_reasons(each)}")
    rest = f"还有{count - len(named)}条在“{LIST}”里。" if count > len(named) else ""
    lines.append(f"{rest}哪个不合适,说“第1个不相关”。")
    return Words(f"{whose[2:]}有{count}条新对接", "\n".join(lines), choices, facts)


def said_side(each: OwnMatch) -> str:
    """供给, 需求: of the other side."""
    return SIDES[PostSide(each.theirs.side)]


def said_reasons(each: OwnMatch, *, at_most: int = MOST_REASONS) -> str:
    """What it is about and whether terms meet go before the field, which says least."""
    by_weight = sorted(each.match.reasons, key=lambda reason: reason.startswith("行业"))
    return "、".join(by_weight[:at_most])


def said_missing(each: OwnMatch) -> list[str]:
    """What this side could add."""
    return [words for side, words in each.match.missing if side == each.side.value]


def _why(each: OwnMatch) -> list[str]:
    lines = [f"对得上:{said_reasons(each, at_most=MOST_ALONE)}。"]
    if each.match.to_talk:
        lines.append(f"要谈:{'、'.join(each.match.to_talk[:MOST_TO_TALK])}。")
    if missing := said_missing(each):
        lines.append(f"您补上会更准:{missing[0]}。")
    return lines
