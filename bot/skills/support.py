"""Operating funds, and what service firms may get: looked up for the place, with source; nothing is begun by asking."""

import re

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from services.dated_data.lookup import find_records, place_in, said_source
from services.dated_data.support_lines import FUND, INSTITUTION_SUPPORT, said_support

NAME = "support"
MOST = 3
LONGEST = 30
ASKS = re.compile("哪些|哪支|哪几|什么|有没有|有啥|多大|多少|规模|怎么|吗|\\?|查")
FUNDS = re.compile("(?:运营|产业)基金")
SERVICE_FIRMS = re.compile("(?:运营|服务|代理)(?:机构|公司|平台)|代理所|事务所")
HELP = re.compile("扶持|支持|资助|补贴|补助|奖励")
# 找基金投我们 asks for money, not for a list.
WANTS_MONEY = re.compile("投我|对接|引进|申请|登记")


def choose(context: TurnContext, text: str) -> Skill | None:
    """有哪些知识产权运营基金, 运营机构有什么扶持: a short question after the list."""
    if len(text) > LONGEST or not ASKS.search(text) or WANTS_MONEY.search(text):
        return None
    if FUNDS.search(text):
        return Skill(NAME, show_funds)
    return Skill(NAME, show_help) if SERVICE_FIRMS.search(text) and HELP.search(text) else None


def show_funds(context: TurnContext) -> Reply:
    """The funds of the place, and how an owner goes on."""
    closing = "想登记融资意向就说“股权融资”,专员核实后再对接。"
    return _listed(context, FUND, "登记在案的运营基金", closing, Choice("股权融资", "股权融资"))


def show_help(context: TurnContext) -> Reply:
    """What the place and the nation do for firms that serve rights."""
    closing = "要专员核对就说“转人工”。"
    return _listed(context, INSTITUTION_SUPPORT, "对服务机构的扶持", closing, Choice("转人工", "转人工"))


def _listed(context: TurnContext, kind: str, title: str, closing: str, choice: Choice) -> Reply:
    region = place_in(context.plain) or context.region
    found = find_records(context.session, kind, region=region, on=context.today)[:MOST]
    if not found:
        return Reply(
            f"{title},库里还没有。政策专员可以查当地最新通知,要转就说“转人工”。", choices=(Choice("转人工", "转人工"),)
        )
    lines = [
        f"{number}. {said_support(record, on=context.today)}\n来源:{said_source(record)}"
        for number, record in enumerate(found, start=1)
    ]
    place = "" if region else "先列全国的,说一下在哪个区能看当地的。"
    return Reply("\n".join([f"{title}:", *lines, place + closing]), choices=(choice,), memory={"topic": "financing"})
