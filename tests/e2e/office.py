"""The office that works on services' cases: a handler, a second person, partners, and owners' phones."""

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from models import CaseOutcome, Role
from services.casework.satisfaction import INVITATION
from services.catalogue.fields import FormField, fields_of
from services.catalogue.model import Actor, Move, Party, Service
from tests.e2e.case_desk import CaseDesk
from tests.e2e.desk import Desk
from tests.e2e.owner_answers import said_for
from tests.e2e.phone import Phone, case_number_in
from tests.e2e.product import Member, Product
from tests.support.casework import make_institution

STAFF = {Actor.HANDLER, Actor.SUPERVISOR}


class Office:
    """The handler's and a supervisor's window stay open for a whole module; phones and partners' windows close when
    they are seen off."""

    def __init__(
        self, product: Product, open_desk: Callable[[Member], Desk], open_phone: Callable[[str], Phone]
    ) -> None:
        self.product = product
        self._open_desk, self._open_phone = open_desk, open_phone
        self._visitors: list[Phone | CaseDesk] = []
        self.handler = self._desk_of(product.hire("陈敏"))
        self.second = self._desk_of(product.hire("王芳", Role.SUPERVISOR, is_available=False))

    def _desk_of(self, member: Member) -> CaseDesk:
        return CaseDesk(self._open_desk(member).page, self.product.stack.web_url)

    def phone(self, name: str) -> Phone:
        """A new owner's phone, on which they follow the account."""
        phone = self._open_phone(name)
        self._visitors.append(phone)
        return phone

    def partner(self, party: Party, name: str) -> CaseDesk:
        """A new institution's window: of its kind the one that is asked next."""
        with self.product.database.unit_of_work() as session:
            institution = make_institution(
                session, self.product.now(), party=party, name=name, regions=["广东省广州市"]
            )
        desk = self._desk_of(self.product.hire(name, Role.PARTNER, institution_id=institution.id))
        self._visitors.append(desk)
        return desk

    def see_off(self) -> None:
        """Close what a test opened: a phone that nobody looks at asks for news twice a second all the same."""
        while self._visitors:
            self._visitors.pop().page.context.close()


def fill_in(phone: Phone, service: Service, begin: str, said: dict[str, str] | None = None) -> str:
    """Begin in plain words, answer what is asked, confirm the summary; answers the case's number. `said` are answers
    by field name where the declaration's example is not wanted."""
    bubble = phone.ask(begin)
    expect(bubble).to_contain_text(service.intro)
    return go_on(phone, service, bubble, said)


def go_on(phone: Phone, service: Service, bubble: Locator, said: dict[str, str] | None = None) -> str:
    """From the question in this bubble to the number."""
    answered: dict[str, str] = {}
    while "核对一下:" not in bubble.inner_text():
        field = _asked(service, bubble, answered)
        answered[field.name] = (said or {}).get(field.name) or said_for(service.form, field)
        bubble = phone.ask(answered[field.name])
    for field in fields_of(service.form):
        if field.name in answered:
            expect(bubble).to_contain_text(field.ask.label)
    number = case_number_in(phone.ask("提交"))
    assert number.startswith(service.letters)
    return number


def _asked(service: Service, bubble: Locator, answered: dict[str, str]) -> FormField:
    text = bubble.inner_text()
    left = [field for field in fields_of(service.form) if field.name not in answered and field.ask.question in text]
    assert left, f"no question of the form: {text}"
    return left[0]


def make_move(
    office: Office, phone: Phone, service: Service, number: str, move: Move, typed: dict[str, str] | None = None
) -> None:
    """By whom it is declared for: a button of the case's page, or the owner's word; the owner hears what it tells."""
    before = phone.answers.count()
    desk = office.second if move.needs_second_person else office.handler
    if move.by & STAFF:
        desk.open(number)
        for wanted in filter(None, (service.document(key) for key in move.documents)):
            desk.upload(wanted)
        for key in move.tasks:
            desk.report_if_asked(service, key)
        desk.move(move, typed)
    else:
        phone.say(move.name)
        desk.wait_for_news(f"{service.name} {number}:企业{move.name}了")
        desk.open(number)
    desk.expect_stage(service, move.to)
    if move.tells:
        expect(phone.answer(before)).to_contain_text(move.tells.format(number=number, name=service.name))
    ending = service.stage(move.to).outcome
    if move.by & STAFF and ending is not None and ending != CaseOutcome.WITHDRAWN:
        expect(phone.answer(before)).to_contain_text(INVITATION)
