"""The desk where posts are looked at: the words, and beside them what the rules, the guard and the checks said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import MarketPost, Staff
from nlp.market.trade_facts import Verdict
from services.credit.record import Band, bands_of
from services.key_accounts import tiers_of
from services.market.access import list_posts_to_review
from services.market.anonymity import quote_of, said_quote
from services.market.duplicates import list_duplicates
from services.market.findings import Checked, read_findings, said_signs
from services.notifications import user_called

LATEST = 30
CONTENT_WORDS = {"pass": "内容检查通过", "review": "内容检查拿不准", "risky": "内容检查没通过"}
UNCHECKED = "内容还没查完"
VERDICT_WORDS = {Verdict.PASSED: "通过", Verdict.TO_PROVE: "要凭据", Verdict.BLOCKED: "不能交易"}
LIKE_WORDS = {"right": "同一件权利", "text": "文字相近"}


@dataclass(frozen=True)
class ReviewView:
    """One post with everything that speaks for and against it."""

    post: MarketPost
    owner: str
    company: str
    # Of the firm's credit; None where the post has none.
    band: Band | None
    # 重点客户; "" for none.
    tier: str
    findings: tuple[Checked, ...]
    warning: str
    content: str
    duplicates: tuple[tuple[MarketPost, Mapping[str, Any]], ...]
    decided_by: str | None

    @property
    def is_blocked(self) -> bool:
        return any(each.verdict is Verdict.BLOCKED for each in self.findings)


def list_reviews(session: Session, staff: Staff, today: date) -> tuple[list[ReviewView], list[ReviewView]]:
    """Those that wait and those decided on. Raises Forbidden."""
    waiting, decided = list_posts_to_review(session, staff, limit=LATEST)
    firms = {post.company_id for post in (*waiting, *decided) if post.company_id is not None}
    bands, tiers = bands_of(session, firms, today), tiers_of(session, firms)
    ids = {post.reviewed_by_id for post in decided if post.reviewed_by_id is not None}
    names = dict(session.execute(select(Staff.id, Staff.display_name).where(Staff.id.in_(ids))).all())
    return (
        [_view(session, post, names, bands, tiers) for post in waiting],
        [_view(session, post, names, bands, tiers) for post in decided],
    )


def _warning(session: Session, post: MarketPost) -> str:
    """What its owner was warned of, and may have published all the same."""
    quote = quote_of(session, post)
    parts = [said_signs(post.signs) if post.signs else "", f"匿名,但{said_quote(quote)}。" if quote else ""]
    return " ".join(part for part in parts if part)


def _view(
    session: Session,
    post: MarketPost,
    names: Mapping[int, str],
    bands: Mapping[int, Band],
    tiers: Mapping[int, str],
) -> ReviewView:
    content = CONTENT_WORDS.get(post.content_verdict or "", UNCHECKED)
    return ReviewView(
        post=post,
        owner=user_called(post.user),
        company=post.company.name if post.company is not None else "",
        band=bands.get(post.company_id) if post.company_id is not None else None,
        tier=tiers.get(post.company_id, "") if post.company_id is not None else "",
        findings=tuple(read_findings(post)),
        warning=_warning(session, post),
        content=f"{content}:{post.content_reason}" if post.content_reason else content,
        duplicates=tuple(list_duplicates(session, post.duplicates)),
        decided_by=names.get(post.reviewed_by_id) if post.reviewed_by_id is not None else None,
    )
