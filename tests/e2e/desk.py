"""A member of staff at the console."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.product import Member


class Desk:
    """One browser in which one member of staff works."""

    def __init__(self, page: Page, url: str, member: Member) -> None:
        self.page, self.url, self.member = page, f"{url}/console/", member
        self.rows = page.locator("#queue .row-link")
        self.messages = page.locator("#messages .message")

    def log_in(self, password: str = "") -> None:
        """Through the login form; a first password ends at the page that has it changed."""
        self.page.goto(self.url)
        self.page.locator("[name=username]").fill(self.member.username)
        self.page.locator("[name=password]").fill(password or self.member.password)
        self._go(self.page.get_by_role("button", name="登录"))
        expect(self.page.locator("[name=password]")).to_have_count(0)

    def open_tab(self, name: str) -> None:
        self._go(self.page.locator("#queue .tabs").get_by_role("link", name=name))
        expect(self.page.locator("#queue .tabs [aria-current]")).to_contain_text(name)

    def open_first(self) -> None:
        """The first conversation of the queue."""
        self._go(self.rows.first)
        expect(self.page.locator("#head")).to_be_visible()

    def accept(self) -> None:
        self._go(self.page.get_by_role("button", name="接单", exact=True))
        expect(self.page.locator("#head")).to_contain_text("处理中")

    def reply(self, text: str) -> Locator:
        """Send; answers the message as the conversation shows it."""
        before = self.page.locator(".by-staff .bubble").count()
        self.page.locator("#reply-text").fill(text)
        self.page.locator("#reply-text").press("Control+Enter")
        sent = self.page.locator("#messages .by-staff").nth(before)
        expect(sent.locator(".bubble")).to_have_text(text)
        return sent

    def note(self, text: str) -> None:
        """An internal note."""
        self.page.get_by_role("tab", name="内部备注").click()
        self.page.locator("#note-text").fill(text)
        self.page.get_by_role("button", name="存备注").click()
        expect(self.page.locator("#messages .is-internal .bubble").last).to_have_text(text)

    def transfer(self, to: Member, words: str) -> None:
        self.page.locator("summary", has_text="转给…").click()
        self.page.locator("select[name=to]").select_option(str(to.id))
        self.page.locator(".transfer textarea").fill(words)
        self._go(self.page.get_by_role("button", name="转出"))

    def end(self, how: str = "结束并告知用户") -> None:
        self.page.locator("#head summary", has_text="结束").click()
        self._go(self.page.get_by_role("button", name=how))
        expect(self.page.locator("#head")).to_have_count(0)

    def _go(self, button: Locator) -> None:
        """Click what leads to another page, and wait until its scripts run: a live update may look like it before."""
        with self.page.expect_navigation():
            button.click()
