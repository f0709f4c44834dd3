"""What the law says beside a plan of benefits, and where a plan falls under it: warned of, never blocked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from core.yaml_text import read_yaml
from models import BenefitBasis, BenefitHolder, BenefitRole, BenefitWord
from nlp.market.posts import Mode
from nlp.rules.configuration import amounts, exact
from services.deals.benefit_split import WHOLE

DATA = Path(__file__).resolve().parents[2] / "data" / "benefit_law.yaml"
# 完成、转化职务科技成果做出重要贡献的人员: all of whom the law speaks.
PEOPLE = frozenset({BenefitRole.INVENTOR, BenefitRole.TEAM, BenefitRole.CONVERTER})
# Its own standard holds for every unit there, not for public ones alone (Henan, art. 40).
FOR_EVERYBODY = frozenset({"河南"})
MOST_NAMES = 3


@dataclass(frozen=True)
class LawPoint:
    """One provision as it reads, in the version that holds."""

    key: str
    valid_from: date
    law: str
    version: str
    article: str
    text: str

    @property
    def said(self) -> str:
        """《促进科技成果转化法》(2015年修正)第四十五条"""
        version = f"({self.version})" if self.version else ""
        return f"《{self.law}》{version}{self.article}"


@dataclass(frozen=True)
class Line:
    role: BenefitRole
    name: str
    share_bp: int
    word: BenefitWord | None = None


@dataclass(frozen=True)
class Facts:
    """What a plan is looked at with. `recorded` are the inventors whom the records of the deal's rights name."""

    mode: Mode | None
    basis: BenefitBasis
    holder: BenefitHolder
    rests_on: str
    lines: Sequence[Line]
    has_rights: bool
    recorded: Sequence[str]
    region: str | None


@dataclass(frozen=True)
class Warn:
    key: str
    text: str
    point: LawPoint | None = None


def points_on(day: date) -> Mapping[str, LawPoint]:
    """By key, what holds on that day."""
    return {point.key: point for point in _read() if point.valid_from <= day}


def least_bp(mode: Mode | None, on: date) -> int:
    """What those who did the work get at least where nothing is agreed, in hundredths of a percent of what comes in."""
    return int(exact(amounts("achievement_shares", on)["equity" if mode is Mode.EQUITY else way_of(mode)]) * WHOLE)


def way_of(mode: Mode | None) -> str:
    return "transfer" if mode in {None, Mode.TRANSFER} else "equity" if mode is Mode.EQUITY else "licence"


def said_income(mode: Mode | None) -> str:
    """What the law takes the share from."""
    return {"transfer": "转让净收入", "licence": "许可净收入", "equity": "股份或出资比例"}[way_of(mode)]


def people_bp(lines: Sequence[Line]) -> int:
    return sum(line.share_bp for line in lines if line.role in PEOPLE)


def percent(bp: int) -> str:
    return f"{Decimal(bp) / 100:f}".rstrip("0").rstrip(".") + "%" if bp % 100 else f"{bp // 100}%"


def law_of(facts: Facts, day: date) -> list[LawPoint]:
    """The provisions to be read beside this plan, decisive ones first. None for a person's own work."""
    if facts.holder is BenefitHolder.PERSON:
        return []
    keys = ["agreed", "equity" if facts.mode is Mode.EQUITY else "default"]
    if facts.holder is BenefitHolder.PUBLIC:
        keys.append("public")
    if facts.has_rights:
        keys += ["patent", "patent_agreed", "bonus", "remuneration"]
    points = points_on(day)
    return [points[key] for key in keys if key in points]


def warnings_of(facts: Facts, day: date) -> list[Warn]:
    """What whoever wrote the plan should look at, the law's floor first."""
    if facts.holder is BenefitHolder.PERSON:
        return _about_words(facts)
    points = points_on(day)
    found = _about_floor(facts, points, day) + _about_local(facts, day) + _about_people(facts, points)
    if facts.basis is not BenefitBasis.NONE and not facts.rests_on:
        what = "约定" if facts.basis is BenefitBasis.AGREED else "规定"
        found.append(Warn("no_ground", f"没写是哪份{what},写明名称和日期。", points.get("agreed")))
    return found + _about_words(facts)


def _about_floor(facts: Facts, points: Mapping[str, LawPoint], day: date) -> list[Warn]:
    least, theirs = least_bp(facts.mode, day), people_bp(facts.lines)
    if theirs >= least:
        return []
    of = said_income(facts.mode)
    now = f"现在写的是{percent(theirs)}"
    default = points.get("equity" if facts.mode is Mode.EQUITY else "default")
    if facts.holder is BenefitHolder.PUBLIC:
        text = f"国家设立的院所、高校,有规定、有约定也不能低于{of}的{percent(least)},{now}。"
        return [Warn("below_public", text, points.get("public"))]
    if facts.basis is BenefitBasis.NONE:
        text = f"没规定也没约定的,至少提{of}的{percent(least)}给完成和转化的人,{now}。"
        return [Warn("below_default", text, default)]
    text = f"{now},低于没有约定时的{percent(least)}:约定或规定要拿得出来,拿不出来就按{percent(least)}算。"
    return [Warn("below_agreed", text, points.get("agreed"))]


def _about_local(facts: Facts, day: date) -> list[Warn]:
    """A province's own standard, where the plan is under it and above the country's."""
    place = (facts.region or "")[:2]
    if facts.holder is not BenefitHolder.PUBLIC and place not in FOR_EVERYBODY:
        return []
    try:
        entry = amounts("local_achievement_shares", day)["regions"].get(place)
    except LookupError:
        return []
    theirs = people_bp(facts.lines)
    if entry is None or theirs >= (standard := int(exact(entry[way_of(facts.mode)]) * WHOLE)):
        return []
    if facts.holder is not BenefitHolder.PUBLIC and facts.basis is not BenefitBasis.NONE:
        return []  # agreed by a unit that is free to agree
    text = f"{place}的条例写的标准是{percent(standard)},现在写的是{percent(theirs)},签之前核对。"
    point = LawPoint("local", day, entry["law"], "", entry["article"], "")
    return [Warn("below_local", text, point)]


def _about_people(facts: Facts, points: Mapping[str, LawPoint]) -> list[Warn]:
    if not facts.has_rights:
        return []
    named = {line.name for line in facts.lines if line.role is BenefitRole.INVENTOR}
    if not named and not any(line.role is BenefitRole.TEAM for line in facts.lines):
        text = "没有写发明人:职务发明实施后要给发明人合理的报酬。"
        return [Warn("no_inventor", text, points.get("patent"))]
    missing = [name for name in facts.recorded if name not in named]
    # What a team gets is shared out within it.
    if not missing or any(line.role is BenefitRole.TEAM for line in facts.lines):
        return []
    text = f"公布信息里的发明人 {_names(missing)} 没有写进来。"
    return [Warn("unnamed", text, points.get("patent"))]


def _about_words(facts: Facts) -> list[Warn]:
    people = [line for line in facts.lines if line.role in PEOPLE]
    against = [line.name for line in people if line.word is BenefitWord.OBJECTED]
    silent = [line.name for line in people if line.word in {None, BenefitWord.KNOWN}]
    found = []
    if against:
        found.append(Warn("objected", f"{_names(against)} 不同意这个分法,先谈好。"))
    if silent and facts.basis is BenefitBasis.AGREED:
        found.append(Warn("unagreed", f"{_names(silent)} 还没有同意的记录,按约定分的要本人同意。"))
    return found


def _names(names: Sequence[str]) -> str:
    shown = "、".join(names[:MOST_NAMES])
    return shown if len(names) <= MOST_NAMES else f"{shown}等{len(names)}人"


@cache
def _read() -> tuple[LawPoint, ...]:
    """Older ones first, so that the latest that holds stands at last."""
    names = LawPoint.__dataclass_fields__
    points = (LawPoint(**{name: entry[name] for name in names}) for entry in read_yaml(DATA))
    return tuple(sorted(points, key=lambda point: point.valid_from))
