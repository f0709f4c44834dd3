"""Which sentences ask for patents like another one, and which only sound so."""

import pytest

from nlp.similar_requests import read_similar_request


@pytest.mark.parametrize(
    "text",
    [
        "相似专利",
        "看相似专利",
        "有没有类似的专利?",
        "同类专利还有哪些",
        "帮我找找相似的专利",
        "和CN112345678B相似的专利",
        "CN112345678B有没有类似的",
        "和ZL202110123456.7差不多的有吗",
        "这个专利有没有类似的",
        "这件专利的相似专利",
        "有没有跟这个差不多的专利",
    ],
)
def test_a_request_that_names_patents_is_one_wherever_it_is_said(text: str) -> None:
    request = read_similar_request(text)

    assert request is not None
    assert request.names_patents


@pytest.mark.parametrize(
    "text",
    [
        "跟第2个差不多的还有吗",
        "第二个有没有相似的",
        "和最后一个类似的",
        "有没有和它相近的",
        "还有类似的吗",
        "像这样的还有吗",
    ],
)
def test_a_request_that_leans_on_the_talk_says_so(text: str) -> None:
    request = read_similar_request(text)

    assert request is not None
    assert not request.names_patents


@pytest.mark.parametrize(
    "text",
    [
        "",
        "差不多",
        "差不多了",
        "相似",
        "这个差不多",
        "这个专利差不多吗",
        "它和第2个差不多吗",
        "CN112345678B和CN112345679B相似吗",
        "找类似石墨烯散热膜的专利",
        "有没有类似的案例",
        "类似商标",
        "商标近似怎么判断",
        "外观近似算侵权吗",
        "专利相似会被驳回吗",
        "别人的产品跟我的专利差不多怎么办",
        "第2个",
        "类似" * 500,
    ],
)
def test_what_only_sounds_alike_is_no_request(text: str) -> None:
    assert read_similar_request(text) is None
