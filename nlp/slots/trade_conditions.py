"""A way of trade as a condition of a list: 可转让的, 愿意许可的; 转让记录 and 许可证 are subjects."""

import re
from dataclasses import dataclass
from typing import Any

from nlp.slots.patents import excluded_span
from nlp.slots.scan import TAKEN, Found

MODE = (
    r"(?:(?P<{0}open_licence>开放(?:式|性)?许可)|(?P<{0}pledge>质押|出质)|(?P<{0}equity>(?:技术|专利|知识产权)?(?:作价)?入股|作价(?:投资|出资))"
    r"|(?P<{0}licence>(?:独占|排他|普通|独家|交叉|分)?(?:实施)?许可(?!证)|授权(?=使用|给))"
    r"|(?P<{0}transfer>转让|出售|出让|售卖|售(?=的|专利)|买卖|收购|购买|交易|转手|[买卖](?:断|下来?|到|掉|出)?(?=[的给过]))|(?P<{0}other>卖))"
)
# The 能 of 智能 and 储能 can do nothing.
CAN = r"(?:可以|可供|(?<!许)可|能够|(?<![智功性节技才产热电光动势储核万化氢风])能)"
READY = (
    rf"(?:{CAN}|允许|愿意?|(?<![不首])肯|有意(?:向|愿)?|同意|接受|支持|打算|准备|正在|(?:(?<![一-鿿])|(?<=[找查搜看要些]))[在待](?=[售卖转])"
    r"|已经?|曾经?|被(?!动)|对外|向外|免费|有偿|公开|声明|实施(?=开放)|开展|提供|挂牌|公告|拿来|用来|直接|长期|随时)"
)
NOT = r"(?:没有?(?:被|给)?|未(?:曾|经|被)?|尚未|不(?=[可能愿肯接支允对同打准]))"
TAIL = (
    r"(?:给(?:我们?|咱们?|我司|我公司|你|别人|他人|人家?|大家|企业|公司|外面|外人|第三方|厂家|中小企业)?)?(?:来|去)?"
    r"(?:使用|实施|用|生产|做)?(?:出[来去]|出(?=的)|掉)?(?:过|了|中|状态)?"
)
END = r"(?:的(?!时候|人|公司|话|方|价)|(?=[\s,。;!?、]|$|专利|发明(?!人)|实用新型|外观))"
BEGIN = r"(?:(?:(?<!不)要求?|最好|必须|得|需要?|应该?|应当|而且|并且?|且|还){0,3}是?(?:(?:专利)?权利?人|申请人)?)"
CONDITION = re.compile(
    rf"{BEGIN}(?:(?P<lead>(?:{NOT})?(?:{READY}){{0,4}})"
    + MODE.format("")
    + r"(?:(?:或者?|和|及|以及|、|/|并)(?:"
    + READY
    + r"){0,2}"
    + MODE.format("also_")
    + r")?"
    + rf"(?P<tail>{TAIL})"
    + r"|(?P<has>(?:没有?|无|有)(?:对外)?)"
    + MODE.format("has_")
    + r"的?(?:意向|意愿|打算|想法|计划|需求|登记|备案))"
    + END
)
MODES = ("open_licence", "pledge", "equity", "licence", "transfer")
NEGATED = re.compile(rf"^(?:{NOT}|没有?|无)")
# Before a bare word (只看质押的) nothing may stand that it could belong to (股权质押的).
BARE_AFTER = re.compile(r"(?:^|[\s,。;!?、|找查搜看要是有些非的]|不含|不包括|除了?|排除|去掉|剔除|过滤|换成|改成)$")
# 是否转让的 asks, 不限转让的 wants no condition.
OPEN = re.compile(r"(?:是否|是不是|能不|能否|可不|可否|不限|不管|无论|不论|不一定|不必|不用|想)$")
# What may stand beside the conditions where nothing else is said: 那有没有…吗, 只看…, 换成….
AROUND = re.compile(
    rf"(?:[\s,。;!?{re.escape(TAKEN)}]|那|就|只|仅|单|看|留|保留|要|想|我|给|找|查|筛|选|出|换|改|成|为|加上|再|其中|里面|有没有|有|哪些|哪几?件|什么|呢|吗|吧|了|一下|的|专利|这些|些)*"
)
FIRST_PERSON = re.compile("我(?!用|们用|要?[找查搜看])|咱|本公司|手里|手上|手头|名下|俺|转让给|出售给")
# Who searches looks through a list; who buys or takes in wants it from somebody.
LOOKS = re.compile("查|搜|检索|找(?!个|一?[件项家]|人|买|厂)|列|有哪些|看看")
TAKES = re.compile(
    "求购|求(?=个|一|有|做|能)|(?<![查搜])寻(?!找)|收购|收(?=个|一|几)|引进|想买|要买|急需|缺个|预算|报价|万|卖家|供需|市场"
)


@dataclass(frozen=True)
class TradeCondition:
    """The stretch that says it, and which ways are wanted or, where negated, must not be."""

    start: int
    end: int
    modes: tuple[str, ...]
    is_excluded: bool = False


def find_trade_conditions(text: str) -> tuple[TradeCondition, ...]:
    """Conditions in the order of the text."""
    found = (_condition(text, match) for match in CONDITION.finditer(text))
    return tuple(condition for condition in found if condition is not None)


def is_nothing_else(text: str, conditions: tuple[TradeCondition, ...]) -> bool:
    """Whether a sentence only says which of a list: 只看开放许可的, 有没有能转让的."""
    return bool(conditions) and bool(AROUND.fullmatch(without(text, conditions)))


def describes_a_list(text: str, conditions: tuple[TradeCondition, ...]) -> bool:
    """Whether somebody looks for patents with such a condition (可转让的散热膜专利) and neither offers nor buys one."""
    names_patents = re.search(r"专利|发明(?!人)|实用新型|外观", text) is not None
    attributive = any("的" in text[each.start : each.end] for each in conditions)
    if not names_patents or FIRST_PERSON.search(text) or TAKES.search(without(text, conditions)):
        return False
    return bool(conditions) and (attributive or bool(LOOKS.search(text)))


def without(text: str, conditions: tuple[TradeCondition, ...]) -> str:
    """The text, as long as before, with the conditions crossed out."""
    for each in conditions:
        text = text[: each.start] + TAKEN * (each.end - each.start) + text[each.end :]
    return text


def set_trade_modes(
    text: str, conditions: tuple[TradeCondition, ...], slots: dict[str, Any], exclude: dict[str, list[str]]
) -> None:
    """The conditions as slots of a search; several that are wanted make a list, as kinds do."""
    wanted, unwanted = (
        list(dict.fromkeys(mode for each in conditions if each.is_excluded is excluded for mode in each.modes))
        for excluded in (False, True)
    )
    if any(slots.get("applicant", TAKEN) in text[each.start : each.end] for each in conditions):
        slots.pop("applicant", None)  # 权利人肯卖的 names no owner
    if wanted:
        slots["trade_mode"] = wanted[0] if len(wanted) == 1 else wanted
    if unwanted:
        exclude["trade_mode"] = unwanted


def _condition(text: str, match: re.Match[str]) -> TradeCondition | None:
    modes = tuple(mode for mode in MODES if any(match[prefix + mode] for prefix in ("", "also_", "has_")))
    before = text[: match.start()]
    lead = match["lead"] or match["has"] or ""
    if not modes or OPEN.search(before):
        return None
    is_bare = not lead and "open_licence" not in modes
    if is_bare and not (BARE_AFTER.search(before) and re.search("[过了中]$|^$", match["tail"] or "")):
        return None
    if is_bare and match["transfer"] in {"买", "卖", "交易", "买卖"}:
        return None
    start, end, is_excluded = match.start(), match.end(), bool(NEGATED.match(lead))
    span = excluded_span(text, Found(start, end, None))
    if span is not None:
        # 不能转让的不要: two negations want what can be.
        start, end, is_excluded = *span, not is_excluded
    return TradeCondition(start, end, modes, is_excluded)
