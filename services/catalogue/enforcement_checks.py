"""What can be said of an infringement by rule: the time to sue, the proof that is missing, what each route does."""

from collections.abc import Iterator
from datetime import date

from core.i18n import chinese_date
from models.patent import LegalStatus
from nlp.rules import RuleResult, compute
from services.catalogue.facts import Facts, Finding, Level
from services.catalogue.model import ClockContext
from services.dated_data.routing import find_route
from services.patents import find_patent

TRADEMARK_REVISION = date(2027, 1, 1)
# By the right: what must be shown, in the words of the form's choices.
NEEDED = {
    "certificate": "权利证书(最好是登记簿副本)",
    "purchase": "购买凭证(金额大的先公证购买)",
    "sample": "实物样品",
    "screenshot": "网页截图(容易删的做网页保全公证)",
}
ONLINE = frozenset({"online_shop"})
PATENTS = frozenset({"invention", "utility_model", "design"})


def limitation_day(context: ClockContext) -> date | None:
    """The last day of the three years from knowing of the act and of who did it."""
    known_on = context.form.get("known_on")
    if not known_on:
        return None
    result = _limitation(date.fromisoformat(str(known_on)), str(context.form.get("right")), context.today)
    return result.value if isinstance(result.value, date) else None


def _limitation(known_on: date, right: str, today: date) -> RuleResult:
    inputs: dict[str, object] = {"start_on": known_on}
    if right in PATENTS:
        inputs["right"] = "patent"
    result = compute("limitation", inputs, on=today)
    if not isinstance(result, RuleResult):
        raise TypeError("The rule has all it needs.")
    return result


def check_enforcement(facts: Facts) -> list[Finding]:
    """Limitation, the right itself, gaps in the proof, what each route can do, and who is in charge there."""
    return [*_time(facts), *_right(facts), *_gaps(facts), *_routes(facts), *_unit(facts)]


def _time(facts: Facts) -> Iterator[Finding]:
    known_on = date.fromisoformat(str(facts.form["known_on"]))
    if known_on > facts.today:
        yield Finding(Level.GAP, "知道侵权的日期在今天之后,请核对。")
        return
    right = str(facts.form.get("right"))
    result = _limitation(known_on, right, facts.today)
    source = "、".join(f"《{law}》{article}" for law, article in result.articles)
    if isinstance(result.value, date) and result.value < facts.today:
        text = f"诉讼时效算到{chinese_date(result.value)},已经过了。中间催过、发过函的从那时重新算。"
        yield Finding(Level.STOP, text, source)
    else:
        yield Finding(Level.FINE, result.headline, source)


def _right(facts: Facts) -> Iterator[Finding]:
    right, number = str(facts.form.get("right")), facts.form.get("number")
    if right in PATENTS and number:
        patent = find_patent(facts.session, str(number))
        if patent is None:
            yield Finding(Level.GAP, f"{number}:库里没有这件,专员去国家局登记簿查是否有效。")
        elif patent.legal_status != LegalStatus.ACTIVE:
            yield Finding(Level.STOP, f"{number}:现在不是有效状态,先核对再定。", "《专利法》第四十四条、第四十七条")
        else:
            yield Finding(Level.FINE, f"{number}:登记为有效。")
    elif right in PATENTS:
        yield Finding(Level.GAP, "专利号还没说,专员会问您要。")
    if right in {"utility_model", "design"}:
        text = "实用新型和外观设计没有实质审查,先做一份专利权评价报告,法院和主管部门可以要求出具。"
        yield Finding(Level.GAP, text, "《专利法》第六十六条")
    if right == "trade_secret":
        text = "商业秘密要先证明自己采取了保密措施。"
        yield Finding(Level.GAP, text, "《反不正当竞争法》第三十九条")


def _gaps(facts: Facts) -> Iterator[Finding]:
    there = set(facts.form.get("evidence") or ())
    wanted = [key for key in NEEDED if key not in there and not (key == "screenshot" and not _is_online(facts))]
    if "notary" in there:
        wanted = [key for key in wanted if key not in {"purchase", "screenshot"}]
    if wanted:
        yield Finding(Level.GAP, "证据还差:" + "、".join(NEEDED[key] for key in wanted) + "。")
    else:
        yield Finding(Level.FINE, "基本证据都有了。")


def _routes(facts: Facts) -> Iterator[Finding]:
    right = str(facts.form.get("right"))
    if _is_online(facts):
        yield Finding(Level.FINE, "网店:可以通知平台下架,要附初步证据;通知错了要赔。", "《电子商务法》第四十二条")
    if right in PATENTS:
        text = "行政处理能较快让对方停,赔多少只能调解;法院停和赔都能判。"
        yield Finding(Level.FINE, text, "《专利法》第六十五条")
    elif right == "trademark":
        article = "第六十条" if facts.today < TRADEMARK_REVISION else "第七十四条"
        yield Finding(Level.FINE, "商标:行政查处能没收、罚款,赔偿走法院。", f"《商标法》{article}")
    elif right == "copyright":
        yield Finding(Level.FINE, "著作权:损害公共利益的主管部门可以查处,赔偿走法院。", "《著作权法》第五十三条")
    elif right == "trade_secret":
        yield Finding(Level.FINE, "商业秘密:可以请市场监管部门查,也可以起诉。", "《反不正当竞争法》第十条")


def _unit(facts: Facts) -> Iterator[Finding]:
    route = find_route(facts.session, region=facts.region, on=facts.today)
    if route is not None:
        yield Finding(Level.FINE, route.said, route.source)


def _is_online(facts: Facts) -> bool:
    return facts.form.get("place") in ONLINE
