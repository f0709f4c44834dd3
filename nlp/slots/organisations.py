"""Firms, institutions and people named in a sentence."""

import re
from dataclasses import dataclass

from nlp.lexicon import read_words
from nlp.segmenter import Segmenter
from nlp.slots.patents import excluded_span
from nlp.slots.scan import Found, Scan

FULL_NAME = re.compile(
    r"[一-鿿A-Za-z0-9()·&]{2,30}?(?:股份有限公司|有限责任公司|集团有限公司|有限公司|合作社|(?:律师|会计师|专利|商标)事务所)"
)
INSTITUTION = re.compile(
    r"中科院[一-鿿]{2,8}?所(?!有)"
    r"|[一-鿿A-Za-z]{2,14}?(?:大学|科学院|工程院|研究院|研究所|研究中心|医院|集团|学院|实验室)"
    r"(?:(?:(?![的和与跟及或在做搞申有])[一-鿿]){0,10}?(?:研究院|研究所|研究生院|学院|医院|实验室))?(?!生|城|士|排|的研究)"
)
FIRM = re.compile(r"[一-鿿A-Za-z0-9]{2,10}?(?:公司|股份|科技|实业|电子厂|机械厂)(?=的|申请|名下|有|在|$|\s)")
LEADING_FRAME = re.compile(
    r"^公司(?=\S{2})|^.*(?:帮我|帮忙|给我|替我|我们是|我是|我司是?|公司是|本公司|敝司|一下|看看|找找|查查|搜搜|检索|查询|查找|搜索|看下|查下|盯着|盯紧|监控|留意|关注|跟踪|订阅|瞅瞅|瞅一瞅|瞅下|瞅|瞧瞧|瞧|翻翻|调下|调取|调一下|叫做|名称是|名字是|名叫|名称|是|叫|找|查|搜|看|有没有|把|被|和|跟|与|在|请|想|要|用|对|由|年|月|的|了|下|以后|以前|之后|来自|限定(?:为|在|到)?|限于|里面|里头|其中|排除掉?|剔除|排掉|换成|改成|只看|只要|加上|申请人|权利人|人为|人是|权人|企业|家(?![居具电装庭用纺]))"
)
GENERIC = re.compile(
    r"^(?:我们?|俺们?|咱们?|你们?|他们?|这|那|某|本|该|贵|一|几|两|各|其他|别的|别人|人家|对方|对手|竞争|同行|哪|什么|多|小|大|高|中小|科技型|制造|外贸|初创|科技|综合|当地|本地|国内|国外|外国|省|市|区|县|国|的|知名|所有|重点|孵化)*(?:家|个|些|间)?$"
)
NAMED = re.compile(
    r"(?:申请人|专利权人|权利人|申请单位|公司名称?|企业名称?|单位名称?)(?:名称)?\s*(?:就|只)?(?:是|为|叫|:|写的?是|限定?(?:为|在|到|于)?|限制(?:为|在)?|换成|改成|改为|要|看)?\s*(?P<name>[一-鿿A-Za-z0-9()·]{2,30}?)(?=的|申请|名下|,|,|。|\s|$)"
)
# 申请人在泉州, 申请人是企业, 申请人撤回的: what is said of the applicant, not its name
NO_NAME = re.compile(
    r"[的下在都不没已未被]|(?:主动|自己)?(?:撤回|放弃|申请)|(?:企业|公司|高校|院校|大学|学校|个人|自然人|研究所|研究院|科研院所|科研机构|医院|单位|政府)(?:类|$)"
)
OWNER = re.compile(
    r"(?:监控|盯着|盯紧|盯住|盯一下|盯|留意|关注|跟踪|订阅|查一下|查询|查|搜一下|搜|找一下|找|看看|看一下)\s*(?:一下|下)?\s*(?P<name>[一-鿿A-Za-z]{2,6}?)(?:这家|那家)?(?:公司|集团|企业)(?:的|最近|有|新|申请)"
)
# 隔壁那家福兴玩具厂: pointed at and named
POINTED_AT = re.compile(r"(?:[这那]家|[这那]间|叫)\s*(?P<name>[一-鿿]{4,10}?厂)(?![家商房区里])")
WATCHED = re.compile(
    r"(?:监控|盯着|盯紧|盯住|留意|关注|跟踪|追踪|订阅)(?:一下|下)?\s*(?P<name>[一-鿿A-Za-z]{2,4})(?:的|最近|有没有|申请|有(?=新))"
)
INVENTOR = re.compile(
    r"(?:发明人|设计人|发明者)\s*(?:是|为|叫|姓名是?|:)?\s*(?P<name>[一-鿿·]{2,5}|[A-Z][a-z]+(?: [A-Z][a-z]+)+)"
)
INVENTED_BY = re.compile(
    r"(?P<name>[一-鿿]{2,4}?)(?:老师|教授|博士|先生|女士|院士|工程师)?"
    r"(?:(?:个人|自己|本人)?(?:发明|研发|设计|研制)的|(?:当|作为|做|为|是|这个|这位|这名|这)?(?:第一|主要|共同)?(?:发明人|设计人|发明者)(?:的|名下)?(?!是|叫|为))"
)
TITLES = re.compile(r"(?:老师|教授|博士|先生|女士|院士|工程师|同学)$")

SHORTEST_COOPERATIVE = 7

# What follows where a kind of applicant is meant, not a thing (企业管理软件, 医院病床).
OWNS = (
    r"类?(?:申请|持有|名下|(?:自己)?(?:研发|开发|做|搞|弄|出|报|发明|拥有))(?:的|了)?(?:专利)?"
    r"|的|专利|在(?!线)|审中|有效|失效|授权|实用新型|外观|都?不要|除外|呢|$|\s|\|"
)
# 企业申请的, 高校做的: the verb belongs to the kind of applicant.
DOES = re.compile(r"类?(?:申请人?|持有|名下|(?:自己)?(?:研发|开发|做|搞|弄|出|拥有|发明|设计)(?=的|了))")
APPLICANT_TYPES = tuple(
    (name, re.compile(pattern.replace("<OWNS>", OWNS)))
    for name, pattern in (
        (
            "university",
            r"(?:职业|高等|高职|大专|大中专|本科|理工|师范)?(?:高校|院校|学校(?=申请))"
            r"|(?:(?<![一-鿿])|(?<=\|的)|(?<=[除去])|(?<=除了)|(?<=[不只]要)|(?<=只看)|(?<=排除)|(?<=去掉))大学(?=<OWNS>)|大学(?:们|的专利)|大学里面?(?=的|做|搞|研)",
        ),
        ("institute", r"科研院所|科研机构|科研单位|研究机构|研究院所|(?:科研|研究)(?:所|院)(?=<OWNS>)|院所"),
        ("hospital", r"医院(?=<OWNS>)|医疗机构"),
        ("government", r"政府(?:部门|机关|单位)?(?=<OWNS>)|机关单位|事业单位"),
        ("individual", r"以?个人(?:名义|身份)|个人(?=<OWNS>)|自然人"),
        (
            "enterprise",
            r"(?<=\|)企(?!业)|(?<=\|)(?:企业|公司|厂家|厂商)"
            r"(?!管理|文化|信用|服务|信息|资源|财务|数据|办公|内部|网|微信|邮箱|号|培训|孵化|档案|标准|家|年|级|门户|注册|形象)"
            r"|(?:中小|小微|民营|国有|私营|外资|国|龙头|上市)?企业(?=<OWNS>)|公司(?=申请的)|(?:^|(?<=[\s|]))公司(?=的(?:$|[\s,|]))|厂[商家](?=的|申请)",
        ),
    )
)


# 小米的, 苹果公司: a name that is a word as well is one where it is said whose.
WHOSE = r"(?=的|公司|集团|申请|科技|汽车|手机|电器|[\s,。|]|$)"


@dataclass(frozen=True)
class Organisations:
    """What a sentence names; the caller decides by intent whether a name is the applicant or the user's company."""

    full_name: Found | None = None
    short_name: Found | None = None

    @property
    def is_named(self) -> bool:
        return bool(self.full_name or self.short_name)


class OrganisationFinder:
    """Full legal names, institutions, known short names, inventors and kinds of applicant."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        known = sorted(set(read_words("known_applicants.txt")), key=lambda name: (-len(name), name))
        self._known = re.compile(
            "|".join(
                rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])"
                if name.isascii()
                else rf"{re.escape(name.rstrip('!'))}(?![镇县区市路村乡])" + (WHOSE if name.endswith("!") else "")
                for name in known
            ),
            re.IGNORECASE,
        )
        self._surnames = tuple(read_words("surnames.txt"))

    def find_full_name(self, scan: Scan) -> Found | None:
        """A legal name with its form (有限公司, 合作社 …), taken from the scan."""
        return self._take(scan, self._full_name(scan.left))

    def find_short_name(self, scan: Scan) -> Found | None:
        """An institution, a known firm, or who is named as the owner; taken from the scan."""
        return self._take(scan, self._short_name(scan.left), tail=r"(?:这家|那家)?(?:公司|集团|企业)?")

    def find_inventor(self, scan: Scan) -> Found | None:
        """A person named as the inventor, taken from the scan."""
        return self._take(scan, self._inventor(scan.left))

    def find_types(self, left: str) -> list[Found]:
        """The kinds of applicants that are spoken of, after places have been taken (广州企业的)."""
        found: list[Found] = []
        for name, pattern in APPLICANT_TYPES:
            match = pattern.search(left)
            if match and all(match.end() <= other.start or match.start() >= other.end for other in found):
                found.append(Found(match.start(), _past(DOES, left, match.end()), name))
        return found

    def take_excluded(self, scan: Scan) -> list[str]:
        """Applicants whose patents are not wanted (不要华为的, 除了清华大学), taken from the scan."""
        names = []
        for pattern in (FULL_NAME, INSTITUTION, FIRM):
            for match in pattern.finditer(scan.left):
                found = _without_frame(match)
                if found and pattern is FIRM:
                    found = Found(found.start, found.end, found.value.removesuffix("公司"))
                names += _taken_if_excluded(scan, found)
        for found in self._find_known(scan.left):
            names += _taken_if_excluded(scan, found)
        return names

    def _take(self, scan: Scan, found: Found | None, *, tail: str = "") -> Found | None:
        if found is not None:
            end = re.compile(tail).match(scan.text, found.end)
            scan.take(found.start, end.end() if end else found.end)
        return found

    def _full_name(self, text: str) -> Found | None:
        for match in FULL_NAME.finditer(text):
            found = _without_frame(match)
            # 茶叶合作社 is a kind, 临颍县绿源种植专业合作社 a name
            if found is not None and not (found.value.endswith("合作社") and len(found.value) < SHORTEST_COOPERATIVE):
                return found
        return None

    def _short_name(self, text: str) -> Found | None:
        named = NAMED.search(text)
        if (
            named
            and not GENERIC.match(named["name"])
            and named["name"] not in {"是谁", "有哪些", "是哪个", "是哪家"}
            and not re.search(r"谁|[了过没吗]$|没有?变", named["name"])
            and not NO_NAME.match(named["name"])
        ):
            name = re.sub(r"(?<=..)(?:公司|企业)$", "", named["name"]) if "有限" not in named["name"] else named["name"]
            return Found(named.start(), named.end("name"), name)
        for match in INSTITUTION.finditer(text):
            found = _without_frame(match)
            if found is not None and self._is_name(found.value):
                return found
        known = self._find_known(text)
        if known:
            return known[0]
        owner = OWNER.search(text)
        if owner and not GENERIC.match(owner["name"]):
            return Found(owner.start("name"), owner.end("name"), owner["name"])
        pointed_at = POINTED_AT.search(text)
        if pointed_at:
            return Found(pointed_at.start("name"), pointed_at.end("name"), pointed_at["name"])
        watched = WATCHED.search(text)
        if watched and self._is_proper_name(watched["name"]):
            return Found(watched.start("name"), watched.end("name"), watched["name"])
        for match in FIRM.finditer(text):
            found = _without_frame(match)
            if found is not None and match[0].endswith("公司"):
                return Found(found.start, found.end, found.value.removesuffix("公司"))
        return None

    def _find_known(self, text: str) -> list[Found]:
        """Firms known by a short name, where no other word reaches into it (优美的外观 is not 美的's)."""
        matches = list(self._known.finditer(text))
        if not matches:
            return []
        words = self._segmenter.spans(text)
        return [
            Found(match.start(), match.end(), match[0])
            for match in matches
            if not any(start < match.start() < end or match.start() < start < match.end() < end for start, end in words)
        ]

    def _is_proper_name(self, name: str) -> bool:
        """Whether the cutter takes it for one name, not for an ordinary word."""
        tags = self._segmenter.tag(name)
        return len(tags) == 1 and tags[0][1] in {"nr", "nz", "nt", "nrt", "eng"}

    def _is_name(self, name: str) -> bool:
        """清华大学 names one; 高校 or 材料研究院 of a sentence's middle may not: it must not begin within a word."""
        return not re.match(r"(?:哪|什么|有|没|能|可|怎|如何|不|很|也|都|就|会)", name)

    def _inventor(self, text: str) -> Found | None:
        match = INVENTOR.search(text)
        if match and self._opens_a_name(match["name"]):
            name = match["name"]
            if name.isascii() or "·" in name:
                return Found(match.start(), match.end(), name)
            name = self._person(name)
            return Found(match.start(), match.start("name") + len(name), name) if name else None
        for match in INVENTED_BY.finditer(text):
            whole = TITLES.sub("", match["name"])
            for size in (2, 3, 4):
                name = whole[-size:]
                if (
                    len(name) == size
                    and name.startswith(self._surnames)
                    and size <= (4 if name[:2] in self._surnames else 3)
                ):
                    start = match.start("name") + len(whole) - size
                    before = text[:start]
                    if not before or re.search(r"[\s|,]$|(?:找|查|搜|看|由|把|是|下)$", before):
                        return Found(start, match.end(), name)
        return None

    def _opens_a_name(self, text: str) -> bool:
        """王春燕, not 的专利 of 陈志明当发明人的专利."""
        return text.isascii() or "·" in text or text.startswith(self._surnames)

    def _person(self, text: str) -> str | None:
        """The name at the beginning of `text`: one surname, one or two characters; the cutter decides between them."""
        text = re.split(r"的|申请|[在有和]|发明|是谁", text)[0]
        text = TITLES.sub("", text)
        if not text.startswith(self._surnames):
            return None
        longest = 4 if text[:2] in self._surnames else 3
        if len(text) <= longest:
            return text if len(text) >= 2 else None
        first = self._segmenter.cut(text)[0]
        return first if 2 <= len(first) <= longest else text[:longest]


def _taken_if_excluded(scan: Scan, found: Found | None) -> list[str]:
    span = excluded_span(scan.text, found) if found else None
    if found is None or span is None or not scan.is_free(found.start, found.end):
        return []
    scan.take(*span)
    return [str(found.value)]


def _past(tail: re.Pattern[str], text: str, end: int) -> int:
    match = tail.match(text, end)
    return match.end() if match else end


def _without_frame(match: re.Match[str]) -> Found | None:
    """The name without what leads to it (帮我查一下…); None where nothing of a name is left."""
    name = match[0]
    suffix = re.search(
        r"(?:大学|科学院|工程院|研究院|研究所|研究中心|医院|集团|学院|实验室|公司|股份|科技|实业|厂|合作社|事务所|有限.*)$",
        name,
    )
    stem = name[: suffix.start()] if suffix else name
    if GENERIC.match(stem):
        return None
    lead = LEADING_FRAME.match(stem)
    offset = lead.end() if lead else 0
    stem = stem[offset:]
    if GENERIC.match(stem) or len(stem) < 1:
        return None
    return Found(match.start() + offset, match.end(), name[offset:])
