"""How owners say on what terms they offer or seek, and what burdens a right."""

import re
from collections.abc import Sequence

from nlp.market.posts import Mode

END = "[了吧啊呀呢嘛的。.!! ]*"
# The longest names first: 独占许可 is no 许可.
MODES: tuple[tuple[re.Pattern[str], tuple[Mode, ...]], ...] = (
    (re.compile("独占(?:实施)?许可|独占授权"), (Mode.LICENCE_EXCLUSIVE,)),
    (re.compile("(?:排他|独家)(?:实施)?许可|排他授权"), (Mode.LICENCE_SOLE,)),
    (re.compile("开放许可"), (Mode.OPEN_LICENCE,)),
    (re.compile("快速许可"), (Mode.LICENCE_QUICK,)),
    (re.compile("质押"), (Mode.PLEDGE,)),
    (re.compile("作价(?:入股)?|入股|股权合作"), (Mode.EQUITY,)),
    (re.compile("普通许可|许可|授权(?:使用|给)"), (Mode.LICENCE_PLAIN,)),
    (re.compile("转让|出让|出售|卖|过户"), (Mode.TRANSFER,)),
)
ANY_MODE = re.compile(f"(?:都行|都可以|怎么都行|随便|两种都|两个都).{{0,6}}{END}")
NO_AMOUNT = re.compile(f"(?:价格|预算)?(?:面议|再谈|再说|没定|不写|不填|跳过|不限|不知道|没想好|看情况){END}")
LEAVES = re.compile(
    f"(?:算了|先?不(?:卖|挂|发|找|买|求购|转让|办|弄)了?|取消|退出|以后再(?:说|发)|下次再说|先这样)"
    f"(?:[,, ]*不?(?:卖|挂|发|找|买|办)?了?){END}"
)
SUBMITS = re.compile(f"(?:确认|确定|没问题)?[,, ]*(?:提交|交审核|交吧|交|就这样|发布|挂出去|发出去|可以|好的?){END}")
PUBLISHES_ALL_THE_SAME = re.compile(f"(?:照发|还是(?:这样)?发|就这样发|照样发|知道了?,?照?发){END}")
NEUTRAL = re.compile(f"(?:给我|帮我)?(?:改|换)(?:成|个|用)?(?:中性|别)?的?(?:说法|写法|介绍|话){END}")
LEAVES_OUT = re.compile(f"(?:去掉|删掉|删了|不要)(?:细节|参数|配方|步骤|这些)*(?:再|后)?(?:发|交)?{END}")
NAMED = re.compile(f"(?:不(?:要|用)?匿名|实名|公开(?:企业|公司)?(?:名称|名字)){END}")
HIDDEN = re.compile(f"(?:要|改成|还是)?匿名{END}")
CHANGES_MIND = re.compile("不对|不是|还是|说错|算了|改成|要不")
# 我不想让别人知道是我们公司
HIDES = re.compile(
    "(?:我们?|咱们?|可以)*(?:不想|不要|不能|不愿意?|别|怕|不希望)(?:让|被|给|叫)?(?:别人|人家|外面|同行|对手|人|他们)?(?:都)?(?:知道|看到|看见|认出|查到|晓得)"
    "(?:这?是)?(?:我们?|咱们?)?(?:的?)?(?:公司|单位|企业|家|谁|名字)?(?:的|卖的|挂的|在卖)?"
)
NONE_OF_IT = re.compile(f"(?:这?(?:些|几样)?(?:全都|都|全|什么都|一样都)?(?:没有?|无|不是|没)){END}")
BURDENS = {
    "is_pledged": "质押",
    "is_seized": "查封|保全|冻结|纠纷|官司",
    "is_licensed_exclusively": "独占|排他|独家",
    "is_state_owned": "国企|国有",
}
NOT = "(?:没有?|无|未|不是|没被|未被)(?:被|有|做过?|办过?|在)?"
PLEDGEE_AGREES = re.compile("(?:质权人|银行|对方)(?:已经?|都|书面)*同意")
CLEARED = re.compile("(?:做过?|过了?|通过了?|已经?)(?:单位)?保密审查|保密审查(?:做过|过了|通过)")
AGREE = re.compile(f"(?:都|全)?(?:同意|愿意|是|是的|对|没问题|行|可以|签了){END}")
DISAGREE = re.compile(f"(?:都|全|还)?(?:不同意|没同意|不是|没有|没|没问过?|还没|有的不同意){END}")
LONGEST_TITLE = 24


def read_modes(plain: str) -> tuple[Mode, ...]:
    """The ways that a sentence names, each stretch once; none where it names none."""
    found: list[Mode] = []
    for pattern, modes in MODES:
        if pattern.search(plain):
            found += modes
            plain = pattern.sub(" ", plain)
    if not found and ANY_MODE.fullmatch(plain.strip()):
        return (Mode.TRANSFER, Mode.LICENCE_PLAIN)
    return tuple(dict.fromkeys(found))


def read_burdens(plain: str) -> dict[str, bool]:
    """What burdens the rights; {} where the sentence says nothing of it. Whoever names some leaves the others open."""
    plain = plain.strip()
    if NONE_OF_IT.fullmatch(plain):
        return dict.fromkeys(BURDENS, False)
    found = {}
    for name, words in BURDENS.items():
        if re.search(f"{NOT}(?:{words})", plain):
            found[name] = False
        elif re.search(words, plain):
            found[name] = True
    if found.get("is_pledged") and PLEDGEE_AGREES.search(plain):
        found["pledgee_agrees"] = True
    if found.get("is_state_owned") and CLEARED.search(plain):
        found["is_cleared"] = True
    if found and re.search("其他(?:的|几样)?(?:都)?没有?|别的(?:都)?没有?", plain):
        found = dict.fromkeys(BURDENS, False) | found
    return found


def title_of(text: str, topics: Sequence[str] = ()) -> str:
    """What a technology without a name is called: what it is about, else how its text begins."""
    if topics:
        # Words of a search stand apart; in a name they stand together, except where letters would run into each other.
        return re.sub(r"(?<![A-Za-z0-9]) +| +(?![A-Za-z0-9])", "", topics[0])[:LONGEST_TITLE]
    return re.split(r"[,,。;;!?\n]", text.strip())[0][:LONGEST_TITLE]
