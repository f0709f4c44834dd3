"""Filings per year as a picture for a chat. Its letters come with the product: a fresh machine has no Chinese font and
Pillow brings none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from core.i18n import chinese_date

# Only the letters of this picture are in it (data/fonts/README.md).
FONT = Path(__file__).resolve().parent.parent / "data" / "fonts" / "chart.otf"
# In points of a phone; the picture has twice as many pixels each way, and is drawn with four times as many.
WIDTH, HEIGHT = 450, 340
PIXELS, DRAWN = 2, 4
MARGIN = 24
BARS_TOP, BASELINE = 130, 262
BAR_SHARE, WIDEST_BAR, CORNER = 0.64, 40, 4
TITLE_SIZE, TOTAL_SIZE, PERIOD_SIZE = 26, 34, 17
COUNT_SIZE, YEAR_SIZE, NOTE_SIZE = 20, 17, 15
MOST_YEARS, LEAST_YEARS = 8, 6
# An application is published 18 months after it was filed (Patent Law, art. 34): these years still grow.
STILL_GROWING_YEARS = 2

INK, INK_SOFT, LINE, GROUND = "#1b2328", "#5f6b72", "#e3e8ea", "#ffffff"
BAR, BAR_SOFT = "#0b5567", "#a9cdd7"


@dataclass(frozen=True)
class YearBars:
    """The bars from left to right, each a year with its count, and how many filings lie before the first of them."""

    years: tuple[tuple[int, int], ...]
    earlier: int

    @classmethod
    def of(cls, counts: Mapping[int, int], today: date) -> "YearBars":
        """Every year from the first filing to today's, at most the last eight, with those that have none."""
        last = max([today.year, *counts])
        first = max(last - MOST_YEARS + 1, min([last - LEAST_YEARS + 1, *counts]))
        years = tuple((year, counts.get(year, 0)) for year in range(first, last + 1))
        return cls(years, sum(count for year, count in counts.items() if year < first))


def draw_filings(counts: Mapping[int, int], *, today: date, data_date: date, is_demo: bool) -> bytes:
    """The PNG: 900 by 680 pixels, some 25 KB. `counts` are filings by year, at least one."""
    bars = YearBars.of(counts, today)
    image = Image.new("RGB", (WIDTH * DRAWN, HEIGHT * DRAWN), GROUND)
    canvas = _Canvas(ImageDraw.Draw(image))
    _draw_heading(canvas, bars, counts, is_demo=is_demo)
    _draw_bars(canvas, bars, today)
    _draw_footer(canvas, bars, data_date)
    written = BytesIO()
    image.reduce(DRAWN // PIXELS).save(written, "PNG", optimize=True)
    return written.getvalue()


class _Canvas:
    """Drawing in points."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self._draw = draw

    def text(self, x: float, y: float, words: str, *, size: float, colour: str = INK, anchor: str = "ls") -> None:
        """Words with their baseline at y."""
        font = _font(size * DRAWN)
        self._draw.text((x * DRAWN, y * DRAWN), words, fill=colour, font=font, anchor=anchor)

    def width(self, words: str, *, size: float) -> float:
        return float(self._draw.textlength(words, font=_font(size * DRAWN))) / DRAWN

    def line(self, x1: float, x2: float, y: float) -> None:
        self._draw.rectangle((x1 * DRAWN, y * DRAWN, x2 * DRAWN, (y + 1) * DRAWN - 1), fill=LINE)

    def bar(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        """A column with its upper corners rounded."""
        box = (left * DRAWN, top * DRAWN, right * DRAWN - 1, bottom * DRAWN - 1)
        radius = min(CORNER, (bottom - top) / 5) * DRAWN
        self._draw.rounded_rectangle(box, radius, fill=colour, corners=(True, True, False, False))


@lru_cache(maxsize=16)
def _font(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)


def _draw_heading(canvas: _Canvas, bars: YearBars, counts: Mapping[int, int], *, is_demo: bool) -> None:
    total = f"{sum(counts.values()):,}件"
    canvas.text(MARGIN, 50, "历年专利申请", size=TITLE_SIZE)
    period = f"{bars.years[0][0]}–{bars.years[-1][0]}年" + (f",更早{bars.earlier:,}件" if bars.earlier else "")
    canvas.text(MARGIN, 78, period, size=PERIOD_SIZE, colour=INK_SOFT)
    canvas.text(WIDTH - MARGIN, 50, total, size=TOTAL_SIZE, colour=BAR, anchor="rs")
    if is_demo:
        canvas.text(WIDTH - MARGIN, 78, "演示数据", size=PERIOD_SIZE, colour=INK_SOFT, anchor="rs")


def _draw_bars(canvas: _Canvas, bars: YearBars, today: date) -> None:
    slot = (WIDTH - 2 * MARGIN) / len(bars.years)
    wide = min(slot * BAR_SHARE, WIDEST_BAR)
    highest = max(count for _, count in bars.years) or 1
    widest = max(canvas.width(f"{count:,}", size=COUNT_SIZE) for _, count in bars.years)
    size = COUNT_SIZE * min(1, (slot - 3) / widest)
    canvas.line(MARGIN, WIDTH - MARGIN, BASELINE)
    for place, (year, count) in enumerate(bars.years):
        middle = MARGIN + slot * (place + 0.5)
        top = BASELINE - (BASELINE - BARS_TOP) * count / highest
        if count:
            colour = BAR_SOFT if _still_grows(year, today) else BAR
            canvas.bar(middle - wide / 2, min(top, BASELINE - 2), middle + wide / 2, BASELINE, colour)
        canvas.text(middle, top - 8, f"{count:,}", size=size, colour=INK if count else INK_SOFT, anchor="ms")
        canvas.text(middle, BASELINE + 25, str(year), size=YEAR_SIZE, colour=INK_SOFT, anchor="ms")


def _draw_footer(canvas: _Canvas, bars: YearBars, data_date: date) -> None:
    y = HEIGHT - 22
    canvas.bar(MARGIN, y - 11, MARGIN + 12, y + 1, BAR_SOFT)
    canvas.text(MARGIN + 18, y, "还没全部公开", size=NOTE_SIZE, colour=INK_SOFT)
    as_of = f"数据截至{chinese_date(data_date)}"
    canvas.text(WIDTH - MARGIN, y, as_of, size=NOTE_SIZE, colour=INK_SOFT, anchor="rs")


def _still_grows(year: int, today: date) -> bool:
    return year > today.year - STILL_GROWING_YEARS
