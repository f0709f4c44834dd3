"""What a passage cannot speak for: another country's law, another place's money, one firm's affairs, the future."""

import re
from functools import cache

from nlp.lexicon import read_words
from nlp.types import PassageText

COUNTRIES = re.compile(
    "美国|日本|韩国|朝鲜|蒙古|德国|法国|英国|爱尔兰|加拿大|墨西哥|澳大利亚|澳洲|新西兰|新加坡|印度|印尼|印度尼西亚|马来西亚|马来|泰国|越南|老挝|缅甸|柬埔寨|"
    "菲律宾|文莱|巴基斯坦|孟加拉|斯里兰卡|尼泊尔|哈萨克|乌兹别克|俄罗斯|乌克兰|白俄罗斯|波兰|捷克|匈牙利|罗马尼亚|意大利|西班牙|葡萄牙|荷兰|比利时|"
    "瑞士|瑞典|挪威|丹麦|芬兰|奥地利|希腊|土耳其|以色列|沙特|阿联酋|迪拜|伊朗|伊拉克|埃及|南非|尼日利亚|肯尼亚|埃塞俄比亚|摩洛哥|巴西|阿根廷|智利|秘鲁|"
    "哥伦比亚|欧盟|欧洲|东南亚|中东|非洲|南美|拉美|中亚|香港|澳门|台湾"
)
# Help that a place gives as it likes, so that a general text cannot say how much.
LOCAL_MATTER = re.compile(r"补贴|资助|贴息|补助|奖补|补多少|扶持|奖励标准|租金|招商|招几家|电话|地址|窗口|几点|上班")
PLACE = re.compile(
    r"北京|上海|天津|重庆|(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海)省?|"
    r"内蒙古|广西|西藏|宁夏|新疆|广州|深圳|东莞|佛山|惠州|珠海|中山|青岛|济南|杭州|宁波|苏州|南京|无锡|武汉|成都|西安|长沙|郑州|合肥|厦门|福州|"
    r"大连|沈阳|南沙|海淀|浦东|仲恺|天河|南山|[\u4e00-\u9fff]{2}(?:区|县|市)(?=20|的|今年|去年|有|给|专|知|质|年)"
)
FUTURE = re.compile(r"(?:会|将|预计|预测|以后会|明年会|未来).{0,12}(?:涨|跌|变|缩短|延长|提高|降低|放开|取消|到几)")
# What a place pays for a grant: 发明专利授权奖励多少; the reward of those who made it is a firm's matter.
PLACE_REWARD = re.compile(
    r"(?:授权|登记|认定|入库|获批|下证).{0,6}奖|奖(?:励|金|补)?(?:给|发)?(?:多少|几多|几[块万千])"
)
IN_HOUSE = re.compile(
    r"员工|职工|发明人|设计人|研发人员|工程师|科技人员|技术人员|完成人|团队|老师|职务|(?:公司|单位)没|没有?(?:规定|约定)|条例"
)
FOREIGN_FACTOR = LOCAL_MONEY_FACTOR = 0.35
# 越南海关, 美国的商标法: the office or law of another country, of which no text of ours says anything.
FOREIGN_OFFICE = re.compile(
    rf"(?:{COUNTRIES.pattern})(?:的|那边的?|当地的?)?(?:海关|专利局|商标局|知识产权局|特许厅|法院|法庭|专利法|商标法|版权法|法律|政府|官方)"
)
FOREIGN_OFFICE_FACTOR = 0.2
FUTURE_FACTOR = 0.5
FIRM_FACTOR = 0.4


# Laws of one kind of right, and the words by which people mean it.
RIGHTS = (
    (re.compile("专利|实用新型|外观设计"), re.compile("专利")),
    (re.compile("商标"), re.compile("商标")),
    (re.compile("著作权|版权|软著|软件"), re.compile("著作权|软件|信息网络传播")),
)
OTHER_RIGHT_FACTOR = 0.3
# A place's own rule comes after the national one that fits about as well, unless the place is named.
EVERYWHERE, LOCAL_RULE_FACTOR = "全国", 0.85
# 河南自己的规定, 按当地条例, 浙江省里有没有要求: what a place has laid down itself is asked for.
OWN_RULE = re.compile(
    rf"(?:自己|自家|本地|当地|地方上?|省里|市里|(?:我们?|本|咱们?)[省市]|{PLACE.pattern})(?:里|这边|那边|自己|专门|出)*的?"
    r"(?:规定|条例|办法|规矩|法规|地方法|说法|标准)|按(?:着|照)?(?:当地|本地|地方|省里|市里)"
)
# So close to the best must a place's own rule come.
AS_WELL = 0.9
Found = list[tuple[PassageText, float]]


def right_factor(question: str, passage: PassageText) -> float:
    """Less than 1 where the question is about one kind of right and the law about another: no trademark damages for a
    patent."""
    asked = [laws for words, laws in RIGHTS if words.search(question)]
    if not asked or any(laws.search(passage.document) for laws in asked):
        return 1.0
    return OTHER_RIGHT_FACTOR if any(laws.search(passage.document) for _, laws in RIGHTS) else 1.0


def local_factor(question: str, passage: PassageText) -> float:
    """Less than 1 for the rule of a place that the question does not name."""
    is_named = passage.region == EVERYWHERE or passage.region.rstrip("省市区县") in question
    return 1.0 if is_named else LOCAL_RULE_FACTOR


def own_rule_first(question: str, found: Found, *, enough: float) -> Found:
    """河南自己的规定是不是还要高些: the named place's rule goes before the national one where it answers about as well.

    `found` is passages with scores, best first; the one that comes first has the best score.
    """
    if not found or not asks_own_rule(question):
        return found
    top = found[0][1]
    local = next(
        (
            each
            for each in found
            if each[1] >= max(enough, top * AS_WELL)
            and each[0].region != EVERYWHERE
            and local_factor(question, each[0]) == 1.0
        ),
        None,
    )
    return found if local is None else [(local[0], top), *(each for each in found if each is not local)]


def asks_own_rule(question: str) -> bool:
    """Whether it asks what a place has laid down itself."""
    return bool(OWN_RULE.search(question))


def scope_factor(question: str, passage: PassageText) -> float:
    """1 where the passage may answer, less where the question reaches beyond what it speaks for."""
    whole = f"{passage.region}{passage.document}{passage.label}{passage.text}"
    factor = 1.0
    if any(country not in whole for country in COUNTRIES.findall(question)):
        factor *= FOREIGN_OFFICE_FACTOR if FOREIGN_OFFICE.search(question) else FOREIGN_FACTOR
    if asks_what_a_place_pays(question) and any(place not in whole for place in PLACE.findall(question)):
        factor *= LOCAL_MONEY_FACTOR
    if _affairs_of_a_firm().search(question):
        factor *= FIRM_FACTOR
    if FUTURE.search(question):
        factor *= FUTURE_FACTOR
    return factor


def asks_what_a_place_pays(question: str) -> bool:
    """Whether it is about help that a place gives as it likes."""
    return bool(LOCAL_MATTER.search(question) or (PLACE_REWARD.search(question) and not IN_HOUSE.search(question)))


@cache
def _affairs_of_a_firm() -> re.Pattern[str]:
    """腾讯有多少件专利申请: how many, how much of a firm by name. 给华为供货多久付款 asks nothing about the firm."""
    names = "|".join(map(re.escape, read_words("known_applicants.txt")))
    return re.compile(
        rf"(?:{names})(?:公司|集团)?(?:现在|目前|去年|今年|明年|20\d\d年|一共|总共|到底)*"
        r"(?:有|持有|申请|拿|收|赚|卖|花|的|名下|手里).{0,16}(?:多少|几[件个项亿万])"
    )
