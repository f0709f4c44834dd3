"""Each rule of trade on its own facts: its verdict, its article, and what is to be done."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from nlp.market.posts import Mode
from nlp.market.tradability import check_tradability, worst
from nlp.market.trade_facts import Answers, Finding, Offer, Proof, RightFacts, Stage, Standing, Verdict

TODAY = date(2026, 11, 28)
GOOD = RightFacts(
    number="CN202110123456.7",
    standing=Standing.IN_FORCE,
    said_status="有效",
    fee_due_on=date(2027, 3, 15),
    fee_grace_until=date(2027, 9, 15),
    is_payment_said=True,
    proof=Proof.PROVED,
    owner_names=("广州云测科技有限公司",),
)
CLEAN = Answers(is_pledged=False, is_seized=False, is_licensed_exclusively=False, goes_abroad=False)
SALE = Offer(frozenset({Mode.TRANSFER}), (GOOD,), CLEAN)


def offer(mode: Mode = Mode.TRANSFER, right: dict[str, Any] | None = None, **answers: bool | None) -> Offer:
    return Offer(frozenset({mode}), (replace(GOOD, **(right or {})),), replace(CLEAN, **answers))


def found(given: Offer, rule: str, stage: Stage = Stage.PUBLICATION) -> Finding | None:
    return next((each for each in check_tradability(given, on=TODAY, stage=stage) if each.rule == rule), None)


PASSED, PROVE, BLOCKED = Verdict.PASSED, Verdict.TO_PROVE, Verdict.BLOCKED
TWO = {"owner_names": ("甲公司", "乙公司")}
LATE = {"fee_due_on": date(2026, 10, 1), "fee_grace_until": date(2027, 4, 1)}
CASES: list[tuple[Offer, str, Verdict, tuple[str, str]]] = [
    (offer(), "in_force", PASSED, ("专利法", "第四十二条")),
    (offer(right={"standing": Standing.LAPSED}), "in_force", BLOCKED, ("专利法", "第四十四条")),
    (offer(right={"standing": Standing.EXPIRED}), "in_force", BLOCKED, ("专利法", "第四十二条")),
    (offer(right={"standing": Standing.INVALIDATED}), "in_force", BLOCKED, ("专利法", "第四十七条")),
    (offer(right={"standing": Standing.PENDING}), "in_force", PROVE, ("专利法", "第十条")),
    (offer(Mode.OPEN_LICENCE, {"standing": Standing.PENDING}), "in_force", BLOCKED, ("专利法", "第五十条")),
    (offer(Mode.PLEDGE, {"standing": Standing.PENDING}), "in_force", BLOCKED, ("民法典", "第四百四十条")),
    (offer(right={"is_payment_said": False}), "fees", PROVE, ("专利法实施细则", "第一百一十五条")),
    (offer(right=LATE), "fees", PROVE, ("专利法实施细则", "第一百一十五条")),
    (offer(Mode.OPEN_LICENCE, LATE), "fees", BLOCKED, ("专利法实施细则", "第八十六条")),
    (offer(right=LATE | {"fee_grace_until": date(2026, 11, 1)}), "fees", BLOCKED, ("专利法", "第四十四条")),
    (offer(right={"proof": Proof.CLAIMED}), "owner", PROVE, ("民法典", "第八百七十条")),
    (offer(right={"proof": Proof.REFUSED}), "owner", BLOCKED, ("民法典", "第八百七十条")),
    (offer(Mode.LICENCE_PLAIN, TWO), "co_owners", PASSED, ("专利法", "第十四条")),
    (offer(Mode.LICENCE_SOLE, TWO), "co_owners", PROVE, ("专利法", "第十四条")),
    (offer(Mode.OPEN_LICENCE, TWO, co_owners_agree=False), "co_owners", BLOCKED, ("专利法", "第十四条")),
    (offer(is_pledged=True), "pledge", BLOCKED, ("民法典", "第四百四十四条")),
    (offer(is_pledged=True, pledgee_agrees=True), "pledge", PROVE, ("民法典", "第四百四十四条")),
    (offer(right={"pledge_case": "RZ261101-0001"}, is_pledged=None), "pledge", BLOCKED, ("民法典", "第四百四十四条")),
    (offer(is_seized=True), "seizure", BLOCKED, ("专利法实施细则", "第一百零四条")),
    (offer(Mode.OPEN_LICENCE, is_licensed_exclusively=True), "exclusive", BLOCKED, ("专利法实施细则", "第八十六条")),
    (offer(is_licensed_exclusively=True), "exclusive", PROVE, ("民法典", "第八百七十二条")),
    (offer(Mode.OPEN_LICENCE, {"needs_report": True}), "report", PROVE, ("专利法", "第五十条")),
    (offer(goes_abroad=True), "export", PROVE, ("专利法", "第十条")),
    (offer(right={"is_by_university": True}), "publicity", PROVE, ("促进科技成果转化法", "第十八条")),
    (offer(is_state_owned=True), "secrecy", BLOCKED, ("保守国家秘密法", "第三十五条")),
    (offer(is_state_owned=True, is_cleared=True), "assets", PROVE, ("企业国有资产法", "第四十七条")),
]


@pytest.mark.parametrize(("given", "rule", "verdict", "article"), CASES)
def test_a_rule_says_its_verdict_its_article_and_what_to_do(
    given: Offer, rule: str, verdict: Verdict, article: tuple[str, str]
) -> None:
    finding = found(given, rule)

    assert finding is not None and (finding.verdict, finding.articles[0]) == (verdict, article)
    assert verdict is PASSED or finding.todo


@pytest.mark.parametrize(
    ("given", "rule", "verdict"),
    [
        # What only the owner says is proved before anybody signs.
        (SALE, "pledge", PROVE),
        (SALE, "seizure", PROVE),
        (offer(right={"proof": Proof.CLAIMED}), "owner", BLOCKED),
        (offer(is_public_institution=True), "publicity", BLOCKED),
        (offer(is_public_institution=True, is_publicised=True), "publicity", PROVE),
        (offer(Mode.EQUITY, is_state_owned=True, is_cleared=True), "assets", BLOCKED),
        (offer(goes_abroad=None), "export", PROVE),
    ],
)
def test_at_the_deal_words_are_not_enough(given: Offer, rule: str, verdict: Verdict) -> None:
    finding = found(given, rule, Stage.DEAL)

    assert finding is not None and finding.verdict is verdict


def test_a_clean_right_passes_and_one_bad_right_blocks_a_bundle() -> None:
    bundle = replace(SALE, rights=(GOOD, replace(GOOD, number="CN112345678B", standing=Standing.LAPSED)))

    assert worst(check_tradability(SALE, on=TODAY)) is PASSED
    blocked = [each for each in check_tradability(bundle, on=TODAY) if each.verdict is BLOCKED]
    assert [each.number for each in blocked] == ["CN112345678B"]
    technology = Offer(frozenset({Mode.TRANSFER}))
    assert check_tradability(technology, on=TODAY) == []


def test_a_bundle_without_an_owner_or_a_field_in_common_says_so() -> None:
    one = replace(GOOD, number="A", owner_names=("甲公司", "乙大学"), classes=("H01M 10/0525", "C01B 32/00"))
    like = replace(GOOD, number="B", owner_names=("乙大学",), classes=("H01M 4/36",))
    unlike = replace(GOOD, number="C", owner_names=("丙公司",), classes=("F16C 19/52",))
    unknown = replace(GOOD, number="D", owner_names=(), classes=())

    def said(*rights: RightFacts) -> list[str]:
        given = Offer(frozenset({Mode.TRANSFER}), rights)
        findings = check_tradability(given, on=date(2026, 11, 23))
        return [each.text for each in findings if each.rule == "bundle"]

    assert said(one) == said(one, like) == said(one, unknown) == []
    assert said(one, unlike) == ["打包的各件没有共同的权利人", "打包的各件不在一个技术领域"]
