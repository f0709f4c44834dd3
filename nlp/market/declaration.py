"""The draft of an open licence's declaration: what it must say (Implementing Rules, art. 85), and what it must not."""

import re
from dataclasses import dataclass
from datetime import date

from core.i18n import chinese_amount, chinese_date
from nlp.rules.model import Article

ARTICLES: tuple[Article, ...] = (("专利法", "第五十条"), ("专利法实施细则", "第八十五条"))
PROMOTION = re.compile(
    "最(?:好|佳|先进|高端|优|低价|强)|第一(?!步|项|条|年)|领先|首创|首家|唯一|独家|填补.{0,4}空白|国际先进|世界级|顶级|完美|革命性|颠覆|"
    "爆款|超值|优惠|特价|欢迎(?:咨询|来电|洽谈)|稳赚|必备|抢占"
)


@dataclass(frozen=True)
class Terms:
    """One patent, and on what terms everybody may use it. `term_ends_on`: the last day of its protection."""

    number: str
    title: str
    owner_names: tuple[str, ...]
    fee_yuan: int | None
    payment: str
    until: date | None
    term_ends_on: date | None
    remark: str = ""


@dataclass(frozen=True)
class Declaration:
    """`missing` is what the declaration must still say, `faults` what it must not."""

    number: str
    text: str
    missing: tuple[str, ...]
    faults: tuple[str, ...]


def draft_declaration(terms: Terms, *, on: date) -> Declaration:
    number = patent_number(terms.number)
    owners = "、".join(terms.owner_names)
    fee = f"{chinese_amount(terms.fee_yuan)},{terms.payment}" if terms.fee_yuan and terms.payment else terms.payment
    period = f"{chinese_date(on)}至{chinese_date(terms.until)}" if terms.until is not None else ""
    lines = (
        "专利开放许可声明(草稿)",
        f"专利号:{number}",
        f"发明创造名称:{terms.title}",
        f"专利权人:{owners}",
        f"许可使用费标准和支付方式:{fee}",
        f"许可期限:{period}",
        *((f"其他:{terms.remark}",) if terms.remark else ()),
        "专利权人愿意许可任何单位或者个人实施该专利。",
    )
    needed = (("专利权人", owners), ("使用费的标准和支付方式", terms.payment), ("许可期限", period))
    return Declaration(number, "\n".join(lines), tuple(name for name, value in needed if not value), _faults(terms))


def patent_number(number: str) -> str:
    """CN202110123456.7 → ZL202110123456.7; a publication's number stays: the patent's own has to be looked up."""
    return f"ZL{number.removeprefix('CN')}" if "." in number else number


def _faults(terms: Terms) -> tuple[str, ...]:
    words = dict.fromkeys(match[0] for match in PROMOTION.finditer(f"{terms.payment}\n{terms.remark}"))
    found = [f"“{word}”是宣传用语,要去掉" for word in words]
    if terms.until is not None and terms.term_ends_on is not None and terms.until > terms.term_ends_on:
        found.append(f"许可期限超过保护期({chinese_date(terms.term_ends_on)}届满)")
    if "." not in terms.number:
        found.append("写的是公开号,声明里要用专利号")
    return tuple(found)
