"""What the broker writes down of a publicity: where and how long it stands, what was objected, how that was handled."""

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, Field, model_validator
from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, InvalidInput
from core.i18n import chinese_date
from core.logs import get_logger
from models import Deal, DealObjection, DealPublicity, DealState, ObjectionState, OfferState, PublicityWay, Staff
from services.deals.access import get_deal_to_broker
from services.deals.clock import plan_notice
from services.deals.history import BOTH, list_history, note, tell_broker
from services.deals.publicity import Standing, current_row, find_holder, find_publicity, last_day, rule_on
from services.working_hours import load_calendar

log = get_logger(__name__)

LONGEST_NAME, LONGEST_PLACE, LONGEST_LINK, LONGEST_TEXT = 120, 200, 300, 400
OPEN_STATES = (DealState.AGREED, DealState.CONTRACT)
MOST_DAYS = 365


class PublicityForm(BaseModel):
    """`place` is where it is published (paper and page), or on what it rests that nothing has to be published. Without
    `ends_on` it stands as long as it has to. `price` (yuan) and `is_same` count where it began before the price was
    agreed: what was published, and that the broker compared its name and price with what was agreed."""

    way: PublicityWay = PublicityWay.NOTICE
    name: str = Field(default="", max_length=LONGEST_NAME)
    place: str = Field(min_length=2, max_length=LONGEST_PLACE)
    link: str = Field(default="", max_length=LONGEST_LINK, pattern=r"^(https?://\S+)?$")
    starts_on: date | None = None
    ends_on: date | None = None
    price: int | None = Field(default=None, gt=0)
    is_same: bool = False

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.way is PublicityWay.NOTICE and (not self.name.strip() or self.starts_on is None):
            raise ValueError("a notice has a name and a first day")
        return self


class HandlingForm(BaseModel):
    is_upheld: bool
    text: str = Field(min_length=2, max_length=LONGEST_TEXT)


def publicise(
    session: Session, staff: Staff, number: str, form: PublicityForm, now: datetime, *, version: int | None = None
) -> DealPublicity:
    """Write down that the agreed price is published, or why it need not be; both sides hear of it. A later one takes
    the place of an earlier one. Raises NotFound, Forbidden, InvalidInput, Conflict."""
    deal = _open_deal(session, staff, number, version)
    today = china_date(now)
    earlier = current_row(deal)
    if earlier is not None and any(each.state == ObjectionState.OPEN for each in earlier.objections):
        raise Conflict("有异议还没处理,先记下怎么处理的,再重新公示。")
    row = DealPublicity(
        deal_id=deal.id,
        way=form.way,
        name=form.name.strip(),
        mode=deal.mode,
        amount=deal.amount,
        place=form.place.strip(),
        link=form.link or None,
        staff_id=staff.id,
        created_at=now,
    )
    if form.way is PublicityWay.NOTICE:
        row.starts_on, row.ends_on = _period(session, deal, form, today)
    deal.publicities.append(row)
    session.flush()
    agreed_on = _agreed_on(deal)
    is_earlier = row.starts_on is not None and agreed_on is not None and row.starts_on < agreed_on
    kind = "publicity_lifted" if form.way is not PublicityWay.NOTICE else "publicity_started"
    kind = "publicity_earlier" if is_earlier else kind
    note(session, deal, kind, now, staff=staff, tells=BOTH, publicity=row.id)
    plan_notice(deal, today)
    session.flush()
    log.info("deal_publicity", deal=deal.number, way=form.way, staff_id=staff.id)
    return row


def note_objection(
    session: Session,
    staff: Staff,
    number: str,
    text: str,
    raised_on: date,
    now: datetime,
    *,
    version: int | None = None,
) -> DealObjection:
    """Somebody objects: the deal waits until the unit has dealt with it. Raises NotFound, Forbidden, InvalidInput,
    Conflict."""
    deal = _open_deal(session, staff, number, version)
    row = current_row(deal)
    if row is None or row.starts_on is None:
        raise Conflict("还没有公示,没有异议可记。")
    words = text.strip()
    if not 2 <= len(words) <= LONGEST_TEXT:
        raise InvalidInput(fields={"text": f"写2到{LONGEST_TEXT}个字。"})
    if not row.starts_on <= raised_on <= china_date(now):
        raise InvalidInput(fields={"raised_on": "提出的日期在公示开始到今天之间。"})
    objection = DealObjection(publicity_id=row.id, raised_on=raised_on, text=words, staff_id=staff.id, created_at=now)
    row.objections.append(objection)
    session.flush()
    note(session, deal, "publicity_objected", now, staff=staff, tells=BOTH, objection=objection.id)
    return objection


def handle_objection(
    session: Session,
    staff: Staff,
    number: str,
    objection_id: int,
    form: HandlingForm,
    now: datetime,
    *,
    version: int | None = None,
) -> DealObjection:
    """How the unit dealt with it. Raises NotFound, Forbidden, InvalidInput, Conflict where it has been dealt with."""
    deal = _open_deal(session, staff, number, version)
    row = current_row(deal)
    objection = next((each for each in (row.objections if row else []) if each.id == objection_id), None)
    if objection is None:
        raise InvalidInput("没有找到这条异议。")
    if objection.state != ObjectionState.OPEN:
        raise Conflict("这条异议已经处理过了。")
    objection.state = ObjectionState.UPHELD if form.is_upheld else ObjectionState.DISMISSED
    objection.handling, objection.handled_by_id, objection.handled_at = form.text.strip(), staff.id, now
    session.flush()
    note(
        session, deal, "publicity_handled", now, staff=staff, tells=BOTH, objection=objection.id,
        is_upheld=form.is_upheld,
    )  # fmt: skip
    return objection


def look_at_publicity(session: Session, deal: Deal, today: date, now: datetime) -> None:
    """Both and the broker hear once that a publicity is over, or that its end waits for an objection."""
    found = find_publicity(session, deal, today)
    if found is None or found.row is None or found.standing is not Standing.PASSED:
        return
    told = (
        event.details.get("publicity") for event in list_history(session, deal.id) if event.kind == "publicity_over"
    )
    if found.row.id in set(told):
        return
    note(session, deal, "publicity_over", now, tells=BOTH, publicity=found.row.id)
    tell_broker(session, deal, f"公示完了:{deal.number} {deal.title}", key=f"publicity-{found.row.id}", now=now)


def _open_deal(session: Session, staff: Staff, number: str, version: int | None) -> Deal:
    deal = get_deal_to_broker(session, staff, number, version=version)
    if deal.state not in OPEN_STATES or deal.amount is None:
        raise Conflict("价格谈成以后、签合同以前才公示。")
    return deal


def _agreed_on(deal: Deal) -> date | None:
    """The day on which this price was agreed."""
    days = [offer.answered_at for offer in deal.offers if offer.state == OfferState.ACCEPTED and offer.answered_at]
    return china_date(days[-1]) if days else None


def _upheld_on(deal: Deal) -> date | None:
    """The day on which an objection was upheld: a notice of before is the one that was objected to."""
    row = current_row(deal)
    objections = row.objections if row is not None else []
    days = [each.handled_at for each in objections if each.state == ObjectionState.UPHELD and each.handled_at]
    return max((china_date(each) for each in days), default=None)


def _problem_of_start(deal: Deal, form: PublicityForm, starts_on: date, today: date) -> tuple[str, str] | None:
    """The field and what is wrong with it. The law wants name and intended price shown, not that they were agreed with
    this buyer before: a notice from before counts where the broker found both the same as agreed."""
    if not (today.toordinal() - MOST_DAYS) <= starts_on.toordinal() <= today.toordinal():
        return "starts_on", "公示开始的日期不晚于今天,也不早于一年前。"
    upheld_on, agreed_on = _upheld_on(deal), _agreed_on(deal)
    if upheld_on is not None and starts_on < upheld_on:
        return "starts_on", f"有异议成立,重新公示的开始日期不早于{chinese_date(upheld_on)}。"
    if agreed_on is None or starts_on >= agreed_on:
        return None
    if form.price is None or not form.is_same:
        said = f"价格是{chinese_date(agreed_on)}谈成的。那以前就公示了的,写公示的价格,并确认名称和价格与谈成的一致。"
        return "starts_on", said
    if form.price != deal.amount:
        return "price", f"公示的价格和谈成的{deal.amount:,}元不一样,要按谈成的价格重新公示。"
    return None


def _period(session: Session, deal: Deal, form: PublicityForm, today: date) -> tuple[date, date]:
    assert form.starts_on is not None  # what the form checks
    holder = find_holder(session, deal)
    rule = rule_on(today)
    days = rule.days_of(holder) if holder is not None else rule.public_days
    shortest = last_day(form.starts_on, days, load_calendar(session, form.starts_on))
    ends_on = form.ends_on or shortest
    problems = {}
    wrong = _problem_of_start(deal, form, form.starts_on, today)
    if wrong is not None:
        problems[wrong[0]] = wrong[1]
    elif ends_on < shortest:
        problems["ends_on"] = f"公示至少{days}日,最早到{shortest.month}月{shortest.day}日。"
    elif ends_on.toordinal() > form.starts_on.toordinal() + MOST_DAYS:
        problems["ends_on"] = "公示最长写一年。"
    if problems:
        raise InvalidInput(next(iter(problems.values())), fields=problems)
    return form.starts_on, ends_on
