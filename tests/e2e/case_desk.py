"""A member of staff at the pages of a service's case: board, my work, the case with its buttons."""

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

from services.catalogue.fields import Form, Reads, fields_of
from services.catalogue.model import Move, Service, WantedDocument
from tests.e2e.owner_answers import typed_for
from tests.support.sample_files import pdf, picture

FILES = {"application/pdf": ("材料.pdf", pdf()), "image/png": ("材料.png", picture())}


class CaseDesk:
    """One browser window in which one member of staff works on cases; confirmations are answered with yes."""

    def __init__(self, page: Page, web_url: str) -> None:
        self.page, self.url = page, f"{web_url}/console"
        self.number = ""
        self.moves = page.locator("#moves")
        self.thread = page.locator("#messages-panel .message")
        page.on("dialog", lambda dialog: dialog.accept())

    def find_on_board(self, service: Service, stage: str, number: str) -> Locator:
        """The case's card in the column of that stage."""
        self.page.goto(f"{self.url}/boards/{service.key}")
        column = self.page.get_by_role("region", name=service.stage(stage).name, exact=True)
        card = column.locator(".card-item", has_text=number)
        expect(card).to_have_count(1)
        return card

    def wait_for_offer(self, number: str) -> None:
        """Without a touch: the notice comes to the open page by itself."""
        expect(self.page.locator("#toasts")).to_contain_text(number)

    def wait_for_news(self, words: str) -> None:
        """What an owner did or wrote."""
        expect(self.page.locator("#toasts")).to_contain_text(words)

    def take_from_my_work(self, number: str) -> None:
        """Take it where it is offered; ends at the case's page."""
        self.page.goto(f"{self.url}/work")
        offer = self.page.locator(".offer", has_text=number)
        self.go(offer.get_by_role("button", name="接单", exact=True))
        self.number = number
        expect(self.page.locator("h1 .tag-status-accepted")).to_be_visible()

    def open(self, number: str) -> None:
        self.page.goto(f"{self.url}/cases/{number}")
        self.number = number
        expect(self.page.locator(".crumbs")).to_contain_text(number)

    def expect_stage(self, service: Service, stage: str) -> None:
        expect(self.page.locator("h1 .tag").first).to_have_text(service.stage(stage).name)

    def upload(self, wanted: WantedDocument) -> None:
        """Add a document of that kind through the case's page, and come back to it."""
        name, content = next(FILES[kind] for kind in FILES if kind in wanted.media_types)
        form = self.page.locator("#documents form[enctype]")
        form.locator("select[name=key]").select_option(wanted.key)
        kind = "application/pdf" if name.endswith("pdf") else "image/png"
        form.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": content})
        self.go(form.get_by_role("button", name="上传"))
        expect(self.page.locator("#documents")).to_contain_text(name)
        self.page.goto(f"{self.url}/cases/{self.number}")

    def task(self, name: str) -> Locator:
        return self.page.locator("#tasks .task", has=self.page.locator("strong", has_text=re.compile(f"^{name}$")))

    def report_if_asked(self, service: Service, key: str) -> None:
        """Fill in a party's result for it, unless the form does not ask for that task, or it is done."""
        if self.task(service.task(key).name).locator("summary", has_text="代填结果").count():
            self.report(service, key)

    def report(self, service: Service, key: str, typed: Mapping[str, str] | None = None) -> None:
        """Fill in a party's result for it."""
        task = service.task(key)
        row = self.task(task.name)
        row.locator("summary", has_text="代填结果").click()
        form = row.locator("form[action$='/report']")
        self.fill(form, task.report, typed)
        self.go(form.get_by_role("button", name="填好了"))
        expect(row.locator(".tag-task-done")).to_be_visible()

    def move(self, move: Move, typed: Mapping[str, str] | None = None) -> None:
        """Press the button of a move and fill in what it asks for."""
        if move.asks is not None:
            self.moves.locator("summary", has_text=re.compile(f"^{re.escape(move.name)}$")).click()
            form = self.moves.locator("form", has=self.page.locator(f"input[name=to][value={move.to}]"))
            self.fill(form, move.asks, typed)
            button = form.get_by_role("button", name=move.name, exact=True)
        else:
            button = self.moves.get_by_role("button", name=move.name, exact=True)
        self.go(button)
        expect(self.page.locator(".problem")).to_have_count(0)

    def reply(self, text: str) -> None:
        self.page.locator("#reply-text").fill(text)
        self.go(self.page.get_by_role("button", name="发送", exact=True))
        expect(self.thread.filter(has_text=text)).to_have_count(1)

    def fill(self, form: Locator, declared: type[Form], typed: Mapping[str, str] | None) -> None:
        answers = {**typed_for(declared), **(typed or {})}
        for field in fields_of(declared):
            if field.name not in answers:
                continue
            place, value = form.locator(f"[name=answer-{field.name}]"), answers[field.name]
            if field.reads is Reads.CHOICES:
                place.and_(form.locator(f"[value={value}]")).check()
            elif field.reads in {Reads.CHOICE, Reads.YES_NO}:
                place.select_option(value)
            else:
                place.fill(value)

    def go(self, button: Locator) -> None:
        with self.page.expect_navigation():
            button.click()
