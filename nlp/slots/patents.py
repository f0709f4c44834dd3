"""What is said of patents by fixed words: symbols of the classification, kind, status, trade mode, kind of right."""

import re
from itertools import pairwise

from nlp.slots.scan import Found

IPC = re.compile(
    r"(?<![A-Za-z0-9])(?P<subclass>[A-Ha-h](?:0[1-9]|[1-9]\d)[A-Za-z])(?:\s*(?P<group>\d{1,4})\s*/\s*(?P<subgroup>\d{2,6})|(?P<main>\d{1,3})(?![\d年月件个]))?(?![A-Za-z0-9])"
)
IPC_CLASS = re.compile(
    r"(?:IPC|ipc|分类号?|大类|小类)\s*(?:是|为|号|:)?\s*(?P<symbol>[A-Ha-h](?:0[1-9]|[1-9]\d))(?![A-Za-z0-9])"
)

KINDS = (
    ("utility_model", re.compile(r"实用新型(?:专利)?|(?:(?<![一-鿿])|(?<=的))新型专利(?=$|[\s,。;|])|实新(?=专利|的)")),
    ("design", re.compile(r"外观(?:设计)?(?:专利)?(?!检测|缺陷|检查|质量|不良)")),
    ("invention", re.compile(r"发明专利|(?<!谁)发明(?!人|者|家|了|创造|权)(?:类)?")),
)
STATUSES = (
    (
        "pending",
        re.compile(
            r"(?:正|还|仍|尚)?在审查(?:中|阶段|当中)?|(?:还|正)?(?:处于|在)?(?:实质)?审查(?:阶段|状态|过程)[中里]?|审查中|审中|在审|实审中?|审核中|未授权|还没授权|尚未授权|没授权|(?:还)?没(?:有)?(?:下证|拿证|批下来|获批|批|下来)(?=的|[\s,。|]|$)|(?:还|正)?在?排队等?审查?|(?:还)?审着|待审|公开未授权|申请中"
        ),
    ),
    ("invalidated", re.compile(r"(?:已经?|被|全部|部分)?(?:被)?(?:宣告)?无效(?:掉|了)?(?:的)?(?!宣告|程序|请求)")),
    (
        "active",
        re.compile(
            r"(?:还|仍然?|依[然旧]|一直|正常|继续|现行|维持|目前|现在)?(?:是)?(?<![没再])有效(?!期|率|成分|性|果|载荷|地|防|提|降|减|力)|维持中|(?:未|(?<!有)没有?|还没)(?:过期|失效|到期|终止)|(?:还|仍|正)?(?:处于?)?在?(?:专利)?保护期(?:内|里|之内|以内|没过|没到|未满)|在保护期|(?:还|仍|正)?在有效期内?|(?:专利)?权(?:利)?(?:还|仍|都还)(?:在|有)(?!审)|(?:还|仍)(?:受|在)(?:着)?保护(?:中|着)?|(?:还|仍)?(?:活着|活的)(?=的|专利)|存续|(?<![所没使无])有权(?=的|专利|状态|$|[\s,|])"
        ),
    ),
    (
        "lapsed",
        re.compile(
            r"(?:因|由于|因为)?(?:没人?|未|不|忘了?|断了?|停止?|欠)(?:再|按时|续|及时)?[交缴]纳?(?:专利)?年费(?:而|就|被)?(?:失效|终止|作废|失权|过期)?(?:掉|了)?|断缴|停缴"
            r"|(?:已经?|都)?(?:过|超过?|超出|满)(?:了|完)?(?:专利)?保护期限?(?:了)?|(?:专利)?保护期限?(?:已经?|都)?(?:过|满|到|结束|届满|到期)(?:了|的)"
            r"|(?:已经?)?(?:失去|丧失|没有?|无)(?:法律)?效力?了?(?=的|$|[\s,|])|(?:已经?)?不再?有效(?:了)?(?!率)"
            r"|(?:专利)?权利?(?:已经?|都)?(?:没了|没有了|丧失|不在|灭失)(?:了)?|(?:已经?)?不再?(?:受|被)保护(?:了)?|(?:死掉|死了|挂了|黄了)(?=的)"
            r"|(?:专利权|权利)?(?:已经?|都)?(?:失效|过期|到期|终止|作废|失权|届满)(?:掉|了)?|无权(?=的|专利|状态|$|[\s,|])"
        ),
    ),
    (
        "rejected",
        re.compile(
            r"(?:已经?|被|遭到?|惨?遭)*驳(?:回|了)(?:了|掉)?(?!复)|审查[没未](?:能|有)?(?:通过|过)了?"
            r"|(?:审查)?没(?:能|有)?通过(?:审查)?(?=的|$)|(?:审查)?未通过(?:审查)?(?=的|$)|被拒(?:绝)?(?:授权|了)?(?=的)"
        ),
    ),
    ("withdrawn", re.compile(r"(?:已经?|被|视为|主动|自己)*撤(?:回|了|掉)(?:了)?|视撤")),
    (
        "granted",
        re.compile(
            r"(?:已经?|获得?|被|拿到|取得|得到)*授权(?!费|方|书|委托|使用|给|我)(?:了)?(?:的)?|已?获批|(?:已经?)?批(?:下来|准)了?(?=的|$)|授了权|拿到?证书?了?(?=的)|下证了?(?=的)"
        ),
    ),
)
# 还有效吗 asks about one patent and filters nothing
STATUS_ASKED = re.compile(r"(?:还|是否|是不是|有没有|会不会|能不能|能否|多久|什么时候|何时|怎么|为什么|被).{0,3}$")
TRADE_MODES = (
    ("open_licence", re.compile(r"开放许可")),
    ("pledge", re.compile(r"质押")),
    ("equity", re.compile(r"作价入股|技术入股|专利入股|知识产权入股|作价投资|入股|作价出资")),
    ("licence", re.compile(r"(?:独占|排他|普通|独家|交叉)?(?:许可|授权(?:使用|给))(?!证|备案)")),
    (
        "transfer",
        re.compile(r"转让|出售|出让|卖(?:掉|给|出|了)?|转手|(?<!大)出手|放[售卖]|转掉|变现|脱手|在[卖售]|买断"),
    ),
)
RIGHTS = (
    ("copyright", re.compile(r"软件?著(?:作权)?|著作权|版权|软著")),
    ("trademark", re.compile(r"商标|牌子|logo|品牌名")),
    ("patent", re.compile(r"专利|实用新型|外观设计|发明")),
)
EXCLUDE_BEFORE = re.compile(
    r"(?:不(?:要|含|包括|包含|看|想看?到|考虑|要看|想要|想看|需要|用|考虑|是)|除[了开去]?|排除|去掉|去除|剔除|剔掉|踢掉|筛掉|拿掉|删掉|撇开|刨开|抛开|跳过|忽略|不(?:在|属于)|别(?:要|看|给我看?|列|算)|非|过滤掉?|刨[除掉去]|扣除)"
    r"\s*(?:掉|那些|这些|所有|任何)?(?:已经?)?"
    # 不要美的和格力的
    r"(?:[^\s,。;不除]{1,8}(?:[和跟、或及与]|还有|以及))?$"
)
EXCLUDE_AFTER = re.compile(
    r"(?:(?:以外|之外|外(?=的))|(?:申请|持有|名下|公司|企业|那边|那些|这些|专利|的|产品){0,4}(?:我们?)?(?:都|就|也|全|统统|一律|一概|通通|先)?(?:给我|帮我)?"
    r"(?:不要了?|除外|不算|去掉|去除|剔除|剔掉|剔出去?|不在(?:考虑)?范围(?:之?内)?|不在考虑之列|排除|刨除|刨掉|扣除|扣掉|踢掉|踢出去|筛掉|拿掉|删掉|删除|划掉|滤掉|撇开|跳过|略过|忽略|过滤掉?|不想?看了?|不考虑|不需要|没兴趣|不用|不列|不含|不包括|(?:就)?算了|(?:就)?免了|别(?:列|要|给|看|显示|算|放|出现)))"
)


TOGETHER = re.compile(r"(?:专利)?\s*(?:[和跟与及或、/]|以及|还有|或者)\s*")


# 深圳 in 深圳和东莞的不要
JOINED_AND_EXCLUDED = re.compile(rf"(?:[和跟、或及与]|还有|以及)[^\s,。;]{{1,6}}?{EXCLUDE_AFTER.pattern}")
IPC_TAIL = re.compile(
    r"(?:[这那](?:一|个|一个)?|一)(?:分类号?|小类|大类|类)(?:里面?|下面?|之?[中内])?|(?:下面|里面|底下|之下)"
)


def find_ipc(text: str) -> Found | None:
    """A symbol in upper case, as short as said."""
    match = IPC.search(text)
    if match:
        symbol = match["subclass"].upper()
        if match["group"]:
            symbol += f" {match['group']}/{match['subgroup']}"
        elif match["main"]:
            symbol += f" {int(match['main'])}"
        lead = re.search(r"(?:(?:国际|专利|主){0,3}分类号?|IPC|ipc)\s*(?:是|为|号|:)?\s*$", text[: match.start()])
        tail = IPC_TAIL.match(text, match.end())
        return Found(lead.start() if lead else match.start(), tail.end() if tail else match.end(), symbol)
    match = IPC_CLASS.search(text)
    return Found(match.start(), match.end(), match["symbol"].upper()) if match else None


def find_kinds(text: str) -> list[Found]:
    """Kinds in the order of the text, without overlap."""
    return _first_wins(text, KINDS)


def named_together(text: str, found: list[Found]) -> list[str]:
    """发明和实用新型: the first value and those that a conjunction joins to it."""
    values = [found[0].value] if found else []
    for one, other in pairwise(found):
        if not TOGETHER.fullmatch(text[one.end : other.start]):
            break
        values.append(other.value)
    return list(dict.fromkeys(values))


def find_statuses(text: str) -> list[Found]:
    """Legal statuses in the order of the text; those that are asked for, not filtered by, are left out."""
    return [
        found
        for found in _first_wins(text, STATUSES)
        if (text.startswith("的", found.end) or not STATUS_ASKED.search(text[: found.start]))
        and not re.match(r"(?:了)?(?:吗|么|没有|没|\?)", text[found.end :])
    ]


def find_trade_modes(text: str) -> list[Found]:
    """Ways of trade in the order of the text; what is negated (不是卖) is left out."""
    return [
        found
        for found in _first_wins(text, TRADE_MODES)
        if not re.search(r"(?:不是|不想|不要|不|别|不打算|不用)(?:要|想|再)?\s*$", text[: found.start])
    ]


def find_rights(text: str) -> list[Found]:
    """Kinds of right in the order of the text."""
    return _first_wins(text, RIGHTS)


def excluded_span(text: str, found: Found) -> tuple[int, int] | None:
    """The stretch with its negation where `found` must not be (不要外观), else None."""
    before = EXCLUDE_BEFORE.search(text[: found.start])
    after = EXCLUDE_AFTER.match(text, found.end)
    if not after and JOINED_AND_EXCLUDED.match(text, found.end):
        return (before.start() if before else found.start), found.end
    if (
        after
        and re.match(r".{0,2}(?:不要脸|不用)", after[0])
        and "不用" in after[0]
        and re.match(r"[^\s,。给看列了]", text[after.end() :])
    ):
        after = None
    if not before and not after:
        return None
    return (before.start() if before else found.start), (after.end() if after else found.end)


def _first_wins(text: str, patterns: tuple[tuple[str, re.Pattern[str]], ...]) -> list[Found]:
    """Matches of all patterns; where two overlap, the pattern that is listed first."""
    taken: list[Found] = []
    for value, pattern in patterns:
        for match in pattern.finditer(text):
            if all(match.end() <= other.start or match.start() >= other.end for other in taken):
                taken.append(Found(match.start(), match.end(), value))
    return sorted(taken, key=lambda found: found.start)
