"""Who is accused of infringing says so in many ways, and needs something else than who accuses others."""

import pytest

from nlp.accused import accused_of


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("被人告了侵权", "patent"),
        ("我被人告了", "patent"),
        ("被告了 怎么办", "patent"),
        ("收到律师函说我侵权", "patent"),
        ("收到一封律师函", "patent"),
        ("对方发律师函给我们了", "patent"),
        ("同行给我发警告函", "patent"),
        ("法院寄来传票 说我们卖的东西侵犯他外观专利", "patent"),
        ("别人说我侵犯他的专利", "patent"),
        ("有个公司要告我们仿冒", "patent"),
        ("不是 是我被别人告了侵权", "patent"),
        ("我是被告的一方", "patent"),
        ("我们公司被起诉专利侵权 怎么应对", "patent"),
        ("人家说咱抄了他的外观", "patent"),
        ("对面厂告我抄他产品", "patent"),
        ("展会上被人投诉侵权 要撤展", "patent"),
        ("平台投诉我侵权下架", "platform"),
        ("淘宝链接被投诉侵权下架了", "platform"),
        ("拼多多说我店里的货侵权 把链接删了", "platform"),
        ("同行恶意投诉我的店", "platform"),
        ("我们在美国被告了", "abroad"),
        ("337调查被列为被告了", "abroad"),
        ("对手拿我的图去注册外观 还倒过来投诉我 帮我想办法", "patent"),
        ("法院寄来传票 我们就是个小店 说侵犯别人外观", "patent"),
        ("我们被告商标侵权了", "trademark"),
        ("有人说我招牌侵犯他商标 要我赔钱", "trademark"),
        ("字体公司说我们侵权要赔钱", "copyright"),
        ("公众号配图被图片公司索赔了", "copyright"),
        ("用了盗版软件被发函了", "copyright"),
    ],
)
def test_the_accused_is_told_from_what_is_said_to_be_done_to_him(text: str, right: str) -> None:
    assert accused_of(text) == right


@pytest.mark.parametrize(
    "text",
    [
        "有人抄袭我们的外观专利产品 请帮我维权", "被人抄袭了想打官司", "我要告他侵权", "帮我给对方发律师函",
        "帮我发律师函", "1688上有家店卖我们的仿品 帮我投诉下架",
        "我的专利被人侵权了", "发现有人侵权怎么办", "对方被我们告了", "我们告了他 他被告了还在卖", "别人告我专利无效",
        "对方收到我的律师函不理", "侵权的链接被平台下架了", "我投诉了他的店铺", "没被告 只是想先排查侵权风险",
        "怕以后被告 先做个侵权分析", "有人说我的专利被人侵权了", "告诉我怎么办", "有结果告我一声", "外观专利保护多少年",
        "说我听听", "我要投诉你们", "举报一家店冒充专利", "他侵犯我们的商标", "被侵权了怎么办", "我的商标被人抢注了",
        "律师函多少钱", "我们想起诉他抄袭", "客户说我们的产品好", "如果被告侵权了会怎么样",
        "我跟他说我们的专利他仿了", "侵权链接被下架了 对方申诉了",
    ],
)  # fmt: skip
def test_who_accuses_or_only_asks_is_not_taken_for_the_accused(text: str) -> None:
    assert accused_of(text) is None
