"""Full administrative names taken apart: province, city, district. Places in speech are another module's."""

import re

PROVINCE_NAMES = (
    "北京市 天津市 上海市 重庆市 河北省 山西省 辽宁省 吉林省 黑龙江省 江苏省 浙江省 安徽省 福建省 江西省 山东省"
    " 河南省 湖北省 湖南省 广东省 海南省 四川省 贵州省 云南省 陕西省 甘肃省 青海省 台湾省"
    " 内蒙古自治区 广西壮族自治区 西藏自治区 宁夏回族自治区 新疆维吾尔自治区 香港特别行政区 澳门特别行政区"
)
PROVINCE = re.compile(PROVINCE_NAMES.replace(" ", "|"))
CITY = re.compile(r"[一-鿿]{1,10}?(?:自治州|地区|市|盟)")
DISTRICT = re.compile(r"[一-鿿]{1,12}?(?:自治县|自治旗|林区|特区|区|县|市|旗)")


def split_region(address: str) -> list[str]:
    """`广东省广州市南沙区某路1号` → its three parts; as many as can be told for sure, none for a foreign address."""
    text = re.sub(r"^[\d\s]+", "", address.strip()).removeprefix("中国")
    province = PROVINCE.match(text)
    if province is None:
        return []
    parts, rest = [province[0]], text[province.end() :]
    city = CITY.match(rest)
    if city is not None:
        parts.append(city[0])
        rest = rest[city.end() :]
    # A district stands below a city, or straight below one of the four municipalities.
    district = DISTRICT.match(rest) if city is not None or province[0].endswith("市") else None
    if district is not None:
        parts.append(district[0])
    return parts


def region_levels(region: str) -> list[str]:
    """Each level as a full name, the widest first: 广东省, 广东省广州市, 广东省广州市南沙区."""
    parts = split_region(region)
    levels = ["".join(parts[: count + 1]) for count in range(len(parts))]
    return levels if levels and levels[-1] == region else [*levels, region]
