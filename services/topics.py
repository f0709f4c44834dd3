"""What a matter may be about, and what people can do: the fields in which staff work, and talents within them."""

SKILL_NAMES = {
    "patent": "专利",
    "policy": "政策法规",
    "financing": "质押融资",
    "enforcement": "维权援助",
    "training": "培训",
    "market": "供需对接",
    "incubation": "孵化投资",
    "general": "综合",
}
# What somebody may be good at in whatever field: it says who is asked first, never who may not be asked.
TALENT_NAMES = {
    "data_mining": "专利数据挖掘",
    "layout": "专利布局",
    "brokerage": "技术经纪",
    "accounting": "财会金融",
    "management": "经营管理",
}
# The list of talents as the profession has it. Two of them are fields of ours.
TALENTS = ("data_mining", "layout", "policy", "enforcement", "brokerage", "accounting", "management")
ABILITY_NAMES = SKILL_NAMES | TALENT_NAMES
