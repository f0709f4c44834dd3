"""Posts from the first word to the last day: written, looked at by staff, published, renewed, withdrawn."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import BaseModel, Field, field_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, InvalidInput, Unauthorized
from core.logs import get_logger
from models import MarketPost, PostSide, PostState, Staff, User
from nlp.ipc import normalise_ipc
from nlp.market.posts import Mode, RightState
from nlp.market.trade_facts import Answers
from services.audit import record_action
from services.credit.record import is_restricted
from services.custody.access import company_of
from services.deals.contact import NO_CONTACT_YET, names_contact
from services.market.access import check_version, get_own_post, get_post_to_review
from services.market.checks import check_may_be_shown, note_checks
from services.market.feedback import end_dismissals
from services.market.moving import ask_for_checks, ask_for_matches, expect_state, move
from services.market.promises import LONGEST_DETAILS
from services.market.quick_terms import QuickTerms
from services.market.telling import ask_to_tell
from services.market.trade_record import note_rights

log = get_logger(__name__)

SHORTEST_TEXT, LONGEST_TEXT, LONGEST_TITLE = 10, 1_000, 80
MOST_AMOUNT = 2_000_000_000
LONGEST_DAYS = 365
MOST_OPEN = 50
LONGEST_PLACE = 60
OPEN = (PostState.DRAFT, PostState.REVIEW, PostState.PUBLISHED, PostState.SUSPENDED)
LONGEST_REVIEW_NOTE = 300
ANSWERS = frozenset(Answers.__dataclass_fields__)


class PostForm(BaseModel):
    """What a post says, checked in shape. `until` is its last day."""

    side: PostSide
    text: str = Field(min_length=SHORTEST_TEXT, max_length=LONGEST_TEXT)
    until: date
    title: str = Field(default="", max_length=LONGEST_TITLE)
    # Of an offer: for whoever promises to keep it to themselves.
    details: str = Field(default="", max_length=LONGEST_DETAILS)
    rights: list[str] = Field(default_factory=list, max_length=50)
    classes: list[str] = Field(default_factory=list, max_length=10)
    modes: list[Mode] = Field(default_factory=list)
    amount: int | None = Field(default=None, gt=0, le=MOST_AMOUNT)
    regions: list[str] = Field(default_factory=list, max_length=40)
    region_is_must: bool = False
    right_kinds: list[str] = Field(default_factory=list, max_length=3)
    right_state: RightState | None = None
    is_anonymous: bool = True
    # Of a quick licence; the price is `amount`.
    quick_terms: QuickTerms | None = None
    # By the names of nlp.market.trade_facts.Answers.
    answers: dict[str, bool] = Field(default_factory=dict)

    @field_validator("answers")
    @classmethod
    def _answers(cls, given: dict[str, bool]) -> dict[str, bool]:
        if not given.keys() <= ANSWERS:
            raise ValueError("not a question of ours")
        return given

    @field_validator("classes")
    @classmethod
    def _classes(cls, given: list[str]) -> list[str]:
        symbols = [normalise_ipc(each) for each in given]
        if None in symbols:
            raise ValueError("not an IPC symbol")
        return [symbol for symbol in symbols if symbol is not None]


def write_post(session: Session, user: User, form: PostForm, now: datetime) -> MarketPost:
    """A draft, which only its owner sees. Raises Unauthorized for somebody erased, InvalidInput and Conflict."""
    _lock_owner(session, user)
    _check(form, china_date(now))
    _check_room(session, user.id, form)
    company = company_of(session, user.id)
    post = MarketPost(user_id=user.id, company_id=company.id if company else None, created_at=now, changed_at=now)
    _fill(post, form)
    session.add(post)
    session.flush()
    note_rights(session, post)
    note_checks(session, post, now)
    session.flush()
    log.info("market_post_written", post_id=post.id, side=post.side)
    return post


def change_post(
    session: Session, user: User, public_id: str, form: PostForm, now: datetime, *, version: int
) -> MarketPost:
    """Write it anew; what was published is looked at again before it is shown. Raises NotFound, InvalidInput,
    Conflict."""
    _lock_owner(session, user)
    post = get_own_post(session, user.id, public_id, lock=True)
    check_version(post, version)
    _check(form, china_date(now))
    if form.side != post.side:
        raise InvalidInput("供给和需求不能互换,请另发一条。")
    _check_room(session, post.user_id, form, besides=post)
    _fill(post, form)
    note_rights(session, post)
    note_checks(session, post, now)
    _forget_verdicts(post)
    move(post, PostState.DRAFT, now)
    session.flush()
    return post


def submit_post(
    session: Session,
    user: User,
    public_id: str,
    now: datetime,
    *,
    accepts_disclosure: bool = False,
    version: int | None = None,
) -> MarketPost:
    """Ask for publication. Raises NotFound, InvalidInput, Conflict where it is not a draft, NotTradable where a rule
    forbids it, TellsTooMuch where its words tell how it is made and its owner has not accepted that."""
    post = get_own_post(session, user.id, public_id, lock=True)
    if version is not None:
        check_version(post, version)
    expect_state(post, PostState.DRAFT, PostState.REFUSED)
    if post.until < china_date(now):
        raise InvalidInput("截止日已经过了,请改一个日期。")
    post.accepts_disclosure = post.accepts_disclosure or accepts_disclosure
    note_checks(session, post, now)
    check_may_be_shown(post)
    post.review_note = None
    _forget_verdicts(post)
    move(post, PostState.REVIEW, now)
    session.flush()
    ask_for_checks(session, post, now)
    return post


@dataclass(frozen=True)
class Decision:
    """What a member of staff decides; a refusal needs its reason, which the owner reads."""

    is_published: bool
    note: str | None = None


def review_post(
    session: Session, staff: Staff, public_id: str, decision: Decision, now: datetime, *, version: int
) -> MarketPost:
    """Publish it, and ask for its matches at once, or refuse it; its owner is told. The rules are asked once more: what
    they forbid nobody publishes. Raises NotFound, Forbidden, InvalidInput, NotTradable, and Conflict also where it was
    written anew since staff read it: nothing is published unread."""
    post = get_post_to_review(session, staff, public_id)
    check_version(post, version)
    expect_state(post, PostState.REVIEW)
    reason = " ".join((decision.note or "").split())
    if not decision.is_published and not reason:
        raise InvalidInput("退回要写明原因。", fields={"note": "写明原因"})
    if len(reason) > LONGEST_REVIEW_NOTE:
        raise InvalidInput(fields={"note": f"最多{LONGEST_REVIEW_NOTE}个字"})
    if decision.is_published:
        note_checks(session, post, now)
        check_may_be_shown(post)
        post.published_at = now
    post.reviewed_by_id, post.review_note = staff.id, reason or None
    move(post, PostState.PUBLISHED if decision.is_published else PostState.REFUSED, now)
    session.flush()
    if decision.is_published:
        end_dismissals(session, post, now)
        ask_for_matches(session, post, now)
    ask_to_tell(session, post, now)
    action = "post_published" if decision.is_published else "post_refused"
    record_action(session, staff=staff, action=action, target=f"post:{post.public_id}", now=now)
    log.info("market_post_reviewed", post_id=post.id, staff_id=staff.id, state=post.state)
    return post


def renew_post(
    session: Session, user: User, public_id: str, until: date, now: datetime, *, version: int | None = None
) -> MarketPost:
    """A later last day; one that had expired is shown again as it was, if the rules still let it. What a firm renews
    whose credit is restricted a person looks at first. Raises NotFound, InvalidInput, Conflict, NotTradable."""
    _lock_owner(session, user)
    post = get_own_post(session, user.id, public_id, lock=True)
    if version is not None:
        check_version(post, version)
    expect_state(post, PostState.PUBLISHED, PostState.EXPIRED)
    _check_until(until, china_date(now))
    _check_room(session, post.user_id, post, besides=post)
    note_checks(session, post, now)
    check_may_be_shown(post)
    post.until = until
    if is_restricted(session, post.company_id, china_date(now)):
        _forget_verdicts(post)
        move(post, PostState.REVIEW, now)
        session.flush()
        ask_for_checks(session, post, now)
        return post
    move(post, PostState.PUBLISHED, now)
    session.flush()
    ask_for_matches(session, post, now)
    return post


def withdraw_post(session: Session, user: User, public_id: str, now: datetime) -> MarketPost:
    """Take it off the market; doing it twice is no error. Raises NotFound."""
    post = get_own_post(session, user.id, public_id, lock=True)
    if post.state != PostState.WITHDRAWN:
        move(post, PostState.WITHDRAWN, now)
        session.flush()
    return post


def expire_posts(session: Session, now: datetime, *, at_most: int = 500) -> int:
    """End those whose last day is over; answers how many."""
    over = (
        select(MarketPost)
        .where(MarketPost.state.in_((PostState.PUBLISHED, PostState.SUSPENDED)), MarketPost.until < china_date(now))
        .order_by(MarketPost.id)
        .limit(at_most)
        .with_for_update()
    )
    posts = session.scalars(over).all()
    for post in posts:
        move(post, PostState.EXPIRED, now)
    session.flush()
    return len(posts)


def _lock_owner(session: Session, user: User) -> None:
    """One change at a time for each person: two at once could pass the limit. Nothing is kept of somebody erased."""
    session.flush()  # reading the row again must not undo what this transaction has changed
    locked = session.get(User, user.id, with_for_update=True, populate_existing=True)
    if locked is None or locked.erased_at is not None:
        raise Unauthorized


def _check_room(
    session: Session, owner_id: int, form: PostForm | MarketPost, *, besides: MarketPost | None = None
) -> None:
    """Whether there may be one more post of that person, and none that says the same. Raises Conflict."""
    open_posts = select(MarketPost).where(MarketPost.user_id == owner_id, MarketPost.state.in_(OPEN))
    others = [each for each in session.scalars(open_posts) if each is not besides]
    if len(others) >= MOST_OPEN:
        raise Conflict(f"最多同时有{MOST_OPEN}条供需,先撤下一条再发。")
    if any(each.side == form.side and _plain(each) == _plain(form) for each in others):
        raise Conflict("这条和您已有的一条一样,不用再发。")


def _check(form: PostForm, today: date) -> None:
    fields = {}
    if form.side == PostSide.OFFER and not form.title.strip():
        fields["title"] = "请写一个标题。"
    if form.side == PostSide.OFFER and not form.modes:
        fields["modes"] = "请选转让、许可等合作方式。"
    if (
        form.right_state in {RightState.IN_FORCE, RightState.PENDING}
        and form.side == PostSide.OFFER
        and not form.rights
    ):
        fields["rights"] = "请写专利号。"
    # An open licence is declared for a patent in force (Patent Law, art. 50).
    if form.side == PostSide.OFFER and Mode.OPEN_LICENCE in form.modes and form.right_state != RightState.IN_FORCE:
        fields["modes"] = "开放许可要有已授权的专利。"
    if form.quick_terms is not None and not _may_be_quick(form):
        fields["quick_terms"] = "快速许可的标准条款要有专利、价格,合作方式里选快速许可。"
    # Anybody reads them, before either side agreed to anything.
    elif form.quick_terms is not None and names_contact(f"{form.quick_terms.region}\n{form.quick_terms.field}"):
        fields["quick_terms"] = NO_CONTACT_YET
    if form.details and (form.side != PostSide.OFFER or names_contact(form.details)):
        fields["details"] = NO_CONTACT_YET if form.side == PostSide.OFFER else "只有供给可以附保密资料。"
    if fields:
        raise InvalidInput(fields=fields)
    _check_until(form.until, today)


def _may_be_quick(form: PostForm) -> bool:
    is_offer = form.side == PostSide.OFFER and Mode.LICENCE_QUICK in form.modes
    return is_offer and form.amount is not None and bool(form.rights)


def _check_until(until: date, today: date) -> None:
    if not today <= until <= today + timedelta(days=LONGEST_DAYS):
        raise InvalidInput(fields={"until": "截止日要在今天到一年之内。"})


def _fill(post: MarketPost, form: PostForm) -> None:
    words = _plain(post) if post.text else ""
    for name, value in form.model_dump().items():
        setattr(post, name, value)
    post.place = form.regions[0][:LONGEST_PLACE] if form.regions else None
    if _plain(post) != words:
        post.accepts_disclosure = False


def _plain(post: PostForm | MarketPost) -> str:
    return "".join(f"{post.title}{post.text}".split())


def _forget_verdicts(post: MarketPost) -> None:
    """What was said of earlier words."""
    post.content_verdict, post.content_reason, post.duplicates = None, None, []
