"""One running product for the folder, one browser; for each test a Monday morning, empty desks, fresh windows."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from dev.assets import install_assets
from tests.e2e.desk import Desk
from tests.e2e.office import Office
from tests.e2e.phone import Phone
from tests.e2e.product import Member, Product

REFUSALS = ("Failed to load resource", "Response Status Error Code 4")
DESK_SIZE, PHONE_SIZE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.product)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    install_assets()
    product = Product(tmp_path_factory.mktemp("product"))
    try:
        product.start()
        yield product
    finally:
        product.stop()


@pytest.fixture
def product(running: Product) -> Product:
    """The product on a Monday at ten, with nobody hired and nothing waiting."""
    running.clear_desks()
    running.move_to_monday()
    return running


class Windows:
    """Opens windows, each with its own cookies, and hears of every error that a page's scripts report."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.problems: list[str] = []

    def open(self, size: dict[str, int]) -> Page:
        context = self._browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        # Refusals, which tests provoke, are told by the browser and by htmx; everything else is a fault of the page.
        page.on("console", self._hear)
        return page

    def _hear(self, line: ConsoleMessage) -> None:
        if line.type == "error" and not line.text.startswith(REFUSALS):
            self.problems.append(line.text)

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def windows(chromium: Browser) -> Iterator[Windows]:
    windows = Windows(chromium)
    yield windows
    windows.close()
    assert windows.problems == []


@pytest.fixture
def open_phone(product: Product, windows: Windows) -> Callable[..., Phone]:
    """A person's phone, who follows unless told otherwise."""

    def open_one(name: str, *, follows: bool = True) -> Phone:
        phone = Phone(windows.open(PHONE_SIZE), product.stack.sandbox_url, name)
        if follows:
            phone.follow()
        return phone

    return open_one


@pytest.fixture
def open_desk(product: Product, windows: Windows) -> Callable[..., Desk]:
    """A console window; logged in unless told otherwise."""

    def open_one(member: Member, size: dict[str, int] = DESK_SIZE, *, logs_in: bool = True) -> Desk:
        desk = Desk(windows.open(size), product.stack.web_url, member)
        if logs_in:
            desk.log_in()
            expect(desk.page.locator("#queue")).to_be_visible()
        return desk

    return open_one


@pytest.fixture(scope="module")
def staffed_office(running: Product, chromium: Browser) -> Iterator[Office]:
    """Who works on services' cases, at their desks for a whole module; nobody else is hired, nothing else waits."""
    running.clear_desks()
    running.move_to_monday()
    windows = Windows(chromium)

    def open_desk(member: Member) -> Desk:
        desk = Desk(windows.open(DESK_SIZE), running.stack.web_url, member)
        desk.log_in()
        return desk

    def open_phone(name: str) -> Phone:
        phone = Phone(windows.open(PHONE_SIZE), running.stack.sandbox_url, name)
        phone.follow()
        return phone

    yield Office(running, open_desk, open_phone)
    windows.close()
    assert windows.problems == []


@pytest.fixture
def office(staffed_office: Office) -> Iterator[Office]:
    """Its people at their desks; who visits them in a test is gone at its end."""
    yield staffed_office
    staffed_office.see_off()


@pytest.fixture(scope="session")
def picture() -> Callable[[Page, str], None]:
    """Keeps a picture where SCREENSHOTS names a folder."""

    def take(page: Page, name: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            # Playwright hides the caret with an inline style, which the console's policy rightly refuses.
            page.screenshot(path=str(Path(folder) / f"{name}.png"), caret="initial")

    return take
