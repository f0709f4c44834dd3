"""The picture of filings per year, read back from its PNG."""

from datetime import date
from io import BytesIO
from itertools import groupby
from typing import Any

import pytest
from PIL import Image, ImageColor, ImageDraw, ImageFont

from services.portfolio_chart import BAR, BAR_SOFT, BASELINE, FONT, HEIGHT, PIXELS, WIDTH, YearBars, draw_filings

TODAY = date(2026, 11, 22)
COUNTS = {2019: 2, 2020: 8, 2022: 4, 2025: 4}


def decoded(counts: dict[int, int], *, is_demo: bool = False) -> Image.Image:
    content = draw_filings(counts, today=TODAY, data_date=date(2026, 11, 20), is_demo=is_demo)
    assert content.startswith(b"\x89PNG\r\n")
    assert len(content) < 200_000
    with Image.open(BytesIO(content)) as image:
        image.load()
        return image.convert("RGB")


def bars_of(image: Image.Image) -> list[tuple[str, int]]:
    """Colour and height in pixels of each bar, from left to right."""
    found = []
    bottom = BASELINE * PIXELS - 2
    colours = {str(ImageColor.getrgb(BAR)): "full", str(ImageColor.getrgb(BAR_SOFT)): "soft"}
    row = [colours.get(str(image.getpixel((x, bottom))), "") for x in range(image.width)]
    x = 0
    for colour, run in groupby(row):
        width = len(list(run))
        if colour:
            middle, y = x + width // 2, bottom
            while image.getpixel((middle, y)) == image.getpixel((middle, bottom)):
                y -= 1
            found.append((colour, bottom - y))
        x += width
    return found


def test_each_year_with_filings_has_a_bar_as_high_as_its_count() -> None:
    image = decoded(COUNTS)

    bars = bars_of(image)

    assert image.size == (WIDTH * PIXELS, HEIGHT * PIXELS) == (900, 680)
    assert [colour for colour, _ in bars] == ["full", "full", "full", "soft"]
    heights = [height for _, height in bars]
    unit = heights[1] / 8
    assert unit > 20
    assert [round(height / unit, 1) for height in heights] == [2, 8, 4, 4]


def test_sample_data_is_marked_in_the_picture() -> None:
    assert decoded(COUNTS, is_demo=True).tobytes() != decoded(COUNTS).tobytes()


def test_the_last_eight_years_are_shown_and_what_lies_before_is_counted() -> None:
    bars = YearBars.of({1999: 5, 2016: 2, 2017: 1, 2026: 3}, TODAY)

    assert bars.years[0] == (2019, 0)
    assert bars.years[-1] == (2026, 3)
    assert len(bars.years) == 8
    assert bars.earlier == 8


def test_a_young_portfolio_is_shown_over_six_years() -> None:
    bars = YearBars.of({2025: 2, 2026: 1}, TODAY)

    assert [year for year, _ in bars.years] == [2021, 2022, 2023, 2024, 2025, 2026]
    assert bars.earlier == 0


def test_large_counts_stay_inside_the_picture() -> None:
    image = decoded(dict.fromkeys(range(2010, 2027), 123456))

    edge = {image.getpixel((x, y)) for x in (0, 10, image.width - 11, image.width - 1) for y in range(image.height)}
    assert edge == {(255, 255, 255)}
    assert len(bars_of(image)) == 8


def test_every_letter_that_is_drawn_is_in_the_font(monkeypatch: pytest.MonkeyPatch) -> None:
    written: set[str] = set()
    draw = ImageDraw.ImageDraw.text

    def note(self: ImageDraw.ImageDraw, xy: Any, text: str, *rest: Any, **options: Any) -> None:
        written.update(text)
        draw(self, xy, text, *rest, **options)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", note)
    decoded({**dict.fromkeys(range(2000, 2027), 345_678), 1999: 1_290}, is_demo=True)

    font = ImageFont.truetype(FONT, 40)
    missing = bytes(font.getmask("\uffff"))
    assert {"历", "截", "9", ","} <= written
    assert [letter for letter in sorted(written) if bytes(font.getmask(letter)) == missing] == []
