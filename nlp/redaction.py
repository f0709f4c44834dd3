"""What no chat model is told: who somebody is, how to reach them, and what was never published.

Hiding too much costs little, for what is hidden is put back in the answer; so the patterns are wide.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator

from nlp.identifiers import BANK_CARD, CREDIT_CODE, IDENTITY_CARD, MAIL
from nlp.lexicon import read_words
from nlp.slots.contacts import LANDLINE, SPOKEN_MOBILE

OPENING, CLOSING = "⟨", "⟩"
PLACEHOLDER = re.compile(rf"{OPENING}[一-鿿]{{2,4}}\d{{1,3}}{CLOSING}")
OWN_BRACKETS = str.maketrans({OPENING: "(", CLOSING: ")"})

TOLD_CARD = re.compile(r"(?:卡号|账号|帐号|账户|帐户)[^\d\n]{0,6}(?P<value>\d[\d -]{6,24}\d)")
PASSPORT = re.compile(r"护照号?码?[是为:]?\s*(?P<value>[A-Za-z]{1,2}\d{7,8})")
ACCOUNT = re.compile(
    r"(?:微信号?|wei ?xin|[wv]x|qq号?)[是为叫加:\s]{0,3}(?P<value>[A-Za-z0-9_-]{5,24})(?![A-Za-z0-9])", re.IGNORECASE
)

LEGAL_FORM = "(?:股份有限公司|有限责任公司|集团有限公司|有限公司|合伙企业|合作社|事务所)"
COMPANY = re.compile(rf"[一-鿿A-Za-z0-9()·&]{{2,40}}?{LEGAL_FORM}")
BEFORE_COMPANY = re.compile(
    r"^.*(?:是|叫做?|名为|名称|全称|代表|查询|检索|查一下|查下|查查|帮我查|来自|就职于|任职于|关于|我们|我|咱们|本人|我司|公司|的|跟|被)"
)
OWN_SHORT_NAME = re.compile(
    r"(?:我们?(?:公司|厂|单位|企业|集团)?|我司|本公司|本单位|咱们?(?:公司|厂)?|公司|单位|企业)(?:的?(?:名字|名称|全称|简称))?"
    r"(?:(?:叫做?|名叫|名为|全称|简称)\s*:?(?P<called>[一-鿿A-Za-z0-9]{2,14}?)(?=[,。;!?、\s]|$)"
    r"|(?:是|代表)(?!做|搞|一家|家|个|专门|从事|生产|小|中|高新|国|民营|研发|什么|哪|做)"
    r"(?P<named>[一-鿿A-Za-z0-9]{2,10}?(?:公司|集团|科技|实业|股份|电子厂|机械厂|工厂|工作室|研究所|研究院))(?=的|[,。;!?、\s]|$))"
)

TOLD_NAME = (
    "(?:我叫|我是|本人|名字[是叫为:]*|姓名[是为:]*|联系人[是为叫:]*|法人(?:代表)?[是为叫:]*|法定代表人[是为叫:]*"
    "|(?:发明|设计|负责|经办|代理|被告|原告|申请|专利权)人[是为叫:]*|老板[是叫:]*|同事|员工|前员工|合伙人|股东|朋友|客户)"
)
AFTER_NAME = (
    r"(?=[,。;!?、\s(的和跟与及]|电话|手机|身份证|离职|跳槽|辞职|在职|发明|研发|设计|说|把|在|是|要|想|拿|偷|也|$)"
)
TITLE = "(?:总监|总裁|总|经理|先生|女士|小姐|老师|博士|教授|院士|主任|律师|老板|工程师|工(?=[,。;!?、\\s说]|$))"

ASKS = re.compile(
    r"[??吗呢]|怎么|如何|能不能|能否|可不可以|可以.{0,6}(?:申请|保护)|是否|要不要|多少|多久|几[年个天]|什么|怎样|咋|是不是|哪[个些里]|请问|想(?:问|申请|知道|了解)|算不算"
)
NOT_FILED = re.compile(
    r"(?:还没|还未|尚未|没有|从未|没|未|正?准备|打算)(?:来得及)?(?:去)?(?:申请|提交|公开|申报|发表|披露|报)过?(?:专利)?的(?P<value>)"
)
DETAIL = re.compile(
    r"(?:技术方案|核心技术|关键技术|技术要点|技术秘密|技术内容|技术细节|商业秘密|发明点|创新点|区别点|配方|配比|工艺(?:流程|参数|步骤)?|制备方法"
    r"|算法|具体(?:做法|结构|方法|步骤)|实现方式|关键参数|原理|思路)(?:[呢嘛就主要大概具体]{0,4})(?:是|为|如下|包括|在于|:)[:\s]*(?P<value>)"
)
MADE = re.compile(r"(?:发明|研发|开发|设计|研制|改进|想|做)出?了(?P<value>)(?=一[种套个项款]|个)")
# How something is made, by which a description is told from the bare name of a product.
TECHNICAL = re.compile(
    r"采用|通过|利用|加入|添加|掺|涂|镀|混合|加热|冷却|℃|摄氏|毫[米克升]|微米|纳米|[0-9]%|比例|将.{2,}|把.{2,}|先.{2,20}(?:再|然后)|由.{2,20}组成|其中|设有|包含|层"
)
CLAUSE = re.compile(r"[^,;。!?\n]+[,;]?")
SHORTEST_DETAIL = 2
SHORTEST_MADE = 10


class Redaction:
    """Hides what is private in one turn's texts and puts it back. The same value has the same placeholder."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def hide(self, text: str) -> str:
        """The text in half-width signs, its private parts as ⟨手机号1⟩. A placeholder that somebody typed is none."""
        text = unicodedata.normalize("NFKC", text)
        text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf").translate(OWN_BRACKETS)
        for name, find in FINDERS:
            text = self._replace(text, name, find)
        return self.hide_known(text)

    def hide_known(self, text: str) -> str:
        """Only what was hidden before: in public texts, and where it is said again without what made it known."""
        for value in sorted(self._names, key=len, reverse=True):
            text = text.replace(value, self._names[value])
        return text

    def restore(self, text: str) -> str:
        """The text with the values in the places of their placeholders; unknown placeholders are taken out."""
        for _ in range(2):  # a technical detail may have held a name
            text = PLACEHOLDER.sub(lambda match: self._values.get(match[0], ""), text)
        return text

    def _replace(self, text: str, name: str, find: "Finder") -> str:
        parts, position = [], 0
        for start, end in find(text):
            if start < position or not text[start:end].strip():
                continue
            parts += [text[position:start], self._placeholder(name, text[start:end])]
            position = end
        return "".join([*parts, text[position:]])

    def _placeholder(self, name: str, value: str) -> str:
        if value not in self._names:
            count = sum(known.startswith(f"{OPENING}{name}") for known in self._values)
            placeholder = f"{OPENING}{name}{count + 1}{CLOSING}"
            self._names[value], self._values[placeholder] = placeholder, value
        return self._names[value]


Finder = Callable[[str], Iterator[tuple[int, int]]]


def _by_pattern(pattern: re.Pattern[str]) -> Finder:
    group = "value" if "value" in pattern.groupindex else 0

    def find(text: str) -> Iterator[tuple[int, int]]:
        return (match.span(group) for match in pattern.finditer(text))

    return find


def _companies(text: str) -> Iterator[tuple[int, int]]:
    for match in COMPANY.finditer(text):
        frame = BEFORE_COMPANY.match(text, match.start(), match.end() - 4)
        yield (frame.end() if frame else match.start()), match.end()


def _own_short_names(text: str) -> Iterator[tuple[int, int]]:
    for match in OWN_SHORT_NAME.finditer(text):
        yield match.span("called" if match["called"] else "named")


def _people(text: str) -> Iterator[tuple[int, int]]:
    surnames = "|".join(sorted(read_words("surnames.txt"), key=len, reverse=True))
    named = re.compile(f"{TOLD_NAME}(?P<value>(?:{surnames})[一-鿿]{{1,2}}?){AFTER_NAME}")
    titled = re.compile(
        f"(?<![一-鿿])(?P<value>(?:{surnames})[一-鿿]{{0,2}}?){TITLE}|(?:跟|和|找|请|让|被|由|给|向)(?P<other>(?:{surnames})[一-鿿]{{0,2}}?){TITLE}"
    )
    yield from sorted(
        match.span(match.lastgroup or 0)
        for pattern in (named, titled)
        for match in pattern.finditer(text)
        if not PLACEHOLDER.search(match[0])
    )


def _technical_details(text: str) -> Iterator[tuple[int, int]]:
    """From the words that announce a detail to the question that follows it, or the end of the sentence."""
    for pattern, shortest in ((NOT_FILED, SHORTEST_DETAIL), (DETAIL, SHORTEST_DETAIL), (MADE, SHORTEST_MADE)):
        for match in pattern.finditer(text):
            end = _end_of_detail(text, match.end())
            is_enough = end - match.end() >= shortest
            if is_enough and (pattern is not MADE or TECHNICAL.search(text, match.end(), end)):
                yield match.end(), end


def _end_of_detail(text: str, start: int) -> int:
    end = position = start
    while (clause := CLAUSE.match(text, position)) and not ASKS.search(clause[0]):
        position = clause.end()
        end = position if clause[0][-1] not in ",;" else position - 1
    return end


def _details_in_order(text: str) -> Iterator[tuple[int, int]]:
    yield from sorted(_technical_details(text))


FINDERS: tuple[tuple[str, Finder], ...] = (
    ("技术内容", _details_in_order),
    ("邮箱", _by_pattern(MAIL)),
    ("证件号", _by_pattern(IDENTITY_CARD)),
    ("证件号", _by_pattern(PASSPORT)),
    ("信用代码", _by_pattern(CREDIT_CODE)),
    ("银行卡", _by_pattern(BANK_CARD)),
    ("银行卡", _by_pattern(TOLD_CARD)),
    ("电话", _by_pattern(SPOKEN_MOBILE)),
    ("电话", _by_pattern(LANDLINE)),
    ("账号", _by_pattern(ACCOUNT)),
    ("公司", _companies),
    ("姓名", _people),
    ("公司", _own_short_names),
)
