"""From posts and matches to what the API answers, and from what it takes to a post's form."""

from datetime import date

from miniapp_api.custody_shapes import articles_out
from miniapp_api.schemas.market import BoardPostOut, MatchOut, PostIn, PostOut, TradeFindingOut
from models import MarketPost
from nlp.market.subject_text import without_figures
from services.market.findings import read_findings, said_signs
from services.market.own import OwnMatch
from services.market.posting import PostForm
from services.market.quick_terms import quick_terms_of
from services.market.wording import owner_called, said_state, said_terms, said_terms_to_other, title_for_others

SAME_NAMES = ("side", "text", "until", "rights", "classes", "modes", "regions", "right_state")


def form_of(given: PostIn) -> PostForm:
    values = given.model_dump(exclude={"amount_yuan", "answers", "version"})
    answers = {name: value for name, value in given.answers.model_dump().items() if value is not None}
    return PostForm(**values, amount=given.amount_yuan, answers=answers)


def post_out(post: MarketPost, today: date) -> PostOut:
    return PostOut.model_validate(
        {
            **{name: getattr(post, name) for name in SAME_NAMES},
            "id": post.public_id,
            "state": post.state,
            "state_label": said_state(post, today),
            "title": post.title,
            "details": post.details,
            "amount_yuan": post.amount,
            "region_is_must": post.region_is_must,
            "right_kinds": post.right_kinds,
            "is_anonymous": post.is_anonymous,
            "quick_terms": post.quick_terms,
            "answers": post.answers,
            "findings": [
                TradeFindingOut(
                    rule=each.rule, verdict=each.verdict, number=each.number, text=each.text, todo=each.todo,
                    articles=articles_out(each.articles),
                )
                for each in read_findings(post)
            ],
            "warning": said_signs(post.signs) if post.signs else None,
            "review_note": post.review_note,
            "published_at": post.published_at,
            "version": post.version,
        }
    )  # fmt: skip


def board_out(post: MarketPost, *, user_id: int, is_kept: bool, kept_deals: int | None = None) -> BoardPostOut:
    """As everybody reads it: a patent's number or title names its owner, so an anonymous post shows neither."""
    terms = quick_terms_of(post)
    return BoardPostOut.model_validate(
        {
            **{name: getattr(post, name) for name in SAME_NAMES if name != "rights"},
            "id": post.public_id,
            "title": post.title if post.user_id == user_id else title_for_others(post),
            "terms": said_terms(post),
            "owner": owner_called(post),
            "kept_deals": kept_deals,
            "rights": [] if post.is_anonymous else post.rights,
            "rights_count": len(post.rights),
            "amount_yuan": post.amount,
            "quick_terms": terms.model_dump() if terms is not None else None,
            "published_at": post.published_at,
            "has_details": bool(post.details),
            "is_mine": post.user_id == user_id,
            "is_kept": is_kept,
            "version": post.version,
        }
    )


def match_out(found: OwnMatch, *, user_id: int, is_kept: bool) -> MatchOut:
    """Whether the prices meet the reasons say; what the other side asks or would pay is not in a match."""
    theirs = found.theirs
    other = board_out(theirs, user_id=user_id, is_kept=is_kept).model_copy(
        update={
            "title": without_figures(title_for_others(theirs)), "text": without_figures(theirs.text),
            "terms": said_terms_to_other(theirs), "amount_yuan": None,
            "quick_terms": None,
        }
    )  # fmt: skip
    return MatchOut.model_validate(
        {
            "id": found.match.public_id,
            "post_id": found.mine.public_id,
            "other": other,
            "reasons": found.match.reasons,
            "to_talk": found.match.to_talk,
            "missing": [words for side, words in found.match.missing if side == found.side.value],
            "verdict": found.feedback.verdict if found.feedback is not None else None,
        }
    )
