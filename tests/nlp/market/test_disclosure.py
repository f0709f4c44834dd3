"""Texts that tell how a thing is made are told from those that tell what it does; near texts are found."""

import pytest

from nlp.market.disclosure import Detail, find_details, is_enabling, without_details
from nlp.market.likeness import NEAR, shared_share


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("前驱体在空气中700℃煅烧3小时,再以2℃/min降温。", Detail.PARAMETERS),
        ("浆料搅拌转速1200rpm,温度控制在60~65℃,pH调到8.5。", Detail.PARAMETERS),
        ("按重量份计,原料为环氧树脂40份、氧化铝55份、固化剂5份。", Detail.FORMULA),
        ("两种单体摩尔比为3:1,其余不变。", Detail.FORMULA),
        ("正极用LiNi0.8Co0.1Mn0.1O2,循环更久。", Detail.FORMULA),
        ("补偿量K = a*T + b/v,写进控制器就行。", Detail.FORMULA),
        ("第一步把膜材浸渍在树脂里,第二步压制成型。", Detail.STEPS),
        ("先把粉末加入溶剂搅拌均匀,然后喷涂在基材上干燥,最后热处理得到涂层。", Detail.STEPS),
        ("属于国防专利,解密前可以谈。", Detail.SECRET),
    ],
)
def test_how_it_is_made_is_noticed(text: str, detail: Detail) -> None:
    signs = find_details(text)

    assert detail in {sign.detail for sign in signs}
    assert is_enabling(signs) is (detail is not Detail.SECRET)
    assert all(text[sign.start : sign.end] for sign in signs)


@pytest.mark.parametrize(
    "text",
    [
        "振动和温度一起看,提前两周报警,水泵和风机都装过。普通许可15万。",
        "滚筒转速按叶子失水自动调,替掉守夜的老师傅。",
        "良率提高30%,能耗降低12%,寿命5000小时以上,预算50万元以内。",
        "求购高盐废水处理技术,处理量每天200吨,12月底前要方案。",
        "反应速度提升20%,已经装了100台。",
        "支持USB3.0和V2.0协议,不涉密。",
        "方式:①普通许可 ②转让,价格面议。",
        "发明专利CN112345678B,适合光伏组件厂。",
    ],
)
def test_what_it_does_and_costs_may_be_told(text: str) -> None:
    assert find_details(text) == []


def test_the_sentences_that_tell_too_much_can_be_left_out() -> None:
    text = "涂层耐磨三年。粉末700℃煅烧3小时,保温再升温到900℃。适合阀门厂。"

    assert without_details(text, find_details(text)) == "涂层耐磨三年。适合阀门厂。"


@pytest.mark.parametrize(
    ("other", "is_near"),
    [
        ("一种用于水泵的轴承故障提前诊断方法,振动与温度一起看!可许可", True),
        ("水泵轴承故障诊断:看振动就能提前知道", False),
        ("乌龙茶连续摇青机,替掉守夜的老师傅", False),
        ("轴承", False),
    ],
)
def test_near_texts_are_found(other: str, is_near: bool) -> None:
    text = "一种用于水泵的轴承故障提前诊断方法,振动与温度一起看。"

    assert (shared_share(text, other) >= NEAR) is is_near
