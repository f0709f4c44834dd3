"""A question that leans on the one before it: 那外观呢, 要多久, 过了期还能宽限多久 (after 商标快到期了)."""

import re
from collections.abc import Sequence

LONGEST_FOLLOW_UP = 24
LONGEST_SUBSTITUTE = 16
LONGEST_PREVIOUS = 60
# So far back a question may lean on what was said, and so long what is said together may be.
TURNS_BACK, LONGEST_STORY = 3, 120
AND_WHAT_ABOUT = re.compile(r"^那?(?:么|如果是|要是)?(?P<what>.{1,10}?)呢[??]?$")
SHORT_QUESTION = re.compile(
    r"^那?(?:一般|大概|要|需要|得|总共)*(?:多少钱|花多少钱|费用|多久|几天|几年|多长时间|什么材料|哪些材料|材料|什么条件|条件|怎么办|怎么办理|"
    r"流程|能续吗|怎么算|从(?:哪[天年]|什么时候|何时)(?:开始)?算(?:起)?|要钱|在哪办|去哪办|找谁办|截止|期限)[呢吗??]*$"
)
# What a question asks for, taken off to put another in its place.
ASKED_FOR = re.compile(
    r"(?:一般|大概|要|需要|得)*(?:多少钱|多少年|几年|几个月|几天|多久|多长时间|什么材料|哪些材料|什么条件|怎么办理?|怎么走|怎么缴|怎么交|流程|"
    r"在哪办|吗|呢|[??])+$"
)
# Words that exclude each other: 那实用新型呢 puts one in the place of another.
ALTERNATIVES = (
    re.compile("外观设计专利|外观设计|外观专利|外观|实用新型专利|实用新型|发明专利|发明(?!人)"),
    re.compile("商标|专利|软件著作权|软著|著作权|版权"),
    re.compile("转让|转给|过户|卖给|许可|授权给|质押"),
)
# A turn that asks; one that only tells gives no question in which something could be put in another's place.
ASKS = re.compile(r"[吗么呢??]|什么|啥|怎么|咋|如何|多少|几|多久|多长|哪|能不能|可不可以|要不要|算不算|是不是|行不|不$")
# 我是2020年5月申请的, after a question of how long something is protected (which asks 您的是哪年申请的).
FILED = re.compile(
    r"^(?:那|我们?|咱们?|是|的|要是|如果|这件|应该|就是)*(?P<when>(?:19|20)\d{2}年(?:\d{1,2}月份?)?(?:\d{1,2}[日号])?)(?:[初底])?(?:才|就)?"
    r"(?:申请|提交|报|递交)?(?:的|呢|吧|啊|[??])*$"
)
OF_TERM = re.compile("保护|有效期|到期|能用")
KIND_SAID = re.compile("外观|实用新型|发明(?!人)")
# 不是广州,是佛山; 说错了,是2021年: what holds instead of what was said before.
CORRECTION = re.compile(
    r"^(?:不好意思|抱歉|哦|啊|[,,、 ])*(?:(?:我)?(?:刚才|刚)?(?:说|写|打|弄|搞)错了?|不对|错了|不是[^,,。;;]{1,10})"
    r"[,,。;; ]*(?:应该|我|要)?(?:是|要)(?P<value>[^,,。;;??!]{1,16}?)(?:的?[吧啊呀])?[。.!]*$"
)
# 单位没规定呢 tells a case, and names nothing that could be put in another's place.
TELLS_A_CASE = re.compile("[没不未]")
# Words that point back.
POINTS_BACK = re.compile(
    r"^(?:那|要是|如果|万一|假如|它|这|过了|从|还|又|再|然后|之后|对方|不|没|必须|一定)|它|这个|那个|上面|刚才|这样|这种情况"
)


# What a question of our field is about; one that names none of it is about what was said before.
SUBJECT = re.compile(
    "专利|发明|实用新型|实新|外观|商标|牌子|品牌|著作权|版权|软著|软件|作品|商业秘密|技术秘密|商业机密|配方|客户名单|布图|植物新品种|不正当竞争|"
    "质押|竞业|欠款|货款|账款|技术合同|海关|加盟|高企|补贴|贴息"
)

# Kinds of right as people call them; 软著 and 版权 are one.
RIGHTS = {
    "patent": re.compile("专利|实用新型|外观"),
    "trademark": re.compile("商标|牌子"),
    "copyright": re.compile("软著|软件|著作权|版权"),
    "secret": re.compile("商业秘密|技术秘密"),
    "layout": re.compile("布图"),
}
GREETING = re.compile("(?:你好|您好|在吗|在不在|哈喽|谢谢|好的?|嗯+|哦+|知道了|明白了?)[啊呀吗,。!!]*")


def substituted(text: str, previous: str) -> str | None:
    """The whole question where one thing of the previous one is changed, None where `text` is no such short form."""
    said = text.strip(" 。.!")
    if len(said) > LONGEST_SUBSTITUTE or len(previous) > LONGEST_PREVIOUS:
        return None
    if (filed := FILED.match(said)) and OF_TERM.search(previous) and (kind := KIND_SAID.search(previous)):
        return f"{filed['when']}申请的{kind[0]}专利保护到什么时候"
    match = AND_WHAT_ABOUT.match(said)
    if match and not SHORT_QUESTION.match(said) and not TELLS_A_CASE.search(match["what"]):
        return with_alternative(previous, match["what"])
    if SHORT_QUESTION.match(said):
        return ASKED_FOR.sub("", previous) + said.removeprefix("那")
    return None


def corrected(text: str) -> str | None:
    """What a correction puts in the place of what was said (不是广州,是佛山: 佛山); None where it corrects nothing."""
    match = CORRECTION.match(text.strip())
    return match["value"] if match else None


def with_alternative(previous: str, what: str) -> str | None:
    """The question before about `what` instead of what it was about; None where nothing was asked."""
    for group in ALTERNATIVES:
        if group.fullmatch(what) and group.search(previous):
            return group.sub(what, previous, count=1)
    return f"{what}{previous}" if ASKS.search(previous) else None


def in_context(text: str, history: Sequence[str]) -> tuple[str, ...]:
    """The wordings to try, the likelier first: alone, or together with what the same user said before."""
    previous = history[-1].strip() if history else ""
    if not previous or len(text) > LONGEST_FOLLOW_UP:
        return (text,)
    near, far = _story(history), _story(history, past_subject=True)
    whole = _substituted_in_story(text, previous, far)
    if whole is not None:
        return (whole, f"{far} {text}")
    told = dict.fromkeys(f"{story} {text}" for story in (near, far) if not _of_other_right(text, story))
    return (*told, text) if leans_back(text) else (text, *told)


def leans_back(text: str) -> bool:
    """Whether a question points back, or names nothing of our field: what it is about was said before."""
    return points_back(text) or not SUBJECT.search(text)


def points_back(text: str) -> bool:
    """Whether a sentence says in so many words that it goes on: 那…, 他…, 如果…."""
    return bool(POINTS_BACK.search(text))


def _substituted_in_story(text: str, previous: str, story: str) -> str | None:
    """The question before changed in one thing; where that thing was named a turn earlier, with that turn."""
    match = AND_WHAT_ABOUT.match(text.strip(" 。.!"))
    if match is None or story == previous:
        return substituted(text, previous)
    for group in ALTERNATIVES:
        if group.fullmatch(match["what"]) and not group.search(previous) and group.search(story):
            return group.sub(match["what"], story, count=1)
    return substituted(text, previous)


def _story(history: Sequence[str], *, past_subject: bool = False) -> str:
    """What was said last and before it: as far as the turn that names the subject, or past it.

    A question about another kind of right was a story of its own.
    """
    story = ""
    for turn in reversed(history[-TURNS_BACK:]):
        said = turn.strip()[-LONGEST_PREVIOUS:]
        if story and (len(story) + len(said) > LONGEST_STORY or GREETING.fullmatch(said) or _is_other(said, story)):
            break
        story = f"{said} {story}".strip()
        if SUBJECT.search(story) and not past_subject:
            return story
    return story


def _is_other(earlier: str, story: str) -> bool:
    """Whether an earlier turn asked about another kind of right than the story is about."""
    return bool(ASKS.search(earlier)) and _of_other_right(earlier, story)


def _of_other_right(text: str, story: str) -> bool:
    """Whether both name kinds of right, and none that is the same."""
    kinds, others = _rights(text), _rights(story)
    return bool(kinds and others and not kinds & others)


def _rights(text: str) -> set[str]:
    return {name for name, words in RIGHTS.items() if words.search(text)}
