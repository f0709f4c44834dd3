"""What a service is: one declaration, read by chat, mini-program, console, routing, clocks, notices and statistics."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from models import CaseOutcome
from services.catalogue.abilities import ANYBODY, Abilities
from services.catalogue.facts import Estimate, Facts, Finding, SheetPart, SheetSubject
from services.catalogue.fields import Condition, Form
from services.catalogue.news import News, Windows


class Actor(StrEnum):
    """Who may move a case: whoever asked for it, the member of staff who has it, a supervisor, or the clock."""

    OWNER = "owner"
    HANDLER = "handler"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


class Party(StrEnum):
    """What a partner is to a case."""

    BANK = "bank"
    INSURER = "insurer"
    GUARANTOR = "guarantor"
    VALUER = "valuer"
    LAW_FIRM = "law_firm"
    AGENCY = "agency"
    NOTARY = "notary"
    AID_CENTRE = "aid_centre"
    AUTHORITY = "authority"
    INCUBATOR = "incubator"
    INVESTOR = "investor"
    DEVELOPER = "developer"
    EXPERT = "expert"


PARTY_NAMES = {
    Party.BANK: "银行",
    Party.INSURER: "保险机构",
    Party.GUARANTOR: "担保机构",
    Party.VALUER: "评估机构",
    Party.LAW_FIRM: "律师事务所",
    Party.AGENCY: "代理机构",
    Party.NOTARY: "公证机构",
    Party.AID_CENTRE: "维权援助中心",
    Party.AUTHORITY: "行政部门",
    Party.INCUBATOR: "孵化器",
    Party.INVESTOR: "投资机构",
    Party.DEVELOPER: "技术开发方",
    Party.EXPERT: "专家",
}

STAFF_MOVES = frozenset({Actor.HANDLER, Actor.SUPERVISOR})
OWNER_MOVES = frozenset({Actor.OWNER})
EVERYBODY = STAFF_MOVES | OWNER_MOVES


@dataclass(frozen=True)
class WantedDocument:
    """A kind of document: what it is called, why it is asked for, what may come. Sizes in bytes."""

    key: str
    name: str
    reason: str
    media_types: frozenset[str] = frozenset({"application/pdf", "image/jpeg", "image/png"})
    max_bytes: int = 20 * 1024 * 1024
    # Seen by parties that have a task in the case, not only by owner and staff.
    for_parties: bool = False
    # Made by the system: nobody is asked for it, nobody uploads or removes it.
    is_ours: bool = False
    # Comes about on the way, a contract say: nobody has it ready when they file.
    is_for_later: bool = False
    only_if: Condition | None = None

    def is_asked_for(self, form: Mapping[str, Any]) -> bool:
        """Whether people may add it to a case with this form."""
        return not self.is_ours and (self.only_if is None or self.only_if.holds(form))


class Work(StrEnum):
    """What the system itself does, in a job, while a case is in a stage; the job moves the case on."""

    TIME_STAMP = "time_stamp"
    NOTARY = "notary"


@dataclass(frozen=True)
class Task:
    """What a party does: opened when its stage begins; `report` is the form of its result."""

    key: str
    name: str
    party: Party
    report: type[Form]
    working_days: int
    # Fields of the case's form that the party must see; nothing else of it is shown.
    sees: tuple[str, ...] = ()
    # Opened, and waited for, only where the case's form says so.
    only_if: Condition | None = None
    # Who is asked first: whoever has one of these talents; none asks for the service's own.
    talents: frozenset[str] = frozenset()
    # Which parts of the standard sheet are on the task's page; they hold no other of the form's fields than `sees`.
    sheet: frozenset[SheetSubject] = frozenset()
    # What it answers is its own price and terms: for the owner, never on a sheet that other parties get.
    is_priced: bool = False


@dataclass(frozen=True)
class Move:
    """A way out of a stage. `name` is the verb on the button; `tells` is the owner's notice (None tells nothing)."""

    to: str
    name: str
    by: frozenset[Actor]
    # Documents (by key) and tasks (by key) that must be there and done first.
    documents: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    # What whoever moves it must fill in; kept in the case's results under the stage it leads to.
    asks: type[Form] | None = None
    tells: str | None = None
    # Somebody else than whoever made the move before must make it.
    needs_second_person: bool = False
    # What is wrong with the answers in the light of the case, by field name.
    refuses: Callable[[Facts, Mapping[str, Any]], dict[str, str]] | None = None
    # What the history keeps of the answers for good, also once the owner is erased: figures, nothing personal.
    ledger: Callable[[Facts, Mapping[str, Any]], dict[str, Any]] | None = None


@dataclass(frozen=True)
class Stage:
    """A place in the service's graph. `says` is the one line that tells the owner where it stands."""

    key: str
    name: str
    says: str
    moves: tuple[Move, ...] = ()
    tasks: tuple[str, ...] = ()
    outcome: CaseOutcome | None = None
    work: Work | None = None
    # Whether this end asks the owner what they think of the service: not where the matter itself went wrong for them.
    asks_verdict: bool = True


@dataclass(frozen=True)
class ClockContext:
    """What the day of a clock is counted from: the form and the stages' results as stored, and the day of asking."""

    form: Mapping[str, Any]
    today: date
    results: Mapping[str, Any] = field(default_factory=dict)

    def result_day(self, stage: str, name: str) -> date | None:
        """A day that a stage's answers hold; None where they do not."""
        said = self.results.get(stage, {}).get(name)
        return date.fromisoformat(said) if said else None


@dataclass(frozen=True)
class Clock:
    """A time limit that runs while the case is in one of `stages`: so many working hours of ours, or a day by law or
    by contract. `source` says where such a day stands.

    `reminders` are the distances to the end at which handler (and owner, where `tells_owner` has words) hear of it.
    """

    key: str
    name: str
    stages: frozenset[str]
    working_hours: int = 0
    day: Callable[[ClockContext], date | None] | None = None
    source: str = ""
    is_contractual: bool = False
    reminders: tuple[timedelta, ...] = ()
    tells_owner: str | None = None

    @property
    def is_statutory(self) -> bool:
        return self.day is not None and not self.is_contractual


@dataclass(frozen=True)
class JointMinutes:
    """The tasks whose reports are gathered into one record that each unit confirms, and what it is called."""

    name: str
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class Publication:
    """What is made public once a case has come to `stage`, if the owner's answer to the field `consent` is yes: the
    form's field `who`, and the field of an earlier stage's answers that `subject` names. How long, and where to object,
    is in the stage's own answers: public_from, public_to, objections. In the stages of `stays` it is still public."""

    stage: str
    consent: str
    who: str
    subject: tuple[str, str]
    stays: tuple[str, ...] = ()


@dataclass(frozen=True)
class Brought:
    """The money that a case brought to the firm once it has come to `stage`: where the amount stands, as a stage and a
    field of its answers."""

    stage: str
    amount: tuple[str, str]


@dataclass(frozen=True)
class Pause:
    """Why nothing new is taken, as the owner hears it, and the last day of it where it is known."""

    reason: str
    until: date | None = None


@dataclass(frozen=True)
class Service:
    """A service that people do. The first stage is where a case begins; texts are formatted with the case's facts
    (number, promised, stage, name)."""

    key: str
    letters: str
    name: str
    # One line: what it is and what we cannot promise.
    intro: str
    topic: str
    form: type[Form]
    stages: tuple[Stage, ...]
    # What the owner hears once it is filed.
    submitted: str
    intents: frozenset[str] = frozenset()
    # Words that tell it from another service with the same intent.
    words: tuple[str, ...] = ()
    # Said in a short sentence, these begin it whatever the intent.
    phrases: tuple[str, ...] = ()
    documents: tuple[WantedDocument, ...] = ()
    tasks: tuple[Task, ...] = ()
    clocks: tuple[Clock, ...] = ()
    # The form's field that names the other side, where there is one: nobody works for both.
    opponent_field: str = ""
    # The form's field with the place whose people are asked first.
    region_field: str = "region"
    abilities: Abilities = ANYBODY
    # Whether whoever answers for it is a broker, whose licence is looked at (services/dated_data/brokers.py).
    is_brokered: bool = False
    # Whether the dated records of the place say which unit leads (services/dated_data/routing.py).
    is_routed_by_region: bool = False
    check: Callable[[Facts], list[Finding]] | None = None
    estimate: Callable[[Facts], Estimate | None] | None = None
    # What is handed to whoever judges firm and rights, the same lines each time; nothing personal, nothing secret.
    sheet: Callable[[Facts], tuple[SheetPart, ...]] | None = None
    publication: Publication | None = None
    brought: Brought | None = None
    minutes: JointMinutes | None = None
    news: News | None = None
    windows: Windows | None = None
    # Services that people often want with it (by key): one form fills in what they have in common.
    goes_with: tuple[str, ...] = ()
    # Said to the owner with the question after the intro, from our guides.
    guide_question: str = ""
    # Set by staff (services/catalogue/settings.py), never declared: nothing new is taken, what runs goes on.
    pause: Pause | None = None
    by_key: Mapping[str, Stage] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {stage.key: stage for stage in self.stages})

    @property
    def first_stage(self) -> Stage:
        return self.stages[0]

    def stage(self, key: str | None) -> Stage:
        """Raises KeyError for a stage the service does not have."""
        return self.by_key[str(key)]

    def task(self, key: str) -> Task:
        return next(each for each in self.tasks if each.key == key)

    def clock(self, key: str) -> Clock:
        return next(each for each in self.clocks if each.key == key)

    def document(self, key: str) -> WantedDocument | None:
        return next((each for each in self.documents if each.key == key), None)
