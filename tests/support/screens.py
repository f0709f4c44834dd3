"""What a page must keep to on any screen, asked in a real browser."""

import os
from pathlib import Path

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

FITTING_MS = 15_000
FITS = "width => document.readyState === 'complete' && document.documentElement.scrollWidth <= width"


def assert_fits(page: Page, name: str = "") -> None:
    """Nothing of the page stands out at the side of the screen. It is asked until it is so, since a page that is still
    on its way has no width. A page with a name leaves a picture where SCREENSHOTS names a folder.
    """
    size = page.viewport_size
    assert size is not None
    try:
        page.wait_for_function(FITS, arg=size["width"], timeout=FITTING_MS)
    except PlaywrightTimeout:
        raise AssertionError(f"{page.url} is wider than {size['width']} pixels") from None
    if name and (folder := os.environ.get("SCREENSHOTS")):
        shown = f"{name.replace('/', '-')}-{size['width']}.png"
        # Playwright hides the caret with an inline style, which the console's policy rightly refuses.
        page.screenshot(path=str(Path(folder) / shown), full_page=True, caret="initial")
