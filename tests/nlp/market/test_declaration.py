"""The draft of an open licence says what the Rules ask for, and is told what it must not say."""

from dataclasses import replace
from datetime import date

from nlp.market.declaration import Terms, draft_declaration

TODAY = date(2026, 11, 28)
TERMS = Terms(
    number="CN202110123456.7",
    title="一种石墨烯散热膜",
    owner_names=("广州云测科技有限公司",),
    fee_yuan=50_000,
    payment="签约后30日内一次付清",
    until=date(2029, 11, 27),
    term_ends_on=date(2041, 3, 15),
)


def test_a_whole_declaration_lacks_nothing() -> None:
    draft = draft_declaration(TERMS, on=TODAY)

    assert (draft.number, draft.missing, draft.faults) == ("ZL202110123456.7", (), ())
    for said in ("5万元", "一次付清", "2026年11月28日至2029年11月27日", "广州云测科技有限公司"):
        assert said in draft.text


def test_what_is_missing_and_what_must_not_be_said_is_named() -> None:
    draft = draft_declaration(
        replace(
            TERMS, number="CN112345678B", owner_names=(), payment="", until=date(2045, 1, 1), remark="国际领先,欢迎咨询"
        ),
        on=TODAY,
    )

    assert draft.missing == ("专利权人", "使用费的标准和支付方式")
    assert len(draft.faults) == 4 and "领先" in draft.faults[0] and "2041年3月15日" in draft.faults[2]
