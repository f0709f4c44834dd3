"""How owners speak of saved searches, in plain sentences of at most LONGEST characters."""

import re

from nlp.slots.numerals import CHINESE, read_number

LONGEST = 24

POLITE = "(?:请|麻烦|帮我|给我|替我|我要|我想|可以|能不能)*"
END = "(?:吧|了|啊|哦|呢|吗|可以吗|行吗|谢谢)*"
SEARCH = "(?:(?:专利)?(?:检索|搜索|查询|查找)(?:条件|结果|式)?|条件)"
THIS = f"(?:(?:这个|这次|这条|刚才|刚刚|上面|上一个|上一次|上次|现在|当前)的?)?{SEARCH}"
DOWN = "(?:一下|下来|起来|下|好)*"
KEEP = f"(?:保存|收藏|存|记){DOWN}"
# 保存这个检索, 把刚才的搜索收藏一下, 这次检索帮我存下来
SAVES = re.compile(
    f"{POLITE}{KEEP}{THIS}{END}|{POLITE}[把将]{THIS}{POLITE}{KEEP}{END}|{THIS}{POLITE}(?:保存|收藏|存(?=一下|下|起)){DOWN}{END}"
)
# Only where a list has just been shown: alone they may mean anything.
SAVES_IN_A_WORD = re.compile(f"{POLITE}(?:保存|收藏){DOWN}(?:这个)?{END}")
BEFORE = "(?:之前|以前|上次|已经)?"
KEPT = f"{BEFORE}(?:保存|收藏|存)(?:过|了|下来?)?"
# 我保存的, 保存过的, 我存了哪些, 我的; 保存 alone is the wish to save.
MINE = f"(?:我们?{KEPT}(?:的|(?:哪|什么|几)[些个]?)?|我们?的{KEPT}的|{KEPT}(?:的|(?:哪|几)[些个])|我们?的)"
# 我保存的检索, 看看我收藏的搜索, 我存了哪些检索
LISTS = re.compile(
    f"{POLITE}(?:看看?|查看|打开|列出|显示|找出)?(?:一下)?(?:{MINE}{SEARCH}|我的收藏夹?|检索收藏夹?)"
    f"都?(?:有(?:哪些|什么|几个)|在哪[里儿]?|列表|清单)?{END}"
)


def _item(place: int) -> str:
    number = f"第?(?P<number{place}>\\d{{1,2}}|[{CHINESE}]{{1,3}})[个条号项]?|(?P<last{place}>最后一[个条项])"
    return f"(?:{number})(?:的?(?:检索|搜索|收藏))?"


DELETE = "(?:删除?|删掉|移除|去掉|取消(?:保存|收藏)?)"
# 删除第2个, 把第二个删了; a bare number will do, since only numbers can be meant.
REMOVES = re.compile(
    f"{POLITE}(?P<verb>{DELETE})(?:一下)?(?:我?(?:保存|收藏)的)?{_item(1)}{END}"
    f"|{POLITE}[把将]?{_item(2)}(?:给我)?(?:{DELETE}|不要)掉?{END}"
)
# 删除我保存的检索, 清空收藏的搜索: which of them is not said.
REMOVES_SOME = re.compile(f"{POLITE}(?:删除?|删掉|清空|清除|取消)(?:一下)?(?:所有|全部)?{MINE}{SEARCH}{END}")
AGAIN = "(?:再|重新)*(?:查|搜|跑|看|检索|搜索|打开)(?:一下|一遍|一次|看看)*"
# 再查一下第2个, 第2个再搜一次, 第2个有新的吗
RUNS = re.compile(
    f"{POLITE}(?:{AGAIN})?{_item(1)}(?:的结果)?{END}|{POLITE}{_item(2)}{AGAIN}{END}"
    f"|{_item(3)}(?:有没有|有|多了?)(?:新的?|变化|更新|多少|几件)(?:没有)?{END}"
)
CONFIRMS = re.compile(f"(?:删除?|删掉|确认|确定|是的?|好的?|对)(?:删除?|删掉)?{END}")
KEEPS = re.compile(f"(?:先不|先别|不要|不用|不|别)删?除?{END}|(?:先|还是)?留着{END}|算了{END}")


def place_of(pattern: re.Pattern[str], plain: str) -> int | None:
    """The place in the list that a sentence names, -1 for the last; None where the pattern does not fit it."""
    match = pattern.fullmatch(plain)
    if match is None:
        return None
    named = [value for name, value in match.groupdict().items() if name.startswith("number") and value]
    return int(read_number(named[0]) or 0) if named else -1
