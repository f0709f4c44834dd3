"""How people ask for questions to practise with, and how they answer them."""

import re
import unicodedata

from nlp.slots.numerals import CHINESE, read_number

LONGEST = 24
MOST = 20

POLITE = "(?:请|麻烦|帮我|给我|我要|我想|想|可以|能不能|现在|再|开始)*"
END = "(?:吧|了|啊|哦|呢|吗|谢谢)*"
NUMBER = f"(?:\\d{{1,2}}|[{CHINESE}]{{1,3}}|几)"
QUESTIONS = "(?:练习题|选择题|考试题|考题|真题|试题|题目|题)"
# 练题, 来十道题, 再做5道商标的题, 刷专利法的题
STARTS = re.compile(
    f"{POLITE}(?:练习|练练|练|刷|做|来|出)(?:一下|一些|点)?(?:(?P<count>{NUMBER})[道个])?(?P<about>[^,。;]{{0,14}}?)的?{QUESTIONS}{END}"
    f"|{POLITE}(?:练习|考考我|题库|再来一组|再来(?P<again>{NUMBER})道){END}"
)
# 有没有专利代理师考试的题可以练: a wish in a longer sentence.
WISHES = re.compile("(?:练|刷|做).{0,12}题|题.{0,6}(?:练|刷|做)")
OTHER_QUESTIONS = re.compile("[问课主标难专话]题")
GENERAL = re.compile("(?:专利|全国)?(?:代理师|代理人|专代|资格|考试|真|模拟|知识产权|专利|一些|几|的)*")
CONTINUES = re.compile(f"{POLITE}(?:继续|接着|回到|回去)(?:练习?|刷|做|答)?(?:练?题|刚才的题)?{END}")
# Means the questions whatever else is going on.
RESUMES = re.compile(f"{POLITE}(?:继续|接着|回到|回去)(?:练习?|刷|做|答)(?:刚才的)?题{END}")
LEAVES = re.compile(
    "(?:算了|退出|不练了|不做了|不刷了|先不练了|结束(?:练题|练习|刷题)?|先?(?:练|做)?到这(?:里|儿)?|停|够了)(?:吧|了)*"
)
PASSES = re.compile("(?:不会|不知道|不懂|跳过|过|下一题|不会做|看答案|pass)(?:吧|了|啊)*", re.IGNORECASE)
BOOK = re.compile(f"{POLITE}(?:看看?|打开|查看?)?(?:我的)?错题(?:本|集|库)?(?:有(?:哪些|多少))?{END}")
REVIEWS = re.compile(f"{POLITE}(?:练习|练练|练|刷|做|复习|重做)(?:一下)?(?:我的)?错题(?:本)?{END}")
PROGRESS = re.compile(
    f"{POLITE}(?:看看?|查看?)?(?:我的)?(?:练题|刷题|做题|练习|学习|考试)(?:的)?(?:进度|成绩|情况|记录){END}|(?:题)?(?:练|学|掌握)得怎么样{END}"
)
MOCK = re.compile(f"{POLITE}(?:来一?[次套份场]|做一?[次套份]|参加)?(?:模拟考试?|模拟卷|模考|仿真考试?){END}")
BOARD = re.compile(f"{POLITE}(?:看看?)?(?:练题|刷题|做题)?(?:排行榜|榜单|排名){END}")
JOINS_BOARD = re.compile(f"{POLITE}(?:加入|上|参加)(?:练题|刷题)?(?:排行榜|榜单){END}")
LEAVES_BOARD = re.compile(f"{POLITE}(?:退出|离开|下)(?:练题|刷题)?(?:排行榜|榜单){END}")
ALL = re.compile("(?:全选|都选|全对|都对|全部都?对|都是对的|四个都?[选对])(?:吧|了)*")
LETTERS = re.compile(
    r"(?:我)?(?:觉得|认为|猜)?(?:应该)?(?:选择?|答案?是?|是|填)?:?\s*(?P<letters>[A-F](?:[\s,,、和与跟及/.+&;]*[A-F])*)\s*(?:项|选项)?(?:吧|对|都对|是对的|正确|都选|。|\.|啊|呢)*"
)


def read_letters(text: str, offered: str) -> str | None:
    """The letters of an answer in any spelling (AC, a c, 选A和C, 全选), "" for one passed over, None for no answer."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    if ALL.fullmatch(plain):
        return offered
    if PASSES.fullmatch(plain):
        return ""
    match = LETTERS.fullmatch(plain)
    if match is None:
        return None
    said = re.sub("[^A-F]", "", match["letters"])
    return "".join(sorted(set(said))) if set(said) <= set(offered) else None


def read_count(said: str | None, usual: int) -> int:
    """十道, 5道; 几道 is as many as usual."""
    number = read_number(said) if said and said != "几" else None
    return min(max(int(number), 1), MOST) if number else usual
