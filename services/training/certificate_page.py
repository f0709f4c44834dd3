"""A certificate as a PDF page: A4 across, every letter embedded, with a QR code that leads to its public page."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from core.i18n import chinese_date

# What can be printed is said by services/training/certificates.py (data/fonts/README.md).
FONT = Path(__file__).resolve().parents[2] / "data" / "fonts" / "certificate.ttf"
NAME = "ZhiQiao Certificate"
WIDTH, HEIGHT = landscape(A4)
MIDDLE = WIDTH / 2
MARGIN, INNER = 28, 36
TEXT_WIDTH = WIDTH - 240
TITLE_SIZE, HOLDER_SIZE, TEXT_SIZE, NOTE_SIZE = 44, 34, 18, 11
LEADING = 32
QR_SIZE, QR_RIGHT, QR_BOTTOM = 92, 84, 84

# On paper punctuation takes the room of a letter.
FULL_WIDTH = str.maketrans(",:;()", "\uff0c\uff1a\uff1b\uff08\uff09")
OPENING, CLOSING = "“\uff08", "\uff0c。、\uff1b\uff1a”\uff09"

INK, INK_SOFT, ACCENT = HexColor("#1b2328"), HexColor("#5f6b72"), HexColor("#0b5567")


@dataclass(frozen=True)
class Printed:
    """What stands on it; `page` is the address behind the QR code."""

    number: str
    holder: str
    course: str
    held_on: date
    hours: float
    page: str
    is_demonstration: bool


def draw_certificate(printed: Printed) -> bytes:
    """The PDF, some 30 KB. The same certificate is the same bytes whenever it is drawn."""
    font = _font()
    written = BytesIO()
    canvas = Canvas(written, pagesize=(WIDTH, HEIGHT), invariant=1, lang="zh-CN")
    canvas.setTitle(f"结业证书 {printed.number}")
    canvas.setAuthor("知桥")
    _draw_frame(canvas)
    _centred(canvas, font, 452, "结业证书", TITLE_SIZE, ACCENT)
    size = _fitting(font, printed.holder)
    _centred(canvas, font, 372, printed.holder, size, INK)
    half = max(150, pdfmetrics.stringWidth(printed.holder, font, size) / 2 + 12)
    canvas.setStrokeColor(ACCENT)
    canvas.setLineWidth(0.8)
    canvas.line(MIDDLE - half, 356, MIDDLE + half, 356)
    day, hours = chinese_date(printed.held_on), _hours(printed.hours)
    sentences = (f"于{day}参加“{printed.course}”培训,共{hours}小时,", "经签到确认,特此证明。")
    lines = [line for each in sentences for line in _wrapped(font, each.translate(FULL_WIDTH), TEXT_SIZE, TEXT_WIDTH)]
    for place, line in enumerate(lines):
        _centred(canvas, font, 306 - place * LEADING, line, TEXT_SIZE, INK)
    _draw_foot(canvas, font, printed)
    canvas.showPage()
    canvas.save()
    return written.getvalue()


@cache
def _font() -> str:
    """Read once a process: it takes a moment."""
    pdfmetrics.registerFont(TTFont(NAME, str(FONT)))
    return NAME


def _draw_frame(canvas: Canvas) -> None:
    canvas.setStrokeColor(ACCENT)
    for inset, width in ((MARGIN, 2.4), (INNER, 0.6)):
        canvas.setLineWidth(width)
        canvas.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)


def _draw_foot(canvas: Canvas, font: str, printed: Printed) -> None:
    canvas.setFillColor(INK)
    canvas.setFont(font, TEXT_SIZE)
    canvas.drawString(QR_RIGHT, 132, "知桥")
    canvas.setFillColor(INK_SOFT)
    canvas.setFont(font, NOTE_SIZE)
    canvas.drawString(QR_RIGHT, 110, f"编号 {printed.number}")
    canvas.drawString(QR_RIGHT, 92, "扫码或按编号查验真伪和是否有效")
    if printed.is_demonstration:
        canvas.drawString(QR_RIGHT, 74, "演示数据")
    left = WIDTH - QR_RIGHT - QR_SIZE
    code = Drawing(QR_SIZE, QR_SIZE)
    code.add(QrCodeWidget(printed.page, barLevel="M", barWidth=QR_SIZE, barHeight=QR_SIZE, barBorder=0))
    renderPDF.draw(code, canvas, left, QR_BOTTOM)
    # Who reads it on a screen cannot scan it.
    canvas.linkURL(printed.page, (left, QR_BOTTOM, left + QR_SIZE, QR_BOTTOM + QR_SIZE))


def _centred(canvas: Canvas, font: str, y: float, words: str, size: float, colour: HexColor) -> None:
    canvas.setFillColor(colour)
    canvas.setFont(font, size)
    canvas.drawCentredString(MIDDLE, y, words)


def _fitting(font: str, words: str) -> float:
    """The size at which a long name still fits on its line."""
    width = pdfmetrics.stringWidth(words, font, HOLDER_SIZE)
    return min(HOLDER_SIZE, float(HOLDER_SIZE * TEXT_WIDTH / width))


def _wrapped(font: str, text: str, size: float, width: float) -> list[str]:
    """Chinese breaks anywhere, but no line begins with what closes a phrase or ends with what opens one."""
    lines = [""]
    for sign in text:
        is_full = pdfmetrics.stringWidth(lines[-1] + sign, font, size) > width
        if is_full and sign not in CLOSING:
            kept = lines[-1].rstrip(OPENING)
            opened, lines[-1] = lines[-1][len(kept) :], kept
            lines.append(opened + sign)
        else:
            lines[-1] += sign
    return lines


def _hours(hours: float) -> str:
    return f"{hours:.1f}".removesuffix(".0")
