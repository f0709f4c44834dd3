"""Words that a picture carries beside its pixels: for demonstrations and tests, where nobody reads print.

No OCR: only pictures that `with_words` made say anything here. The engines that run offline weigh some 100 MB with
what they bring (docs/custody.md).
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from core.picture_text import PictureTextError, PictureUnreadable

if TYPE_CHECKING:
    from PIL import Image

# The same name stands in sandbox/api/pictures.py, which reads these pictures as WeChat would read a photo.
LAYER = "zhiqiao-demonstration-text"
FORMATS = ("JPEG", "PNG")


class EmbeddedPictureText:
    """Reads the layer, and of any other picture nothing."""

    def read(self, picture: bytes) -> str:
        """The words, "" where there are none. Raises PictureUnreadable."""
        return words_of(picture)


class FailingPictureText:
    """Answers nothing but failure: for tests, and where no WeChat app is configured that could be asked."""

    def read(self, picture: bytes) -> str:
        raise PictureTextError("away")


def words_of(picture: bytes) -> str:
    """What the layer of a picture says. Raises PictureUnreadable for what is no picture."""
    from PIL import Image  # few processes ever get a picture
    from PIL.PngImagePlugin import PngImageFile

    try:
        with Image.open(BytesIO(picture), formats=FORMATS) as opened:
            return str(opened.text.get(LAYER, "")) if isinstance(opened, PngImageFile) else ""
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureUnreadable("no picture") from None


def with_words(picture: Image.Image, words: str) -> bytes:
    """The picture as a PNG that carries these words."""
    from PIL.PngImagePlugin import PngInfo

    layer = PngInfo()
    layer.add_itxt(LAYER, words)
    made = BytesIO()
    picture.save(made, "PNG", pnginfo=layer)
    return made.getvalue()
