"""Products in chat: what protects each, what is missing, and which right belongs to which product."""

import re
from functools import partial

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from bot.skills.custody_words import Said
from core.errors import AppError
from models import Conversation, CustodyRight
from services.custody.changes import Facts, change_facts
from services.custody.portfolio import find_by_numbers, has_rights
from services.custody.products import ProductView, list_products
from services.custody.wording import DEMO, named, said_articles, said_status

NAME = "custody"
LIST = "custody_products"
SHOWN = 5
MOST_RIGHTS = 3
LONGEST_NAME = 30
MINE, ALL = Choice("我的托管", "我的托管"), Choice("我的产品保护", "我的产品保护")
LACKS = "(?:缺|少|差|还缺|还差|还少)(?:了|着)?(?:什么|哪些|哪样|啥)的?(?:知识产权)?(?:保护|布局)?"
LISTS = re.compile(
    "(?:看看?|查看?|查一下)?(?:我们?|公司)?的?(?:各个?|所有|每个)?产品"
    f"(?:的?(?:知识产权)?保护(?:情况|清单|怎么样)?|{LACKS}|缺口)(?:呢|吗|了)?"
)
CALLED = f'(?:产品)?[“"]?(?P<name>[^“”"]{{1,{LONGEST_NAME}}}?)[”"]?(?:这个)?(?:产品)?'
ONE = re.compile(f"(?:我们?的?)?{CALLED}{LACKS}(?:呢|吗|了)?")
# What is left of CN… 归到产品散热膜 without its number.
# 属于谁, 保护期限, 放到平台上卖 say nothing of a product: there the word itself must stand.
ASSIGNS = re.compile(f"(?:是|用来)?(?:归到|归入|(?:放到|属于|保护(?:的是)?)(?=产品)){CALLED}(?:的|里|下)?")
ASKS = re.compile("谁|什么|哪|吗|多少|怎|几|[?]")
NO_PRODUCT = re.compile("(?:不归|不属于)(?:任何)?产品了?")


def choose(context: TurnContext, plain: str, words: Said) -> Skill | None:
    """The skill for a sentence about products; for who has rights in custody alone."""
    if LISTS.fullmatch(plain):
        return Skill(NAME, show_products) if has_rights(context.session, context.user_id) else None
    if words.is_named:
        return _choose_assignment(context, words)
    match = ONE.fullmatch(plain)
    if match is not None and has_rights(context.session, context.user_id):
        product = _find(context, match["name"])
        if product is not None:
            return Skill(NAME, partial(show_product, name=product.name))
    return None


def choose_in_list(context: TurnContext, place: int | None, act: str | None) -> Skill | None:
    """1, 下一页: about the list of products on the table."""
    if act in {"next_page", "previous_page"}:
        return Skill(NAME, partial(show_products, by=SHOWN if act == "next_page" else -SHOWN))
    names = list((context.memory.get("list") or {}).get("ids") or [])
    if place is None or not 1 <= place <= len(names):
        return None
    return Skill(NAME, partial(show_product, name=str(names[place - 1])))


def _choose_assignment(context: TurnContext, words: Said) -> Skill | None:
    match = ASSIGNS.fullmatch(words.rest)
    if match is None and not NO_PRODUCT.fullmatch(words.rest):
        return None
    if match is not None and ASKS.search(match["name"]):
        return None
    rights = find_by_numbers(context.session, user_id=context.user_id, numbers=words.numbers)
    if not rights:
        return None
    return Skill(NAME, partial(_assign, rights=rights, name=match["name"].strip() if match is not None else ""))


def _find(context: TurnContext, name: str) -> ProductView | None:
    wanted = name.strip().casefold()
    items = list_products(context.session, user_id=context.user_id).items
    return next((item for item in items if item.name.casefold() == wanted), None)


def show_products(context: TurnContext, *, by: int | None = None) -> Reply:
    """The products, those with the most gaps first; `by` moves from the page on the table."""
    offset = 0 if by is None else int((context.memory.get("list") or {}).get("offset") or 0) + by
    if offset < 0:
        return Reply("已经是第一页了。")
    found = list_products(context.session, user_id=context.user_id)
    how = "带号码说就归好,比如“CN202110123456.7 归到产品散热膜”。"
    if not found.items:
        return Reply(f"还没有归好的产品。{how}归好后我看每个产品还缺哪样保护。", choices=(MINE,))
    shown = found.items[offset : offset + SHOWN]
    if not shown:
        return Reply("后面没有了。", choices=(MINE,))
    lines = [f"{place}. {_line(item)}" for place, item in enumerate(shown, start=1)]
    head = f"有{len(found.items)}个产品,缺得多的在前:"
    tail = f"另有{found.unassigned}件没归到产品,{how}" if found.unassigned else "回复数字看一个。"
    more = (Choice("下一页", "下一页"),) if offset + SHOWN < len(found.items) else ()
    memory = {"list": {"kind": LIST, "ids": [item.name for item in shown], "offset": offset}, "pending": None}
    return Reply("\n".join([head, *lines, tail]), choices=(Choice("第1个", "看第1个"), *more, MINE), memory=memory)


def _line(item: ProductView) -> str:
    lacks = "、".join(_short(gap.key) for gap in item.gaps)
    demo = f" · {DEMO}" if any(right.is_demo for right in item.rights) else ""
    return f"{item.name} · {len(item.rights)}件 · {f'缺{lacks}' if lacks else '专利、商标、著作权都有'}{demo}"


def _short(key: str) -> str:
    return {"patent": "专利", "pending": "授权的专利", "trademark": "商标", "copyright": "著作权登记"}[key]


def show_product(context: TurnContext, name: str) -> Reply:
    """One product: its rights, what is missing and why that matters."""
    item = _find(context, name)
    if item is None:
        return Reply(f"没有归到“{name}”的权利了。", choices=(ALL, MINE))
    lines = [f"“{item.name}”现在有{len(item.rights)}件:"]
    lines += [_right(place, right) for place, right in enumerate(item.rights[:MOST_RIGHTS], start=1)]
    if len(item.rights) > MOST_RIGHTS:
        lines.append(f"还有{len(item.rights) - MOST_RIGHTS}件,说“我的托管”看全部。")
    if not item.gaps:
        lines.append("专利、商标、著作权都有了;外观、软件和图案各要单独看。")
        return Reply("\n".join(lines), choices=(ALL, MINE))
    lines += [gap.text for gap in item.gaps]
    lines.append(f"依据:{said_articles(tuple(gap.article for gap in item.gaps))}。只看您归好的,没托管的我不知道。")
    table = {"kind": NAME, "ids": [right.public_id for right in item.rights[:MOST_RIGHTS]], "offset": 0}
    return Reply("\n".join(lines), choices=(ALL, MINE), memory={"list": table, "pending": None})


def _right(place: int, right: CustodyRight) -> str:
    return f"{place}. {named(right)} · {said_status(right)}" + (f" · {DEMO}" if right.is_demo else "")


def _assign(context: TurnContext, rights: list[CustodyRight], name: str) -> Reply:
    ids = [right.public_id for right in rights]

    def commit(session: Session, conversation: Conversation) -> Reply:
        done: list[CustodyRight] = []
        for public_id in ids:
            try:
                done.append(
                    change_facts(
                        session,
                        user_id=conversation.user_id,
                        public_id=public_id,
                        facts=Facts(product=name),
                        now=context.now,
                    )
                )
            except AppError as refusal:
                return Reply(refusal.message, choices=(MINE,), memory={"pending": None})
        demo = f"({DEMO})" if any(right.is_demo for right in done) else ""
        what = "、".join(right.number for right in done[:MOST_RIGHTS]) + demo
        if not name:
            return Reply(f"好,{what} 不归产品了。", choices=(ALL, MINE), memory={"pending": None})
        choices = (Choice(f"产品{name}缺什么保护", "缺什么保护"), ALL)
        return Reply(f"归好了:{what} 保护产品“{name}”。", choices=choices, memory={"pending": None})

    return Reply("", on_commit=commit)
