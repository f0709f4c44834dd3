"""A short sentence whose own words are foreign to our field is not about what was asked before."""

import pytest

from nlp.elsewhere import leads_elsewhere


@pytest.mark.parametrize(
    "text",
    [
        "给我讲个笑话", "茅台股票能买吗", "高铁票怎么退", "怎么煮鸡蛋", "天气怎么样", "晚上吃什么", "世界杯谁赢了",
        "房贷利率多少", "孩子上学怎么办", "驾照扣分怎么处理", "帮我订个外卖", "彩票怎么买",
    ],
)  # fmt: skip
def test_another_matter_is_told_by_its_words(text: str) -> None:
    assert leads_elsewhere(text, "专利年费忘交了怎么办")


@pytest.mark.parametrize("text", ["你多大了", "在忙吗", "你是哪里人", "你结婚了吗", "有人在吗", "谢谢"])
def test_talk_with_the_machine_is_no_question_of_law(text: str) -> None:
    assert leads_elsewhere(text, "专利年费忘交了怎么办")


@pytest.mark.parametrize(
    "text",
    [
        "哪个便宜", "那我两个都申请行吗", "延期要多少钱", "单位没规定呢", "他不同意怎么办", "什么时候申报",
        "法律上最少给多少", "已经过了4个月了", "最多赔多少", "谁出钱", "能分期吗", "对方不承认呢", "还来得及吗",
        "要去法院吗", "合同没写", "机器已经卖了两百台",
    ],
)  # fmt: skip
def test_what_leans_on_the_answer_before_it_is_left_to_it(text: str) -> None:
    assert not leads_elsewhere(text, "专利年费忘交了怎么办")


def test_a_word_of_the_story_is_at_home_in_it() -> None:
    assert leads_elsewhere("鸡蛋怎么卖", "专利年费忘交了怎么办")
    assert not leads_elsewhere("鸡蛋怎么卖", "我们的鸡蛋包装申请了外观专利")
