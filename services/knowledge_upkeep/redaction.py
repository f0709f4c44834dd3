"""Takes out of a text what names a person, before it is kept apart from the conversation it was said in."""

import re
from collections.abc import Iterable

from nlp.identifiers import BANK_CARD, CREDIT_CODE, IDENTITY_CARD, MAIL
from nlp.lexicon import read_words
from nlp.segmenter import Segmenter, default_segmenter
from nlp.slots.contacts import LANDLINE, SPOKEN_MOBILE
from nlp.slots.organisations import FULL_NAME

PHONE, IDENTITY, NUMBER = "〔电话〕", "〔证件号〕", "〔号码〕"
ADDRESS, NAME, COMPANY = "〔邮箱〕", "〔姓名〕", "〔公司〕"
ACCOUNT = re.compile(
    r"(?P<lead>(?:微信号?|qq号?|护照号?|身份证号?码?|[账帐]号|卡号|银行卡)\s*(?:是|为|:)?\s*)[a-z0-9_\-]{5,}",
    re.IGNORECASE,
)
TITLE = "总|工|先生|女士|小姐|经理|总监|老师|主任|教授|博士|律师|老板|局长|处长|科长|董事长|厂长|师傅|同学|姐|哥"
LEAD = "我是|我叫|我姓|名叫|叫做|姓名|名字是|名字叫|联系人|发明人|设计人|法人|法定代表人|找一下|转给|请找"
# 方经理 is a name, 对方经理 is not.
NOT_BEFORE = "(?<![对我你他官第双多三各甲乙丙丁])"
# Words that begin like a surname and that the cutter takes for names now and then.
ORDINARY = re.compile(
    "高[新校企管工级]|公司|全[国部体]|金[融额]|明[天年细]|时[间效候]|何[时地]|方[案法便式]|任[何务]|成[果功本立]|项目|江[苏西]|温州|常州"
    "|安[徽全排]|白云|黄埔|施[行工]|许可|解[除释]|申请|单[位独]|经理|路由|包装|强制|关[于键]|和解|应[用该]|别人|文[件章]|于是"
    "|平[台均]|连续|池州|阳江|石墨|马上|计算|毛利|谢谢|龙虾|顾[问客]|师傅|雷达|程序|宣传|武汉|交房租|余杭|沙龙"
)
LONGEST = 200


class Redactor:
    """Pure after construction; `names` that are known beforehand (the person's own, their company's) go first."""

    def __init__(self, segmenter: Segmenter | None = None) -> None:
        self._segmenter = segmenter or default_segmenter()
        surnames = sorted(set(read_words("surnames.txt")), key=len, reverse=True)
        any_of = "|".join(map(re.escape, surnames))
        self._surnames = tuple(surnames)
        self._titled = re.compile(rf"{NOT_BEFORE}(?!高工)(?:{any_of})[一-鿿]{{0,2}}?(?=(?:{TITLE})(?!程师))")
        self._known_firms = frozenset(map(str.lower, read_words("known_applicants.txt")))
        self._introduced = re.compile(rf"(?P<lead>(?:{LEAD})\s*[:是叫]?\s*)(?P<name>(?:{any_of})[一-鿿]{{1,2}})")

    def redact(self, text: str, names: Iterable[str | None] = ()) -> str:
        """The text without phones, papers, accounts, mail addresses, people and firms; at most 200 characters."""
        return self.redact_whole(text, names)[:LONGEST]

    def redact_whole(self, text: str, names: Iterable[str | None] = ()) -> str:
        """The same at its full length. Full-width digits are read as digits."""
        for name in sorted({each.strip() for each in names if each and len(each.strip()) > 1}, key=len, reverse=True):
            text = text.replace(name, NAME)
        text = "\n".join(normalise_digits(line) for line in text.splitlines())
        for pattern, shown in (
            (MAIL, ADDRESS),
            (SPOKEN_MOBILE, PHONE),
            (LANDLINE, PHONE),
            (IDENTITY_CARD, IDENTITY),
            (CREDIT_CODE, IDENTITY),
            (BANK_CARD, NUMBER),
        ):
            text = pattern.sub(shown, text)
        text = ACCOUNT.sub(lambda match: match["lead"] + NUMBER, text)
        return self._without_people(_without_firms(text))

    def _without_people(self, text: str) -> str:
        text = self._introduced.sub(lambda match: match["lead"] + NAME, text)
        text = self._titled.sub(NAME, text)
        people = {word for word, tag in self._segmenter.tag(text) if tag == "nr" and self._is_person(word)}
        for person in sorted(people, key=len, reverse=True):
            text = text.replace(person, NAME)
        return text

    def _is_person(self, word: str) -> bool:
        if not 2 <= len(word) <= 4 or word in self._known_firms:
            return False
        return word.startswith(self._surnames) and not ORDINARY.match(word)


def normalise_digits(text: str) -> str:
    """Full-width digits, letters and signs as ASCII, nothing else changed."""
    return text.translate(FULL_WIDTH)


FULL_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
FULL_WIDTH |= {0xFF0D: ord("-"), 0xFF20: ord("@"), 0xFF0E: ord("."), 0xFF0B: ord("+")}


def _without_firms(text: str) -> str:
    return FULL_NAME.sub(COMPANY, text)
