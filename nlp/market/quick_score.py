"""A quick score of a patent, by rule: parts with their reasons, and a range that is as wide as what we do not know.

It compares; it is no valuation and says nothing of money.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

LABEL = "自动估分,不是评估报告"


class Confidence(StrEnum):
    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"


class FeeState(StrEnum):
    """paid: the owner says so · due: not yet late · late: within the grace"""

    PAID = "paid"
    DUE = "due"
    LATE = "late"


@dataclass(frozen=True)
class ScoreFacts:
    """What is known of a patent; None where it is not. `is_alive`: in force or pending. `uses` are transfers, licences
    and pledges that its owner has here, `needs` the needs on our market in its field."""

    kind: str | None
    is_alive: bool
    is_granted: bool
    years_left: float | None = None
    claims: int | None = None
    citations: int | None = None
    fees: FeeState | None = None
    uses: int | None = None
    needs: int | None = None


@dataclass(frozen=True)
class ScoreWeights:
    """How much each part is worth at most, and from what on it is worth that."""

    kind: Mapping[str, int]
    most: Mapping[str, int]
    full_years: int
    full_claims: int
    full_citations: int
    full_uses: int
    full_needs: int


@dataclass(frozen=True)
class ScorePart:
    """`points` is None where the fact is not known: then anything from nothing to `most`."""

    key: str
    name: str
    points: float | None
    most: int
    why: str


@dataclass(frozen=True)
class QuickScore:
    """Out of 100. `low` and `high` are the same where everything is known."""

    low: int
    high: int
    confidence: Confidence
    parts: tuple[ScorePart, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(part.name for part in self.parts if part.points is None)


def score_patent(facts: ScoreFacts, weights: ScoreWeights) -> QuickScore | None:
    """None for what is not alive any more: there is nothing to score."""
    if not facts.is_alive:
        return None
    parts = tuple(part for make in PARTS if (part := make(facts, weights)) is not None)
    total = sum(part.most for part in parts)
    known = sum(part.points for part in parts if part.points is not None)
    open_points = sum(part.most for part in parts if part.points is None)
    share = 1 - open_points / total
    confidence = Confidence.HIGH if share >= 0.8 else Confidence.MIDDLE if share >= 0.5 else Confidence.LOW
    return QuickScore(_of_hundred(known, total), _of_hundred(known + open_points, total), confidence, parts)


def _of_hundred(points: float, total: int) -> int:
    return int(100 * points / total + 0.5)


def _kind(facts: ScoreFacts, weights: ScoreWeights) -> ScorePart:
    most = weights.most["kind"]
    if not facts.is_granted:
        return ScorePart("kind", "类型和状态", weights.kind["pending"], most, "还在申请中,能不能授权不一定")
    why = {
        "invention": "发明,经过实质审查",
        "utility_model": "实用新型,没有经过实质审查",
        "design": "外观设计,没有经过实质审查",
    }
    if facts.kind not in weights.kind or facts.kind not in why:
        return ScorePart("kind", "类型和状态", None, most, "不知道专利类型")
    return ScorePart("kind", "类型和状态", weights.kind[facts.kind], most, why[facts.kind])


def _term(facts: ScoreFacts, weights: ScoreWeights) -> ScorePart:
    most, name = weights.most["term"], "剩余年限"
    if facts.years_left is None:
        return ScorePart("term", name, None, most, "不知道申请日")
    years = max(0.0, facts.years_left)
    why = f"还剩约{int(years)}年,{weights.full_years}年以上满分"
    return ScorePart("term", name, _share(years, weights.full_years) * most, most, why)


def _claims(facts: ScoreFacts, weights: ScoreWeights) -> ScorePart | None:
    most, name = weights.most["claims"], "权利要求"
    if facts.kind == "design":
        return None  # a design has pictures instead
    if not facts.claims:
        return ScorePart("claims", name, None, most, "库里没有权利要求")
    why = f"{facts.claims}项,{weights.full_claims}项以上满分"
    return ScorePart("claims", name, _share(facts.claims, weights.full_claims) * most, most, why)


def _citations(facts: ScoreFacts, weights: ScoreWeights) -> ScorePart:
    most, name = weights.most["citations"], "同族和被引用"
    if facts.citations is None:
        return ScorePart("citations", name, None, most, "库里没有同族和引用数据")
    why = f"{facts.citations}件,{weights.full_citations}件以上满分"
    return ScorePart("citations", name, _share(facts.citations, weights.full_citations) * most, most, why)


def _fees(facts: ScoreFacts, weights: ScoreWeights) -> ScorePart:
    most, name = weights.most["fees"], "年费"
    if facts.fees is None:
        return ScorePart("fees", name, None, most, "没人说过年费缴了没有")
    share, why = {
        FeeState.PAID: (1.0, "权利人说缴到了当前年度"),
        FeeState.DUE: (0.8, "快到缴费期"),
        FeeState.LATE: (0.2, "过期没缴,在补缴期里"),
    }[facts.fees]
    return ScorePart("fees", name, share * most, most, why)


def _use(facts: ScoreFacts, weights: ScoreWeights) -> ScorePart:
    most, name = weights.most["use"], "运用记录"
    if facts.uses is None:
        return ScorePart("use", name, None, most, "不知道有没有转让、许可、质押过")
    if not facts.uses:
        return ScorePart("use", name, None, most, "在本平台没有办过,别处不知道")
    return ScorePart(
        "use", name, _share(facts.uses, weights.full_uses) * most, most, f"在本平台办过{facts.uses}次转让、许可或质押"
    )


def _demand(facts: ScoreFacts, weights: ScoreWeights) -> ScorePart:
    most, name = weights.most["demand"], "市场需求"
    if facts.needs is None:
        return ScorePart("demand", name, None, most, "不知道技术分类")
    why = f"本平台同一领域现有{facts.needs}条需求"
    return ScorePart("demand", name, _share(facts.needs, weights.full_needs) * most, most, why)


def _share(value: float, full: int) -> float:
    return min(1.0, value / full)


PARTS: tuple[Callable[[ScoreFacts, ScoreWeights], ScorePart | None], ...] = (
    _kind, _term, _claims, _citations, _fees, _use, _demand,
)  # fmt: skip
