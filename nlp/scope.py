"""What a passage cannot speak for: another country's law, another place's money, one firm's affairs, the future."""

import re

from nlp.types import PassageText

COUNTRIES = re.compile(
    "美国|日本|韩国|德国|法国|英国|加拿大|澳大利亚|澳洲|新加坡|印度|俄罗斯|巴西|意大利|西班牙|荷兰|瑞士|瑞典|欧盟|欧洲|越南|泰国|马来西亚|印尼|"
    "墨西哥|香港|澳门|台湾"
)
# Help that a place gives as it likes, so that a general text cannot say how much.
LOCAL_MATTER = re.compile(r"补贴|资助|贴息|补助|奖补|扶持|奖励标准|电话|地址|窗口|几点|上班")
PLACE = re.compile(
    r"北京|上海|天津|重庆|(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海)省?|"
    r"内蒙古|广西|西藏|宁夏|新疆|广州|深圳|东莞|佛山|惠州|珠海|中山|青岛|济南|杭州|宁波|苏州|南京|无锡|武汉|成都|西安|长沙|郑州|合肥|厦门|福州|"
    r"大连|沈阳|南沙|海淀|浦东|仲恺|天河|南山|[\u4e00-\u9fff]{2}(?:区|县|市)(?=20|的|今年|去年|有|给|专|知|质|年)"
)
FUTURE = re.compile(r"(?:会|将|预计|预测|以后会|明年会|未来).{0,12}(?:涨|跌|变|缩短|延长|提高|降低|放开|取消|到几)")
FOREIGN_FACTOR = LOCAL_MONEY_FACTOR = 0.35
FUTURE_FACTOR = 0.5


def scope_factor(question: str, passage: PassageText) -> float:
    """1 where the passage may answer, less where the question reaches beyond what it speaks for."""
    whole = f"{passage.region}{passage.document}{passage.label}{passage.text}"
    factor = 1.0
    if any(country not in whole for country in COUNTRIES.findall(question)):
        factor *= FOREIGN_FACTOR
    if LOCAL_MATTER.search(question) and any(place not in whole for place in PLACE.findall(question)):
        factor *= LOCAL_MONEY_FACTOR
    if FUTURE.search(question):
        factor *= FUTURE_FACTOR
    return factor
