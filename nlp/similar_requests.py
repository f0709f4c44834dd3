"""Tells whether a sentence asks for patents like another one: 有没有类似的专利, 跟第2个差不多的还有吗."""

import re
from dataclasses import dataclass

from nlp.patent_numbers import find_numbers
from nlp.slots.contacts import find_ordinal

LONGEST = 24
SURROUNDINGS = " 。.!?!?~,,\uff01\uff1f\uff0c"
PATENT_NOUN = "专利技术|发明专利|专利|发明|实用新型|外观(?:设计)?|技术方案"
IT = rf"(?:(?:它|上面那?|刚才[那这]?|(?:这|那|上一)(?=[个件项篇])|该|[这那])[个件项篇]?(?:{PATENT_NOUN})?)"
ALIKE = "(?:(?:内容|技术|主题)?(?:比较|最|很)?(?:类似|相似|相近|相仿|近似|差不多|雷同|接近|同样?类型?))"
POLITE = (
    "(?:帮我|帮忙|给我|麻烦|请|我?想要?|我要|能不能|可以)*"
    "(?:再|还)?[看找查搜列来]?(?:推荐|[看找查搜出])?(?:一?下|几[个件条]|一?些|点)?"
)
THERE_IS = "(?:(?:库里|你们|那|另外)?[还都]?(?:有没有|有无|有什么|有哪些|有)(?:别的|其[他它]|什么|哪些|一些)?)"
REST = "[还都]?(?:有没有|有哪些|有什么|有多少|有|没有|[吗么呢吧]|看看|看一下|推荐一?下|[列找]出来)*"
REQUEST = re.compile(
    rf"{POLITE}{THERE_IS}?(?:[和跟与同像]?{IT}的?)?{THERE_IS}?{ALIKE}(?:的?(?:{PATENT_NOUN})|的)?{REST}"
    rf"|{POLITE}{THERE_IS}?像{IT}?[这那一][样种](?:的?(?:{PATENT_NOUN})|的){REST}"
)
# 差不多 and 相似 alone are an opinion, not a request.
ASKING = re.compile(rf"{PATENT_NOUN}|[找查搜看有]|的|推荐|列出")
# A question whether two things are alike: 它和第2个差不多吗.
OPINION = re.compile(rf"{ALIKE}[吗么吧呢]*$")


@dataclass(frozen=True)
class SimilarRequest:
    """A request for patents like another one. `names_patents` is false where only the talk so far can tell that
    patents are meant: 有没有类似的."""

    names_patents: bool


def read_similar_request(text: str) -> SimilarRequest | None:
    """The request that the whole sentence is; None for any other sentence."""
    plain = text.strip(SURROUNDINGS)
    numbers = find_numbers(plain)
    if len(numbers) > 1 or len(plain) > 2 * LONGEST:
        return None
    for number in numbers:
        plain = f"{plain[: number.start]}它{plain[number.end :]}"
    place = None if numbers else find_ordinal(plain)
    if place is not None:
        plain = f"{plain[: place.start]}它{plain[place.end :]}"
    plain = re.sub(r"\s", "", plain)
    if len(plain) > LONGEST or not REQUEST.fullmatch(plain) or not ASKING.search(plain):
        return None
    if OPINION.search(plain) and not re.search("[找查搜看有]", plain):
        return None
    return SimilarRequest(names_patents=bool(numbers) or re.search(PATENT_NOUN, plain) is not None)
