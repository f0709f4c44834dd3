"""The findings that were kept with a post, and how they read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import MarketPost
from nlp.market.disclosure import SAID, Detail
from nlp.market.trade_facts import Verdict
from nlp.rules.model import Article

NOVELTY: Article = ("专利法", "第二十二条")


@dataclass(frozen=True)
class Checked:
    """A finding as it was kept with a post."""

    rule: str
    verdict: Verdict
    text: str
    todo: str
    number: str | None
    articles: tuple[Article, ...]

    @property
    def said(self) -> str:
        """年费没缴足,不能开放许可(《专利法实施细则》第八十六条)。补缴年费和滞纳金。"""
        about = f"{self.number} " if self.number else ""
        todo = f"{self.todo}。" if self.todo else ""
        return f"{about}{self.text}({said_articles(self.articles)})。{todo}"


def read_findings(post: MarketPost) -> list[Checked]:
    """Those that keep it from the market first, then what is to be proved."""
    order = (Verdict.BLOCKED, Verdict.TO_PROVE, Verdict.PASSED)
    found = [_read(row) for row in post.findings]
    return sorted(found, key=lambda each: order.index(each.verdict))


def blocking(post: MarketPost) -> list[Checked]:
    return [each for each in read_findings(post) if each.verdict is Verdict.BLOCKED]


def said_signs(signs: Sequence[Sequence[str]]) -> str:
    """The warning in plain words."""
    kinds = "、".join(dict.fromkeys(SAID[Detail(detail)] for detail, _ in signs))
    return (
        f"文中有{kinds},比如“{signs[0][1]}”。还没申请专利就公开,以后可能申请不下来({said_articles((NOVELTY,))});"
        "当技术秘密的,公开了就不是秘密了。建议只写效果和用途,细节签了保密协议再谈。"
    )


def said_articles(articles: Sequence[Article]) -> str:
    """《专利法》第十四条、《民法典》第四百四十四条"""
    return "、".join(f"《{law}》{article}" for law, article in articles)


def _read(row: Mapping[str, Any]) -> Checked:
    return Checked(
        rule=row["rule"],
        verdict=Verdict(row["verdict"]),
        text=row["text"],
        todo=row["todo"],
        number=row["number"],
        articles=tuple((law, article) for law, article in row["articles"]),
    )
