"""Draw a demonstration certificate whose number the sandbox can read: for trying the photo in chat without OCR.

python -m dev.demonstration_certificate CN201919212914.4 一种散热膜 certificate.png
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from adapters.picture_text_embedded import with_words

FONT = Path(__file__).resolve().parent.parent / "data" / "fonts" / "certificate.ttf"
WIDTH, HEIGHT, MARGIN = 900, 640, 60
INK, GROUND, LINE = "#1b2328", "#ffffff", "#a9cdd7"


def draw(number: str, title: str) -> bytes:
    """The picture, with what is drawn on it as its text, too."""
    lines = ("专利证书(演示)", f"发明名称:{title}", f"专利号:{number.replace('CN', 'ZL', 1)}")
    picture = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((MARGIN / 2, MARGIN / 2, WIDTH - MARGIN / 2, HEIGHT - MARGIN / 2), outline=LINE, width=4)
    for place, line in enumerate(lines):
        font = ImageFont.truetype(FONT, 56 if place == 0 else 34)
        pen.text((MARGIN * 1.5, MARGIN * 1.5 + place * 130), line, font=font, fill=INK)
    return with_words(picture, "\n".join(lines))


if __name__ == "__main__":
    Path(sys.argv[3]).write_bytes(draw(sys.argv[1], sys.argv[2]))
