"""Reads questions of fines: for which wrong, and the sum by which the fine is counted."""

from decimal import Decimal
from typing import Any

from nlp.rules.sentence import Sentence

Reading = tuple[str, dict[str, Any]]
# In the order in which they are tried: the narrower wrong first.
WRONGS = (
    (
        "passing_off",
        r"假冒(?:了|过)?(?:[^,。]{0,6}的?)?专利|冒充(?:了)?[^,。]{0,4}专利|假专利|专利.{0,8}(?:假冒|冒充)|"
        r"(?:印|写|打|贴|标|编)[^,。]{0,6}专利号|专利号.{0,6}(?:是假|瞎|乱|编)",
    ),
    (
        "unlicensed_agency",
        r"(?:没|无|未)[^,。]{0,6}(?:资质|许可|执照|牌照)[^,。]{0,8}专利代理|擅自[^,。]{0,8}专利代理|黑代理",
    ),
    ("plant_variety", r"品种权|授权品种|(?:侵|假冒)[^,。]{0,8}品种"),
    ("piracy", r"盗版|盗印|侵犯?[^,。]{0,6}(?:著作权|版权)|(?:著作权|版权)侵权"),
    ("false_registered_mark", r"冒充注册商标|没注册.{0,8}(?:标|打|用).{0,6}(?:R|®|注册)|冒充.{0,4}注册"),
    (
        "trademark_infringement",
        r"商标侵权|侵犯.{0,6}商标|侵.{0,4}商标权?|(?:卖|售|贩|做|造)(?:的|了|过)?(?:假货|冒牌|仿牌|仿冒|山寨|高仿|假牌|仿品)|"
        r"(?:仿|冒)(?:牌|冒).{0,4}(?:货|商品|产品|牌)|(?:贴|打|用|印)[^,。]{0,4}(?:别人|人家|他人|大牌|名牌)的?(?:商标|牌子|标|logo)|"
        r"假冒.{0,4}商标|侵权.{0,12}商标|商标.{0,12}侵权",
    ),
    ("confusion", r"混淆|(?:仿|抄|模仿|傍)[^,。]{0,8}(?:包装|装潢|名称|字号|名牌)|傍名牌|搭便车"),
)
BY_GAIN = frozenset({"passing_off", "unlicensed_agency"})
GAIN = r"违法所得|所得|赚|获利|利润|进账|挣|到手|收了"
TURNOVER = r"经营额|卖了|销售额|营业额|流水|赚|货值|货|卖出|总额"
NONE_GAINED = r"没有?违法(?:所得|经营额)|没有?赚|无违法(?:所得|经营额)|一分(?:钱)?没"


def read_fine(sentence: Sentence) -> Reading | None:
    wrong = next((name for name, pattern in WRONGS if sentence.has(pattern)), None)
    base = sentence.sum_near(GAIN if wrong in BY_GAIN else TURNOVER, within=12)
    if base is None and sentence.has(NONE_GAINED):
        base = Decimal(0)
    if wrong is None or base is None:
        return None
    return "fine", {"wrong": wrong, "base": base}
