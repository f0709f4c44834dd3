"""Dialogue acts: what a sentence does to the conversation, alone or as the opening of a wish."""

import re
from dataclasses import dataclass

from nlp.slots.contacts import find_ordinal
from nlp.slots.numerals import CHINESE, read_number

# what may surround an act without changing it
PADDING = re.compile(
    r"[\s,。;!?、~…·.]+|(?:吧|啊|呀|啦|了啦|哈|哦|噢|嘛|喔|呢|咯|喽|哒|谢谢|谢了|请|麻烦|亲|嗯+(?=.))(?=$|[\s,。!?])|^(?:那|那就|嗯+|哦|请)(?=.)"
)

THIS = r"(?:这|那|它|他|上面|以上|上述)(?:个|些|样|件|条|次|一?步|里)?"
ACTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(rf"(?:{pattern})+", re.IGNORECASE))
    for name, pattern in (
        (
            "restart",
            r"(?:全部|全都|统统)?(?:重新(?:开始|来|来过|来一次|来一遍|填|弄|搞)?(?:一?[次遍]|过)?|从头(?:再)?(?:开始|来|来过|再来)?(?:一?[次遍])?|重来(?:一?[次遍])?|再来一[次遍]|重启|重置|重头(?:开始|来)?|清空|restart|reset)",
        ),
        (
            "previous_page",
            r"(?:看看?|翻到?|回到?|返回|退回|去)?(?:上|前)(?:一|1)?(?:页|批|面|屏|组)(?:看看|看下)?|往?(?:回|前)翻(?:翻|一页|页)?|翻回(?:去|来|上一页)?|退?回去|返回|(?:回|退回?)到?(?:上|前)面(?:去|看看)?|回看|前面(?:的|那页|那些)?(?:再)?(?:看看|看一下)?|previous|prev|上一?条",
        ),
        (
            "next_page",
            r"(?:看看?|翻到?|再看|来|去)?(?:下|后)(?:一|1)?(?:页|批|面|屏|组)(?:的)?(?:看看|看下|呢)?|(?:还有|有)(?:没有)?(?:更多|别的|其他|其它|剩下)?(?:的|些)?(?:吗|么|没|没有|不)?|(?:看|查看|显示|加载|来|要)?更多(?:的)?(?:结果)?(?:吗)?|继续(?:看|翻|往下|显示)?|接着(?:看|来|往下|翻)?|往(?:下|后)(?:看|翻)?(?:看|翻|一页)?|后面(?:的|呢|还有)*(?:看看|吗)?|翻页|再来(?:几|一些|点|一批|一组|\d)(?:个|条|件)?|再看(?:看)?(?:一|下一)?(?:批|页|组|些)|换一(?:批|页|组)|next|more|看看?后面(?:的|还有)*(?:什么)?",
        ),
        (
            "cancel",
            r"(?:还是)?算了|(?:先)?(?:退出|取消|放弃|终止|停止|中止|结束)(?:"
            + THIS
            + r"|流程|操作|本次|填写|申请|办理|当前|了|掉)*|(?:先|我|暂时|那)?不(?:办|弄|填|搞|做|申请|查|问|用|需要|继续|贷|搜|玩|看|想办|想弄|想填|想查|想要)了|先不(?:办|弄|填|搞|做|用|说|管)(?:这个|它)?(?:了)?|到此为止|就这样吧算了|quit|exit|cancel|停|拜拜不办了|改天再说|以后再说|下次再说|作罢",
        ),
        (
            "deny",
            r"不对|不是(?:的|"
            + THIS
            + r")*|(?:你|您)?(?:搞|弄|填|说|写|听|理解|选|输|点|看|记)?错(?:了|啦|误)?(?:的)?|不正确|不(?:行|可以|好|同意|确认|要|想要|想|用|需要|必|提交|合适|满意)(?:了|的|"
            + THIS
            + r")*|没有|没|否|no|nope|不|别|别提交|有误|有问题|换(?:一)?个|换别的|不太对|不怎么对|哪有|并不是|没说过|我?没说",
        ),
        (
            "affirm",
            r"好(?:的|呀|嘞|滴|吧|啊|了|哒)*|(?:可以|行|中|成)(?:的|啊|吧|了)*|对(?:的|头|啊|呀|了)*|是(?:的|呀|啊|滴)*|嗯(?:呐|哪|啊)?|没(?:错|问题|毛病)(?:的|了)?|正确|确(?:认|定|实)(?:提交|无误|了|一下)*|(?:就|按)?(?:是|按|照|用|要)?"
            + THIS
            + r"(?:来|办|做|的|吧|填|提交|弄)*|就(?:这么|这样|按这个|照这个|照这样)(?:办|定|来|做|弄|提交)*(?:了)?|(?:就)?(?:按|照)(?:你|您)说的(?:办|来|做)?|提交|同意|ok(?:ay)?|okk|yes|yep|1个?没错|可|要的|需要(?:的)?|当然|当然可以|必须的?|收到|明白(?:了)?|了解(?:了)?|知道了|继续提交|没意见|妥(?:了)?|无误|要得|就是(?:它|他|这样|这个|那个)?|系",
        ),
    )
)
SELECT = re.compile(
    r"(?:我)?(?:就)?(?:选择?|要|看看?|点开?|打开|查看|就|挑|展开|想看|用|发)?(?:一下)?(?P<item>.+?)(?:吧|的|呢|那个|看看|看一下|好了|行|就行|可以)*"
)
BARE_NUMBER = re.compile(rf"(?:选|看|要|选择|第|回复|点)?\s*(?P<number>\d{{1,2}}|[{CHINESE}]{{1,3}})\s*(?:号|个|条)?")
RELATIVE_ITEM = re.compile(
    r"(?:(?P<first>头一|首|最前面?的?那|最上面?的?那|最上面|第一)|(?P<last>最后|最末|末尾|最下面|倒数第一|最底下)(?:面|头)?的?(?:那|这)?(?:一)?)(?:个|条|件|项|篇|份|位)?"
)

OPENING = (
    (
        "deny",
        re.compile(
            r"^(?:不对(?:不对)?|不是(?:的|这个|这样)?(?=[\s,。!])|错了|搞错了|弄错了|说错了|不要了?(?=[\s,。!])|不行(?=[\s,。!])|不(?=[\s,。!]))[\s,。!啊呀吧]*(?=\S{3})"
        ),
    ),
    (
        "cancel",
        re.compile(
            r"^(?:还是)?(?:算了(?:吧)?|不办了|不弄了|不填了|退出|先不(?:办|弄|填|说)(?:这个)?了?)[\s,。!啊呀]*(?=\S{3})"
        ),
    ),
    (
        "affirm",
        re.compile(
            r"^(?:好的?|好吧|可以的?|行|对的?|是的|嗯+|没错|没问题|OK|ok)[\s,。!啊呀]+(?=\S{3})|^(?:好的|好吧|是的|没问题)(?=[^\s,。!]{3})",
            re.IGNORECASE,
        ),
    ),
    ("restart", re.compile(r"^(?:重新(?:开始|来)|从头来|重来)[\s,。!吧]+(?=\S{3})")),
)


@dataclass(frozen=True)
class Act:
    """The act, the place in a list for select_item, and what the sentence says beside it (empty for a bare act)."""

    name: str | None
    ordinal: int | None = None
    rest: str = ""


def find_act(text: str) -> Act:
    """The act of a plain sentence; `rest` is the whole text where there is none."""
    core = _strip(text)
    if not core or len(core) > 16:
        return _opening(text)
    ordinal = _selected(core)
    if ordinal is not None:
        return Act("select_item", ordinal)
    names = [name for name, pattern in ACTS if pattern.fullmatch(core)]
    if names:
        return Act(names[0])
    mixed = _mixed(text)
    return Act(mixed) if mixed else _opening(text)


def _strip(text: str) -> str:
    previous = None
    while previous != text:
        previous, text = text, PADDING.sub("", text)
    return text


def _mixed(text: str) -> str | None:
    """Several acts in one sentence: 不要了换一个 denies, 行 就按这个来 affirms, 算了 不办了 cancels."""
    parts = [part for part in re.split(r"[\s,。;!?、]+", text) if part]
    if not 2 <= len(parts) <= 4:
        return None
    names = []
    for part in parts:
        core = _strip(part)
        name = next((name for name, pattern in ACTS if core and pattern.fullmatch(core)), None)
        if name is None and core:
            return None
        if name:
            names.append(name)
    for strong in ("cancel", "restart", "deny", "next_page", "previous_page", "affirm"):
        if strong in names:
            return strong
    return None


def _selected(core: str) -> int | None:
    match = BARE_NUMBER.fullmatch(core)
    if match:
        number = read_number(match["number"])
        return int(number) if number and 0 < number < 100 else None
    match = SELECT.fullmatch(core)
    item = match["item"] if match else core
    relative = RELATIVE_ITEM.fullmatch(item)
    if relative:
        return 1 if relative["first"] else -1
    found = find_ordinal(item)
    if found and found.start == 0 and re.fullmatch(r"(?:那|这)?(?:个|条|件|项|篇|份|吧|的|专利)*", item[found.end :]):
        return int(found.value)
    return None


def _opening(text: str) -> Act:
    for name, pattern in OPENING:
        match = pattern.match(text)
        if match:
            return Act(name, None, text[match.end() :])
    return Act(None, None, text)
