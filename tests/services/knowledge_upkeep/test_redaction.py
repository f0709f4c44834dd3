"""What is kept apart from a conversation names nobody; what a question is about stays."""

import pytest

from services.knowledge_upkeep.redaction import Redactor


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("我叫王小明,电话13912345678,年费忘交了", ["王小明", "13912345678"]),
        ("联系人:李强 139 1234 5678", ["李强", "1234"]),
        ("打我座机020-87654321", ["87654321"]),
        ("一三九一二三四五六七八打这个", ["一三九"]),
        ("手机1３９1２３４５６７８", ["５６７８", "5678"]),
        ("+86 139-1234-5678 找我", ["1234"]),
        ("身份证440106199001011234能办吗", ["440106"]),
        ("身份证 44010619900101123X", ["123X"]),
        ("统一社会信用代码91440101MA5ABCDE1A", ["MA5ABCDE1A"]),
        ("卡号6222 0212 3456 7890 123", ["6222", "7890"]),
        ("微信号 abc_12345 加我", ["abc_12345"]),
        ("发到 zhang.san@example.com.cn", ["zhang", "example"]),
        ("我们是广州云测科技有限公司,能申报吗", ["云测"]),
        ("王老师的职务发明归谁", ["王老师"]),
    ],
)
def test_what_names_a_person_is_taken_out(redactor: Redactor, text: str, gone: list[str]) -> None:
    shown = redactor.redact(text)

    assert "〔" in shown
    assert [word for word in gone if word in shown] == []


@pytest.mark.parametrize(
    "text",
    [
        "专利号ZL201910123456.7的年费交多少",
        "CN112345678B 还有几年到期",
        "对方经理不同意怎么办",
        "高新技术企业要几个专利",
        "南沙区2026年补贴多少,300万以内",
        "马上到期了,时间来得及吗",
        "申请号202110123456.7",
    ],
)
def test_what_the_question_is_about_stays(redactor: Redactor, text: str) -> None:
    assert redactor.redact(text) == text


def test_a_name_that_is_known_goes_however_unlikely_it_looks(redactor: Redactor) -> None:
    assert "小白兔" not in redactor.redact("小白兔的专利什么时候到期", ["小白兔", None, ""])


def test_a_long_text_is_cut_after_everything_was_taken_out(redactor: Redactor) -> None:
    shown = redactor.redact("电话13912345678。" * 40)

    assert len(shown) <= 200
    assert "139" not in shown
