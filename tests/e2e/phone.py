"""The owner's hand on the sandbox's phone page."""

import re

from playwright.sync_api import Locator, Page, expect

CASE_NUMBER = re.compile(r"[A-Z]{2}\d{6}-\d{4}")


class Phone:
    """One person's chat with the account, as it stands on the screen."""

    def __init__(self, page: Page, url: str, name: str) -> None:
        self.page, self.name = page, name
        self.answers = page.get_by_test_id("bubble-account")
        self.own = page.get_by_test_id("bubble-user")
        page.goto(f"{url}/?user={name}")

    def follow(self) -> Locator:
        """Follow the account; answers its first words."""
        self.page.get_by_test_id("follow").click()
        expect(self.answers.first).to_be_visible()
        return self.answers.first

    def say(self, text: str) -> None:
        """Type and send."""
        before = self.own.count()
        self._to_keyboard()
        self.page.get_by_test_id("input").fill(text)
        self.page.get_by_test_id("send").click()
        expect(self.own.nth(before)).to_have_text(text)

    def ask(self, text: str) -> Locator:
        """Say it and wait for the answer's bubble."""
        before = self.answers.count()
        self.say(text)
        return self.answer(before)

    def answer(self, before: int) -> Locator:
        """The bubble that comes after the first `before` of the account's."""
        expect(self.answers.nth(before)).to_be_visible()
        return self.answers.nth(before)

    def choose_in_menu(self, group: int, entry: int) -> Locator:
        """Tap an entry of the menu bar; answers the reply."""
        before = self.answers.count()
        if not self.page.locator("#menu-bar").is_visible():
            self.page.locator("#to-menu").click()
        self.page.get_by_test_id(f"menu-{group}").click()
        self.page.get_by_test_id(f"menu-{group}-{entry}").click()
        return self.answer(before)

    def tap(self, words: str) -> Locator:
        """Tap a link of the latest answer; answers the reply."""
        before = self.answers.count()
        self.answers.last.get_by_role("button", name=words, exact=True).click()
        expect(self.own.last).to_be_visible()
        return self.answer(before)

    def speak(self, heard: str) -> Locator:
        """A voice message with what WeChat made of it ("" where it made nothing)."""
        before = self.answers.count()
        self._to_keyboard()
        self.page.get_by_test_id("to-voice").click()
        self.page.get_by_test_id("hold").click()
        self.page.get_by_test_id("sheet-text").fill(heard)
        self.page.get_by_test_id("sheet-ok").click()
        answer = self.answer(before)
        self.page.get_by_test_id("to-voice").click()
        return answer

    def send_location(self, label: str) -> Locator:
        before = self.answers.count()
        self._to_keyboard()
        self.page.get_by_test_id("plus").click()
        self.page.get_by_test_id("send-location").click()
        self.page.get_by_test_id("sheet-text").fill(label)
        self.page.get_by_test_id("sheet-ok").click()
        answer = self.answer(before)
        self.page.get_by_test_id("plus").click()
        return answer

    def send_picture(self, name: str, content: bytes) -> Locator:
        before = self.answers.count()
        self._to_keyboard()
        self.page.get_by_test_id("plus").click()
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_test_id("send-image").click()
        chooser.value.set_files({"name": name, "mimeType": "image/png", "buffer": content})
        return self.answer(before)

    def _to_keyboard(self) -> None:
        button = self.page.get_by_test_id("to-keyboard")
        if button.is_visible():
            button.click()
        expect(self.page.locator("#composer")).to_be_visible()


def case_number_in(answer: Locator) -> str:
    """The number that was told."""
    found = CASE_NUMBER.search(answer.inner_text())
    assert found is not None, answer.inner_text()
    return found[0]
