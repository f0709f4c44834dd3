"""What an anonymous offer would tell of its owner, and neutral words in its place."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models import LegalStatus, MarketPost, Patent, PostSide, User
from nlp.ipc import normalise_ipc
from nlp.market.anonymity import find_shared, neutral_text
from services.market.posting import PostForm, change_post
from services.patents import find_patent


def quote_in(session: Session, text: str, rights: Sequence[str]) -> str:
    """A stretch that the text shares with the published title, abstract or claims of these patents; "" without one."""
    patents = _patents(session, rights)
    published = [part for each in patents for part in (each.title, each.abstract, *each.claims) if part]
    return find_shared(text, published, [each.title for each in patents])


def quote_of(session: Session, post: MarketPost) -> str:
    """What gives the owner of an anonymous offer away; "" for everybody else's."""
    if post.side != PostSide.OFFER or not post.is_anonymous or not post.rights:
        return ""
    return quote_in(session, post.text, post.rights)


def neutral_for(session: Session, rights: Sequence[str], classes: Sequence[str] = ()) -> str:
    """What these patents are about, in words by which nobody finds them."""
    patents = _patents(session, rights)
    symbols = dict.fromkeys(normalise_ipc(code) for each in patents for code in each.ipc_codes)
    return neutral_text(
        classes=[each for each in symbols if each is not None] or list(classes),
        kinds={str(each.kind) for each in patents},
        count=len(rights),
        is_pending=any(each.legal_status == LegalStatus.PENDING for each in patents),
        published=" ".join(each.abstract for each in patents),
    )


def make_neutral(session: Session, user: User, post: MarketPost, now: datetime) -> MarketPost:
    """The draft with neutral words in place of its text. Raises InvalidInput, Conflict."""
    values = {name: getattr(post, name) for name in PostForm.model_fields}
    form = PostForm.model_validate({**values, "text": neutral_for(session, post.rights, post.classes)})
    return change_post(session, user, post.public_id, form, now, version=post.version)


def said_quote(quote: str) -> str:
    """The warning, as its owner and staff read it."""
    return f"介绍里“{quote}”和公开的专利文本一样,搜一下就知道是谁的"


def _patents(session: Session, rights: Sequence[str]) -> list[Patent]:
    return [patent for number in rights if (patent := find_patent(session, number)) is not None]
