"""How posts read: on a phone, on the board, at the desk."""

from datetime import date

from core.i18n import chinese_amount, chinese_date
from models import MarketPost, PostSide, PostState
from nlp.ipc_names import subclass_name
from nlp.market.conditions import MODE_NAMES
from nlp.market.posts import Mode, RightState
from nlp.market.subject_text import subject_of, without_figures
from services.market.quick_terms import QuickTerms, said_price

LONGEST_NAME = 18
MOST_FIELDS = 2
SIDES = {PostSide.OFFER: "供给", PostSide.NEED: "需求"}
STATES = {
    PostState.DRAFT: "没交",
    PostState.REVIEW: "审核中",
    PostState.PUBLISHED: "展示中",
    PostState.REFUSED: "没通过",
    PostState.SUSPENDED: "暂停展示",
    PostState.WITHDRAWN: "已撤下",
    PostState.EXPIRED: "到期",
}
RIGHT_STATES = {
    RightState.IN_FORCE: "授权专利",
    RightState.PENDING: "申请中",
    RightState.TECHNOLOGY: "没有专利的技术",
}
ANONYMOUS = "匿名"


def called(post: MarketPost) -> str:
    """Its title, else how its text begins."""
    return _shortened(post.title or post.text)


def _shortened(text: str) -> str:
    name = " ".join(text.split())
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def title_for_others(post: MarketPost) -> str:
    """轴承专利 for an anonymous offer of patents: a patent's title finds its owner in one search. Else the title."""
    if post.side != PostSide.OFFER or not post.is_anonymous or not post.rights:
        return post.title
    names = dict.fromkeys(name for symbol in post.classes if (name := subclass_name(symbol[:4])) is not None)
    count = f"{len(post.rights)}件" if len(post.rights) > 1 else ""
    return f"{'、'.join(list(names)[:MOST_FIELDS])}专利{count}" if names else f"{len(post.rights)}件专利"


def called_by_others(post: MarketPost) -> str:
    """As whoever looks at the market reads it."""
    return _shortened(title_for_others(post) or post.text)


def called_by_subject(post: MarketPost) -> str:
    """As a match names it: what it is about, without what its owner asks or would pay."""
    return _shortened(without_figures(post.title or subject_of(post.text)))


def others_called_by_subject(post: MarketPost) -> str:
    """The same of somebody else's."""
    title = title_for_others(post)
    return called_by_subject(post) if title == post.title else _shortened(title)


def said_modes(post: MarketPost) -> str:
    return "、".join(MODE_NAMES[Mode(each)] for each in post.modes)


def said_amount(post: MarketPost) -> str:
    """15万元起, 每年5万元 on standard terms, 预算20万元以内; "" where it was not said."""
    if post.amount is None:
        return ""
    if post.side != PostSide.OFFER:
        return f"预算{chinese_amount(post.amount)}以内"
    if post.quick_terms is not None and Mode.LICENCE_QUICK in post.modes:
        return said_price(QuickTerms.model_validate(post.quick_terms), post.amount, post.modes)
    return f"{chinese_amount(post.amount)}起"


def said_terms(post: MarketPost) -> str:
    """普通许可 · 15万元起 · 山西省太原市"""
    return _joined(said_modes(post), said_amount(post), "、".join(post.regions[:2]))


def said_terms_to_other(post: MarketPost) -> str:
    """The same in a match, whose reasons say whether the prices meet."""
    return _joined(said_modes(post), "、".join(post.regions[:2]))


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def said_state(post: MarketPost, today: date) -> str:
    """展示中,到2027年3月1日 · 没通过"""
    state = STATES[PostState(post.state)]
    if post.state != PostState.PUBLISHED:
        return state
    return f"{state},到{chinese_date(post.until) if post.until.year != today.year else _short(post.until)}"


def owner_called(post: MarketPost) -> str:
    """Whose it is, for others: nobody's where its owner wants it so."""
    if post.is_anonymous or post.company is None:
        return ANONYMOUS
    return post.company.name


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"
