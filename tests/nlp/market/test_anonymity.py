"""What an anonymous text shares with its published patent, and words that share nothing."""

import pytest

from nlp.market.anonymity import LONGEST_SHARED, find_shared, neutral_text

TITLE = "一种石墨烯复合散热膜的制备方法"
ABSTRACT = "本发明公开了一种石墨烯复合散热膜,将氧化石墨烯分散液刮涂在基底上,经还原后得到,散热效率高、成本低、寿命长。"


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("我们的做法:将氧化石墨烯分散液,刮涂在基底上。", "将氧化石墨烯分散液刮涂在基底上"),
        ("石墨烯复合散热膜,导热好,想找厂家合作。", "石墨烯复合散热膜"),
        ("导热材料方面的专利,手机厂用得上,效果好。", ""),
        ("散热效率高、成本低,想许可出去。", ""),
    ],
)
def test_a_long_run_of_characters_or_the_title_gives_the_owner_away(text: str, quote: str) -> None:
    assert find_shared(text, [TITLE, ABSTRACT], [TITLE]) == quote


def test_of_a_long_quotation_its_beginning_is_shown() -> None:
    assert find_shared(ABSTRACT, [ABSTRACT]) == "本发明公开了一种石墨烯复合散热膜…"


def test_the_longest_shared_run_is_found_wherever_it_stands() -> None:
    run = "甲乙丙丁戊己庚辛壬癸子丑寅卯"
    assert find_shared(f"前面{run}后面", [f"别处{run[:LONGEST_SHARED]}断", f"这里{run}完"]) == run
    assert find_shared(f"前面{run[: LONGEST_SHARED - 1]}", [run]) == ""


def test_neutral_words_say_the_field_and_what_it_does_and_nothing_of_the_patent() -> None:
    text = neutral_text(
        classes=["H01M10/0525", "H01M4/36"], kinds=["invention"], count=1, is_pending=False,
        published=f"{TITLE} {ABSTRACT}",
    )  # fmt: skip

    assert text.startswith("电池方面的发明专利1件,已授权。主要作用:提高效率、降低成本、延长寿命。")
    assert "石墨烯" not in text and find_shared(text, [TITLE, ABSTRACT], [TITLE]) == ""


def test_a_patent_of_no_class_and_no_effect_still_has_words() -> None:
    text = neutral_text(classes=[], kinds=["invention", "design"], count=2, is_pending=True, published="")
    assert text == "专利2件,申请中。用在哪、效果怎么样,谈的时候细说。"
