"""Whether somebody says that he himself is accused of infringing: sued, warned, complained of, taken off a platform."""

import re

from nlp.scope import COUNTRIES

ME = r"(?:我|咱|俺|本公司|本店)"
WRONG = r"(?:侵权|侵犯|侵害|抄|仿|盗|冒|山寨|剽窃)"
# What is said of me: 说我侵权, 告我们抄他. 告诉我 and 告我一声 accuse nobody; 被 turns it round (说我的专利被人侵权).
SAYS = r"(?:说|告|起诉|控告|(?<!告)诉|投诉|举报|指控|认定|判|警告|指责|咬定|赖)(?:了|过|是)?"
HE_DOES = rf"(?:他|她|别人|人家|对方|有人)们?(?:在|也|都|又)?{WRONG}"
SAID_OF_ME = re.compile(rf"{SAYS}{ME}(?:(?!被|{HE_DOES})[^,。;!?]){{0,14}}?{WRONG}")
SUES_ME = re.compile(
    rf"(?:要|想|把|去|恶意|又|还)?(?:告|起诉|控告|投诉|举报)(?:了|过)?{ME}(?:们|家|方|司|公司|厂|店|的店|的?产品|的?链接)*(?:了|啦|吧|[,。\s]|$)"
)
SUED = re.compile(
    rf"(?:^|[\s,。;!?]|{ME}[^,。;!?\s]{{0,10}}|店|链接|商品|产品|货|图|软件|字体|是|会上|[网台场]上|边|现在|刚|[昨今]天|又|已经)被(?!(?:我|咱|俺))[^,。;!?\s被]{{0,12}}?"
    r"(?:告(?!知|诉|白)|起诉|控告|投诉|举报|索赔|警告|发函|发律师函|说侵权|判侵权)"
)
DEFENDANT = re.compile(rf"{ME}(?:们|公司)?(?:是|成了?|当了?|作为)被告|被列为被告")
LETTER = r"(?:律师函|传票|起诉状|起诉书|应诉通知|侵权(?:通知|警告)|警告函|侵权函)"
LETTER_CAME = re.compile(
    rf"(?:收到|接到|来了|寄来)(?:了)?(?:(?!我的|我们的)[^,。;!?]){{0,10}}?{LETTER}"
    rf"|(?:对方|他们?|人家|有人|别人|同行|对手|对面|公司|律所|律师|厂家?|法院)[^,。;!?\s]{{0,4}}(?:给{ME}们?(?:发|寄|来)|(?:发|寄|来)[^,。;!?\s]{{0,4}}{LETTER}[^,。;!?\s]{{0,2}}给{ME})"
)
TAKEN_DOWN = re.compile(
    rf"{WRONG}(?!的?(?:链接|店|商品|产品))[^,。;!?帮请]{{0,8}}[,\s]?把?{ME}?们?的?(?:店铺?|链接|商品|产品)(?:也|都|给|就|被)*(?:下架|封|删|屏蔽|断开)"
)
# Another is the one who got it, it has not happened, or it is about the life of a patent.
ANOTHER = re.compile(r"(?:对方|他们?|她|人家|对手|同行|侵权方|侵权人)(?:也|已经|都|刚|昨天|说)?(?:被|收到|接到)")
NOT_SO = re.compile(
    r"(?:没有?|未|不是已经|怕|担心|以免|免得|避免|防止|万一|如果|要是|假如|会不会|要不要|能不能|可不可以|算不算)[^,。;!?\s]{0,6}?(?:被|收到|接到|告|说我)"
)
OF_VALIDITY = re.compile("无效")
INFRINGES = re.compile("侵权|侵犯|侵害|抄袭|仿冒|假冒")

# What to do, or for help, and nothing more particular.
ASKS_GENERALLY = re.compile(
    "怎么(?:办|应对|处理|应诉|回|弄|整|搞)|咋(?:办|应对|处理|回|弄|整)|该(?:怎么)?做什么|抗辩|应诉|求助|帮"
)

ABROAD = re.compile(rf"{COUNTRIES.pattern}|海外|国外|境外|337")
IN_COURT = re.compile("法院|传票|起诉|应诉|律师函|被告|告了|告我")
ON_A_PLATFORM = re.compile("平台|店|链接|下架|淘宝|天猫|京东|拼多多|抖音|快手|亚马逊|小红书|1688|速卖通")
RIGHTS = (
    ("trademark", re.compile("商标|招牌|牌子|品牌|logo", re.IGNORECASE)),
    ("copyright", re.compile("著作权|版权|软件|软著|字体|图片|配图|照片|插画|音乐|视频|文章|小说|盗图")),
)


def accused_of(text: str) -> str | None:
    """What the speaker is accused of: infringing a patent, trademark or copyright, on a platform, or abroad.

    None where he is not. Where no right is named it is a patent, by far the most frequent matter here.
    """
    if not _is_accused(text):
        return None
    if ABROAD.search(text):
        return "abroad"
    if ON_A_PLATFORM.search(text) and not IN_COURT.search(text):
        return "platform"
    return next((name for name, words in RIGHTS if words.search(text)), "patent")


def _is_accused(text: str) -> bool:
    if ANOTHER.search(text) or NOT_SO.search(text) or (OF_VALIDITY.search(text) and not INFRINGES.search(text)):
        return False
    return any(each.search(text) for each in (SAID_OF_ME, SUES_ME, SUED, DEFENDANT, LETTER_CAME, TAKEN_DOWN))
