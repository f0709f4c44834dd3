"""What the rules of trade look at, and what one of them says."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from nlp.market.posts import Mode
from nlp.rules.model import Article


class Verdict(StrEnum):
    PASSED = "passed"
    TO_PROVE = "to_prove"
    BLOCKED = "blocked"


class Stage(StrEnum):
    """publication: before it is shown, and each night as long as it is · deal: before a contract is made"""

    PUBLICATION = "publication"
    DEAL = "deal"


class Standing(StrEnum):
    IN_FORCE = "in_force"
    PENDING = "pending"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    INVALIDATED = "invalidated"
    # Refused or taken back before grant.
    DROPPED = "dropped"
    UNKNOWN = "unknown"


class Proof(StrEnum):
    """none: it is not in the custody of who offers it"""

    PROVED = "proved"
    SUBMITTED = "submitted"
    CLAIMED = "claimed"
    REFUSED = "refused"
    NONE = "none"


@dataclass(frozen=True)
class RightFacts:
    """One right, as custody and records tell of it. `needs_report`: a utility model or a design. `is_by_university`:
    the record names a university or an institute. `pledge_case`: the number of a loan that was made on it here."""

    number: str
    standing: Standing
    said_status: str = ""
    fee_due_on: date | None = None
    fee_grace_until: date | None = None
    is_payment_said: bool = False
    proof: Proof = Proof.NONE
    owner_names: tuple[str, ...] = ()
    needs_report: bool = False
    is_by_university: bool = False
    pledge_case: str | None = None
    # IPC symbols, where a record has them.
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answers:
    """What the owner says of all the rights of a post; None where they have not said."""

    co_owners_agree: bool | None = None
    is_pledged: bool | None = None
    pledgee_agrees: bool | None = None
    is_seized: bool | None = None
    is_licensed_exclusively: bool | None = None
    has_report: bool | None = None
    goes_abroad: bool | None = None
    is_public_institution: bool | None = None
    is_publicised: bool | None = None
    is_state_owned: bool | None = None
    is_cleared: bool | None = None
    is_appraised: bool | None = None


@dataclass(frozen=True)
class Offer:
    """What is to be traded, and how. Without rights it is a technology that has none."""

    modes: frozenset[Mode]
    rights: tuple[RightFacts, ...] = ()
    answers: Answers = field(default_factory=Answers)


@dataclass(frozen=True)
class Finding:
    """What one rule says; `todo` is "" where there is nothing to do, `number` None where it is about the whole post."""

    rule: str
    verdict: Verdict
    text: str
    articles: tuple[Article, ...]
    todo: str = ""
    number: str | None = None
