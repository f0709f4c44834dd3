"""The full names of provinces for the short ones that sources use."""

AUTONOMOUS = {
    "内蒙古": "内蒙古自治区",
    "广西": "广西壮族自治区",
    "西藏": "西藏自治区",
    "宁夏": "宁夏回族自治区",
    "新疆": "新疆维吾尔自治区",
    "香港": "香港特别行政区",
    "澳门": "澳门特别行政区",
}
MUNICIPALITIES = {"北京", "上海", "天津", "重庆"}
PROVINCES = {
    *("河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南"),
    *("湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾"),
}


def full_region(name: str) -> str:
    """广东省 for 广东, 北京市 for 北京; anything else as it stands."""
    plain = name.strip()
    if plain in AUTONOMOUS:
        return AUTONOMOUS[plain]
    if plain in MUNICIPALITIES:
        return plain + "市"
    return plain + "省" if plain in PROVINCES else plain
