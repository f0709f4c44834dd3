"""What may be answered to a pushed message is tapped, not typed."""

from services.taps import taps_of, with_taps, without_taps


def test_a_choice_sends_its_words_and_shows_them_without_the_number_of_the_message() -> None:
    text = with_taps("有人想谈", ["同意洽谈 GX261128-0001", "看 GX261128-0001", "我的交易"])

    assert text.startswith("有人想谈\n\n<a ")
    assert ">同意洽谈</a>" in text and ">看 GX261128-0001</a>" in text and ">我的交易</a>" in text
    assert "msgmenucontent=%E5%90%8C%E6%84%8F%E6%B4%BD%E8%B0%88%20GX261128-0001&" in text


def test_what_has_nothing_to_tap_is_as_it_was_and_links_can_be_taken_off() -> None:
    assert with_taps("办好了", []) == "办好了"
    assert without_taps(with_taps("两段\n\n正文", ["好", "算了"])) == "两段\n\n正文"
    assert without_taps("两段\n\n正文") == "两段\n\n正文"


def test_what_can_be_tapped_is_read_back_from_a_message_that_was_kept() -> None:
    text = with_taps("有人想谈", ["同意洽谈 GX261128-0001", "50%<60%&好"])

    assert taps_of(text) == [("同意洽谈 GX261128-0001", "同意洽谈"), ("50%<60%&好", "50%<60%&好")]
    assert taps_of("有人想谈") == []
