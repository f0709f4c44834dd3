"""What a matter may be about: the topics that staff know and cases have, in words."""

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
