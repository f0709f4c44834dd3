"""A class of the International Patent Classification called by its Chinese name: 分类号是半导体器件的, 光伏组件类."""

import re

from nlp.ipc_titles import IpcTitles
from nlp.slots.scan import TAKEN, Found

NAME = rf"[^\s,。;!?:{re.escape(TAKEN)}的]"
CLASS_WORD = r"(?:分类号?|大类|小类|类别?)"
# 那一类, 这个分类里: after the name, where the sentence has spoken of classes or says so here
WITHIN = r"(?:里面?|下面?|之?[中内下]|里头)"
AFTER = rf"(?:[这那](?:一|个|一个)?{CLASS_WORD}|一{CLASS_WORD}|分类号?|小类|大类|类别)(?:{WITHIN})?"
# IPC里, 分类号是, 国际分类属于. 图像分类是… speaks of a thing: a bare 分类 stands where a sentence or its wish begins.
SYSTEM = r"(?:IPC|ipc|国际专利|国际|专利)\s*"
VERB = r"(?:是|为|属于|归[在到入]?|选|[里上中]面?|在(?!哪))"
LEAD = re.compile(
    rf"(?:(?:IPC|ipc)(?:\s*{CLASS_WORD})?|{SYSTEM}{CLASS_WORD}|分类号|(?<![^\s,。;找查搜看要下的]){CLASS_WORD})"
    rf"\s*{VERB}\s*(?P<name>{NAME}{{1,16}})"
    rf"|(?:{SYSTEM})?分类号\s*:?\s*(?P<other>{NAME}{{2,16}})"
)
# 天线这个分类下中兴的: the word for within ends the name as well as 的 does
WITHIN_END = "[里面下中内头]"
TRAIL = re.compile(rf"(?P<name>{NAME}{{2,16}}?)(?P<after>{AFTER})(?:(?<={WITHIN_END})|(?=的|\s|$|[,。;!?]))")
# 光伏组件类的有效专利, 电池类专利
SHORT_TRAIL = re.compile(rf"(?P<name>{NAME}{{1,16}})(?P<after>类)(?=(?:里面?|下面?|中)?的|专利|发明|实用新型|外观|$)")
AFTER_NAME = re.compile(rf"(?:的?(?={AFTER}))?(?:{AFTER})?(?:里面?|中)?$")
# Classes of trade marks (Nice) and designs (Locarno) are others.
OTHER_CLASSES = re.compile("商标|尼斯|洛迦诺|第\\s*\\d+\\s*类")


def find_named_class(text: str, titles: IpcTitles) -> Found | None:
    """The subclass that is named as a class, with the whole stretch that says so; None where no class is named.

    After 分类号是 and its like the nearest title counts; where 类 alone says it, only a title's own words do."""
    if OTHER_CLASSES.search(text):
        return None
    return _after_lead(text, titles) or _before_class_word(text, titles)


def _after_lead(text: str, titles: IpcTitles) -> Found | None:
    match = LEAD.search(text)
    if match is None:
        return None
    group = "name" if match["name"] else "other"
    name, end = match[group], match.end(group)
    trailing = AFTER_NAME.search(name)
    if trailing and trailing[0]:
        name = name[: trailing.start()]
    else:
        follows = re.compile(rf"的?{AFTER}").match(text, end)
        end = follows.end() if follows else end
    name = re.sub(r"专利$", "", name)
    named = titles.nearest(name) if name else None
    return Found(match.start(), end, named.code) if named else None


def _before_class_word(text: str, titles: IpcTitles) -> Found | None:
    for pattern in (TRAIL, SHORT_TRAIL):
        match = pattern.search(text)
        if match is None:
            continue
        name = match["name"]
        # What stands before the name (找, 帮我看看) is no part of it: the longest end of it that is a title.
        for start in range(len(name)):
            code = titles.exact(name[start:])
            if code is not None and len(name) - start > 1:
                return Found(match.start("name") + start, match.end("after"), code)
    return None
