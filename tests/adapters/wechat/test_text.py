"""Text cut where WeChat would drop it, and kept whole everywhere else."""

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.wechat.text import TEXT_LIMIT_BYTES, cdata, sanitise, split_text

FAMILY = "👨‍👩‍👧‍👦"  # 25 bytes, one cluster
FLAG = "🇨🇳"
ACCENTED = "e\u0301\u0323"


def size(text: str) -> int:
    return len(text.encode())


def test_checklist_17_exactly_2048_bytes_is_one_part_and_2049_are_two() -> None:
    fits = "中" * 682 + "ab"

    assert size(fits) == TEXT_LIMIT_BYTES
    assert split_text(fits) == [fits]
    assert split_text(fits + "c") == [fits, "c"]


@pytest.mark.parametrize("cluster", [FAMILY, FLAG, ACCENTED, "👍🏽", "한", "❤\ufe0f"])
@pytest.mark.parametrize("overhang", [1, 2, 3])
def test_checklist_17_a_cut_never_falls_inside_a_cluster(cluster: str, overhang: int) -> None:
    text = "a" * (TEXT_LIMIT_BYTES - size(cluster) + overhang) + cluster + "b"

    assert split_text(text) == [text[: -len(cluster) - 1], cluster + "b"]


def test_a_cluster_longer_than_a_part_is_cut_on_code_points() -> None:
    tower = "e" + "\u0301" * 50

    parts = split_text(tower, limit_bytes=21)

    assert "".join(parts) == tower
    assert all(size(part) <= 21 for part in parts)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("第一行\n第二行", ["第一行", "第二行"]),
        ("第一句\u3002第二句", ["第一句\u3002", "第二句"]),
        ("一二三四五六七八", ["一二三四五", "六七八"]),
        ("一二三四\uff0c六七", ["一二三四\uff0c", "六七"]),
        ("一\u3002二三四五六七", ["一\u3002二三四", "五六七"]),
    ],
)
def test_parts_end_where_a_reader_pauses(text: str, parts: list[str]) -> None:
    assert split_text(text, limit_bytes=15) == parts


def test_a_link_stays_whole() -> None:
    link = '<a href="weixin://bizmsgmenu?msgmenucontent=1&msgmenuid=1">第1个</a>'

    assert split_text("x" * 60 + link, limit_bytes=80) == ["x" * 60, link]


@pytest.mark.parametrize("text", ["", "\n\n", "\x00", " "])
def test_nothing_gives_no_part(text: str) -> None:
    assert split_text(text) == []


def test_a_limit_must_hold_one_code_point() -> None:
    with pytest.raises(ValueError, match="code point"):
        split_text("x", limit_bytes=3)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.one_of(st.text(max_size=20), st.sampled_from([FAMILY, FLAG, ACCENTED, "\n", "\u3002"])), max_size=40),
    st.integers(min_value=32, max_value=90),
)
def test_parts_fit_and_lose_nothing_but_line_ends(pieces: list[str], limit: int) -> None:
    text = "".join(pieces)

    parts = split_text(text, limit)

    assert all(0 < size(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(sanitise(text).split())
    clusters = regex.findall(r"\X", sanitise(text))
    if all(size(cluster) <= limit for cluster in clusters) and "".join(parts) == sanitise(text):
        assert [cluster for part in parts for cluster in regex.findall(r"\X", part)] == clusters


@pytest.mark.parametrize(
    ("text", "clean"),
    [("a\x00b\x1fc\x7f", "abc"), ("行\r\n行\r", "行\n行\n"), ("\ud83d\ufffe\uffff", ""), ("\t\n😀", "\t\n😀")],
)
def test_checklist_18_sanitise_drops_what_xml_cannot_carry(text: str, clean: str) -> None:
    assert sanitise(text) == clean


def test_checklist_18_cdata_cannot_be_closed_from_inside() -> None:
    assert cdata("]]></Content>") == "<![CDATA[]]]]><![CDATA[></Content>]]>"
