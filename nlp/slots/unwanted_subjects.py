"""A subject to leave out of a list, said in a clause of its own: 锂电的不要, 除了铅酸电池, 不要折叠的.

Within a clause 不要电池的遥控器 and 不含铅的焊料 say what a thing is like: those stay with the subject.
"""

import re

from nlp.slots.scan import TAKEN, Found
from nlp.slots.topics import TopicFinder

WHAT = rf"(?P<what>[^的了不除别\s{re.escape(TAKEN)}]{{2,10}}?)"
KIND = r"(?:的|类的?|用的?|方面的?|相关的?|这[类种]的?|那[类种]的?)?(?:那些|这些)?(?:专利|产品)?"
BEFORE = re.compile(
    r"(?:那|就|但|但是|我|请|先|再|其中|里面)*(?:不要|不包括|不看|不想看|不需要|不考虑|别要|别看|别列|排除|剔除|剔掉|去掉|刨除|刨掉|过滤掉?|筛掉|撇开|除了|除开)"
    rf"(?:掉|那些|这些|所有|任何)?{WHAT}{KIND}(?:以外的?|之外的?|外)?(?:都要|都行|都可以)?"
)
AFTER = re.compile(
    rf"(?:那|就|但|但是|其中|里面)*{WHAT}{KIND}(?:我们?|就|都|全|统统|一律|也|先|给我|帮我){{0,2}}"
    r"(?:不要|不看|不想看|不考虑|不需要|除外|不算|去掉|排除|剔除|剔掉|刨除|刨掉|筛掉|过滤掉?|别列|别要|别看|别算|别显示|别给我看?|算了|免了)"
    r"(?:出来|进来|进去|在内|了|吧|掉|哈|啊)*"
)
# 除了锂电的储能电池: the subject itself follows.
EXCEPT = re.compile(rf"(?:找|查|搜|看)?除[了开]{WHAT}(?:的|类的)?(?:以外的?|之外的?|外的?|的)(?=\S\S)")
CLAUSE = re.compile(r"[^\s,。;!?、]+")
# What is dropped or disliked is no subject: a condition by its name, or what somebody thinks of a patent.
NO_SUBJECT = re.compile(
    "条件|限制|要求|地区|地域|区域|地方|省份|城市|时间|日期|年份|年限|状态|类型|种类|分类|申请人|权利人|发明人|单位|全部|所有|前面|刚才|上面"
    "|重复|收费|要钱|太|最|很|贵|便宜|过期|没用|一样|相同|无关|其他|其它|别的|专利|人工|麻烦|方式|转让|许可|质押"
)


def find_unwanted(left: str, topics: TopicFinder) -> list[Found]:
    """Subjects that must not be, in the order of the text; `left` has TAKEN where another slot stands."""
    found = []
    for clause in CLAUSE.finditer(left):
        match = BEFORE.fullmatch(clause[0]) or AFTER.fullmatch(clause[0]) or EXCEPT.match(clause[0])
        if match is None or NO_SUBJECT.search(match["what"]):
            continue
        words = topics.find(match["what"], "patent_search")
        if words:
            found.append(Found(clause.start(), clause.start() + match.end(), words))
    return found
