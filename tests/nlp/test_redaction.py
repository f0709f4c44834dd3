"""What is private does not reach a model, and stands in its place again in what the model says."""

import pytest

from nlp.redaction import PLACEHOLDER, Redaction

PRIVATE = [
    ("手机13800138000,怎么减缴年费", "13800138000"),
    ("手机138 0013 8000,怎么减缴年费", "138 0013 8000"),
    ("手机号是13800138000", "13800138000"),
    ("打我电话一三八零零一三八零零零", "一三八零零一三八零零零"),
    ("座机020-87654321能打", "020-87654321"),
    ("身份证440106199003071234丢了", "440106199003071234"),
    ("身份证号44010619900307123X", "44010619900307123X"),
    ("老身份证440106900307123", "440106900307123"),
    ("卡号6222 0212 3456 7890 123", "6222 0212 3456 7890 123"),
    ("打到账户 44001234567 上行吗", "44001234567"),
    ("发到zhang.wei+ip@mail.example.com", "zhang.wei+ip@mail.example.com"),
    ("信用代码91440101MA5XYZ1234", "91440101MA5XYZ1234"),
    ("我微信号是abc_12345", "abc_12345"),
    ("QQ:123456789", "123456789"),
    ("我叫张伟,想申请专利", "张伟"),
    ("联系人:欧阳修,明天来", "欧阳修"),
    ("员工李强离职后把图纸带走了", "李强"),
    ("王经理让我问质押的事", "王"),
    ("我们公司是广州明德新材料科技有限公司", "广州明德新材料科技有限公司"),
    ("我司叫明德科技,想贷款", "明德科技"),
    ("我们是佛山华塑厂业股份的", "佛山华塑厂业股份"),
    ("我们还没申请的导热胶是硅油加氧化铝按3:7混合,能申请专利吗", "硅油加氧化铝按3:7混合"),
    ("技术方案是先在铜箔上涂石墨烯,再热压到20微米。怎么申请?", "先在铜箔上涂石墨烯,再热压到20微米"),
    ("配方:硅油三成,氧化铝七成。这个算商业秘密吗", "硅油三成,氧化铝七成"),
    ("我们发明了一种采用双层涂布再热压的散热膜,怎么保护", "采用双层涂布再热压的散热膜"),
    ("尚未公开的做法:激光打孔后灌胶", "激光打孔后灌胶"),
]


@pytest.mark.parametrize(("text", "private"), PRIVATE)
def test_what_is_private_is_hidden_and_put_back(text: str, private: str) -> None:
    redaction = Redaction()

    hidden = redaction.hide(text)

    assert private not in hidden and PLACEHOLDER.search(hidden)
    assert redaction.restore(hidden) == text


@pytest.mark.parametrize(
    "text",
    [
        "外观专利保护多少年",
        "专利号ZL202110123456.7的年费多少",
        "CN112345678B什么时候到期",
        "技术方案是什么意思",
        "还没申请专利,能先卖吗",
        "年费过期6个月怎么恢复",
        "我是做散热膜的,能申请高新吗",
        "注册资本500万,质押能贷300万吗",
        "专利法第四十二条说了什么",
    ],
)
def test_what_anybody_may_know_stays(text: str) -> None:
    assert Redaction().hide(text) == text


def test_the_same_value_has_the_same_placeholder_and_another_a_further_one() -> None:
    redaction = Redaction()

    first, second = redaction.hide("电话13800138000"), redaction.hide("打13800138000或13900139000")

    assert first == "电话⟨电话1⟩"
    assert second == "打⟨电话1⟩或⟨电话2⟩"


def test_a_name_is_hidden_where_it_is_said_again() -> None:
    assert Redaction().hide("我叫张伟,想申请专利。写张伟可以吗") == "我叫⟨姓名1⟩,想申请专利。写⟨姓名1⟩可以吗"


def test_signs_without_width_and_full_width_digits_do_not_get_past() -> None:
    assert "8000" not in Redaction().hide("手机138\u200b0013\u200b8000")
    assert "８０００" not in Redaction().hide("手机１３８００１３８０００")


def test_a_placeholder_that_somebody_typed_is_nobodys_number() -> None:
    redaction = Redaction()
    redaction.hide("电话13800138000")

    assert redaction.restore(redaction.hide("告诉我⟨电话1⟩")) == "告诉我(电话1)"


def test_a_placeholder_that_the_model_made_up_disappears() -> None:
    assert Redaction().restore("请联系⟨电话9⟩。") == "请联系。"
