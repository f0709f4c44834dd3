"""The score of a technology SME (国科发政〔2017〕115号), and the cheapest way to the points that are missing."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from nlp.rules.configuration import amounts, exact
from nlp.rules.model import Figure, Inputs, Rule, RuleResult
from nlp.rules.wording import money, percent, plain_number

Bands = Sequence[Sequence[Any]]


def points(bands: Bands, value: Decimal) -> int:
    """The points of the highest band that a value reaches."""
    return next((int(score) for floor, score in bands if value >= exact(floor)), 0)


def technology_sme(inputs: Inputs) -> RuleResult:
    """Staff, R&D and IP points, whether they pass, and what is missing most cheaply."""
    entry = amounts("technology_sme", inputs.on)
    staff_share = _share(inputs, "staff_share", "tech_staff", "staff", "科技人员有几个?", "职工总数多少人?")
    rd_share, basis = _rd(inputs)
    one, two = inputs.find_number("class_one"), inputs.find_number("class_two")
    if one is None and two is None:
        inputs.number("class_one", "有几件发明专利?没有的话,有几件实用新型、外观设计、软著?")
    one, two = one or Decimal(0), two or Decimal(0)
    staff = points(entry["staff"], staff_share)
    rd = points(entry[basis], rd_share)
    ip = max(points(entry["class_one"], one), points(entry["class_two"], two))
    total, needed = staff + rd + ip, int(entry["pass"])
    barred = _over_limits(inputs, entry["limits"])
    passes = total >= needed and staff > 0 and not barred
    lines = [
        f"科技人员占{percent(staff_share)}:{staff}分(满分20)。",
        f"研发投入占{'销售收入' if basis == 'rd_sales' else '成本费用'}{percent(rd_share)}:{rd}分(满分50)。",
        f"知识产权Ⅰ类{plain_number(one)}件、Ⅱ类{plain_number(two)}件:{ip}分(满分30)。",
    ]
    if barred:
        lines.append(barred)
    elif not passes:
        lines.append(_advice(inputs, entry, {"staff": staff, "rd": rd, "ip": ip}, basis, two))
    verdict = "达到" if passes else "没达到" if not barred else "不符合规模条件,得分也不够用:"
    headline = f"一共{total}分,{verdict}{needed}分和科技人员不为0的要求。"
    if barred:
        headline = f"一共{total}分,但规模超过上限,不能评。"
    return RuleResult(
        "technology_sme",
        Decimal(total),
        "分",
        headline,
        tuple(lines),
        (),
        ("按国科发政〔2017〕115号的口径试算,结果以官方最新公布为准。",),
        (
            Figure("总分", total, "分"),
            Figure("科技人员", staff, "分"),
            Figure("研发投入", rd, "分"),
            Figure("知识产权", ip, "分"),
        ),
    )


def _share(inputs: Inputs, share: str, part: str, whole: str, ask_part: str, ask_whole: str) -> Decimal:
    given = inputs.find_number(share)
    if given is not None:
        return given
    counted, total = inputs.number(part, ask_part), inputs.number(whole, ask_whole)
    if total <= 0 or (part == "tech_staff" and counted > total):
        raise ValueError("A part cannot be more than its whole.")
    return counted / total


def _rd(inputs: Inputs) -> tuple[Decimal, str]:
    costs = inputs.find_number("costs")
    given = inputs.find_number("rd_share")
    if given is not None:
        return given, "rd_costs" if inputs.find_word("rd_of") == "costs" else "rd_sales"
    if costs is not None and not inputs.has("sales"):
        return inputs.number("rd", "一年研发费用多少?") / costs, "rd_costs"
    return _share(inputs, "rd_share", "rd", "sales", "一年研发费用多少?", "一年销售收入多少?"), "rd_sales"


def _over_limits(inputs: Inputs, limits: dict[str, Any]) -> str:
    names = {"staff": "职工超过500人", "sales": "年销售收入超过2亿元", "assets": "资产总额超过2亿元"}
    over = [names[key] for key, limit in limits.items() if (inputs.find_number(key) or Decimal(0)) > exact(limit)]
    return f"{'、'.join(over)},不在评价范围内。" if over else ""


def _advice(inputs: Inputs, entry: dict[str, Any], has: dict[str, int], basis: str, two: Decimal) -> str:
    """The single step with the least effort that closes the gap; IP first, it costs least, then staff, then R&D."""
    gap = int(entry["pass"]) - sum(has.values())
    if has["staff"] == 0 and gap <= 0:
        return f"差在科技人员:要到{percent(exact(entry['staff'][-1][0]))}以上。"
    head = f"差{gap}分" if gap > 0 else "分够"
    head += ",科技人员也不能是0" if has["staff"] == 0 else ""
    ways = []
    more = next((int(count - two) for count, score in reversed(entry["class_two"]) if score - has["ip"] >= gap), None)
    if more is not None and more > 0:
        ways.append(f"再有{more}件实用新型或软著")
    elif 30 - has["ip"] >= gap:
        ways.append("有1件发明专利")
    for key, bands, name in (("staff", entry["staff"], "科技人员"), ("rd", entry[basis], "研发投入")):
        floor = next((exact(floor) for floor, score in reversed(bands) if score - has[key] >= gap), None)
        if floor is not None:
            ways.append(f"{name}占比到{percent(floor)}{_effort(inputs, key, basis, floor)}")
    return f"{head};最省的办法:{',或'.join(ways)}。" if ways else f"{head};单靠一项补不齐,要几项一起提。"


def _effort(inputs: Inputs, key: str, basis: str, floor: Decimal) -> str:
    """How much more that is, where the whole is known."""
    part, whole = ("tech_staff", "staff") if key == "staff" else ("rd", "sales" if basis == "rd_sales" else "costs")
    have, total = inputs.find_number(part), inputs.find_number(whole)
    if have is None or total is None:
        return ""
    more = floor * total - have
    return f"(再加{-(-more // 1)}人)" if key == "staff" else f"(再加{money(more)})"


SLOTS = frozenset(
    [
        "staff",
        "tech_staff",
        "staff_share",
        "sales",
        "costs",
        "assets",
        "rd",
        "rd_share",
        "rd_of",
        "class_one",
        "class_two",
    ]
)
TECHNOLOGY_SME = (Rule("technology_sme", "科技型中小企业评分", SLOTS, (), date(2017, 5, 10), technology_sme),)
