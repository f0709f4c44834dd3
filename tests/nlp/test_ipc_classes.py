"""Classes of the IPC called by their Chinese names: by our own words, and by official titles where they are loaded."""

from datetime import date
from pathlib import Path

import pytest

from nlp.ipc_titles import IpcTitles, clean_title
from nlp.segmenter import default_segmenter
from nlp.understanding import Understander

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander()


@pytest.mark.parametrize(
    ("text", "ipc", "topic"),
    [
        ("光伏组件类的专利", "H02S", None),
        ("找分类号是半导体器件的专利", "H01L", None),
        ("IPC里散热那一类的有效专利", "H05K", None),
        ("国际专利分类属于水处理的 广东的专利", "C02F", None),
        ("帮我查电梯那个分类的实用新型专利", "B66B", None),
        ("分类号为轮胎的专利 防滑花纹", "B60C", "防滑花纹"),
        ("玩具类的外观专利", "A63H", None),
    ],
)
def test_a_class_that_is_named_is_a_condition(
    understander: Understander, text: str, ipc: str, topic: str | None
) -> None:
    slots = understander.understand(text, at=DAY).slots

    assert slots["ipc"] == ipc
    assert (slots.get("topic") or "").replace(" ", "") == (topic or "")


@pytest.mark.parametrize(
    "text",
    [
        "智能垃圾分类箱的专利",
        "图像分类是基于深度学习的专利",
        "找类似电池的专利",
        "电池专利",
        "种类识别的专利",
        "查一下没人听过的怪东西类的专利",
    ],
)
def test_a_word_that_only_looks_like_a_class_stays_the_subject(understander: Understander, text: str) -> None:
    slots = understander.understand(text, at=DAY).slots

    assert "ipc" not in slots
    assert slots["topic"]


def test_who_offers_something_of_a_class_keeps_it_as_the_subject(understander: Understander) -> None:
    understood = understander.understand("想求购一项锂电池类的专利技术", at=DAY)

    assert understood.intent == "demand_post"
    assert "锂电池" in understood.slots["topic"].replace(" ", "")
    assert "ipc" not in understood.slots


def test_classes_of_trade_marks_are_none_of_ours(understander: Understander) -> None:
    assert "ipc" not in understander.understand("商标分类是服装的那一类 帮我查专利", at=DAY).slots


def test_official_titles_add_names_where_they_are_loaded(tmp_path: Path) -> None:
    titles = tmp_path / "titles.txt"
    titles.write_text("H03F\t微波放大器\nB68C\t鞍具；马镫\nB68C 1/00\t马鞍的坐垫\n", encoding="utf-8")
    segmenter = default_segmenter()
    with_titles = IpcTitles(segmenter, titles)

    assert with_titles.exact("微波放大器") == "H03F"
    assert str(with_titles.nearest("马鞍的坐垫")) == "B68C 鞍具"
    assert IpcTitles(segmenter).exact("微波放大器") is None
    assert IpcTitles(segmenter, tmp_path / "missing.txt").exact("电池") == "H01M"


def test_a_broken_file_of_titles_costs_its_titles_only(tmp_path: Path) -> None:
    titles = tmp_path / "titles.txt"
    titles.write_bytes("H03F\t放大器\n没有分隔\na\tb\tc\n".encode() + b"\xff\xfe\n")
    broken = IpcTitles(default_segmenter(), titles)

    assert (broken.exact("放大器"), broken.exact("锂电池")) == ("H03F", "H01M")


def test_our_own_words_name_one_subclass_each() -> None:
    titles = IpcTitles(default_segmenter())

    assert {titles.exact(word) for word in ("锂电池", "光伏", "污水处理")} == {"H01M", "H02S", "C02F"}
    assert titles.nearest("谁也没听过的东西") is None


def test_remarks_are_no_part_of_a_title() -> None:
    assert clean_title("挖掘；疏浚(泥炭的开采入E21C49/00)") == "挖掘；疏浚"
    assert clean_title("手动工具（草坪修整机入A01G3/06（仅限于机动的）") == "手动工具"
    assert clean_title("非便携式照明 装置或其系统〔1，7〕") == "非便携式照明装置或其系统"


@pytest.mark.parametrize(
    ("text", "ipc"),
    [
        ("查H01M10的专利", "H01M 10"),
        ("查c02f 1/00的专利", "C02F 1/00"),
        ("G06F 2020年以后的专利", "G06F"),
    ],
)
def test_a_symbol_is_as_short_as_said_and_takes_no_year(understander: Understander, text: str, ipc: str) -> None:
    assert understander.understand(text, at=DAY).slots["ipc"] == ipc
