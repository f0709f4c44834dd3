"""WeChat's reading of printed words (commocr), for pictures of any size that a phone takes.

docs: /cv/ocr/comm; verified accounts may call it 100 times a day, more are bought. Pictures are below 2 MB, so that a
larger one is made smaller here before it leaves.
"""

from io import BytesIO
from typing import Protocol

from adapters.wechat.errors import WeChatError
from adapters.wechat.media import LARGEST_IMAGE
from core.logs import get_logger
from core.picture_text import PictureTextError, PictureUnreadable

log = get_logger(__name__)

# The address of a picture, a document of the wrong kind, data that is no picture; an empty and a too large one.
NOT_READABLE = frozenset({101000, 101001, 101002, 44001, 40009})
# The day's free calls and those that were bought.
USED_UP = frozenset({45009, 101003})
FORMATS = ("JPEG", "PNG")
# What unpacks to more than this is made to hurt; a phone's best picture has 50 million. A JPEG is unpacked at a part of
# its size; a PNG only whole, at 4 bytes a point and twice that while it is made smaller.
MOST_PIXELS, MOST_OF_PNG = 60_000_000, 24_000_000
# Of these every point is one of a few colours: made smaller as they are, print falls apart.
FEW_COLOURS = {"1": "L", "P": "RGB"}
# Print of a certificate is legible at this size, and a JPEG of it is well below 2 MB.
LONGEST_SIDE = 2_200
QUALITY = 75


class ReadsPrint(Protocol):
    """The part of a WeChat app that is needed here."""

    def read_print(self, content: bytes) -> str: ...


class WeChatPictureText:
    """What WeChat reads in a picture."""

    def __init__(self, wechat: ReadsPrint) -> None:
        self._wechat = wechat

    def read(self, picture: bytes) -> str:
        """The printed words, a line each; "" where there are none. Raises PictureUnreadable, PictureTextError."""
        if len(picture) >= LARGEST_IMAGE:
            picture = shrink(picture)
        try:
            return self._wechat.read_print(picture)
        except WeChatError as error:
            if error.errcode in NOT_READABLE:
                raise PictureUnreadable(str(error.errcode)) from None
            if error.errcode in USED_UP:
                log.warning("picture_text_used_up", errcode=error.errcode)
            raise PictureTextError(str(error.errcode)) from None


def shrink(picture: bytes) -> bytes:
    """The same picture as a smaller JPEG, upright. Raises PictureUnreadable for what is none."""
    from PIL import Image, ImageOps  # few processes ever get a picture

    try:
        with Image.open(BytesIO(picture), formats=FORMATS) as opened:
            if opened.width * opened.height > (MOST_OF_PNG if opened.format == "PNG" else MOST_PIXELS):
                raise PictureUnreadable("too many pixels")
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            whole = opened.convert(FEW_COLOURS[opened.mode]) if opened.mode in FEW_COLOURS else opened
            # First of all smaller: each further step would copy every point of the whole picture.
            whole.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            made = BytesIO()
            ImageOps.exif_transpose(whole).convert("RGB").save(made, "JPEG", quality=QUALITY)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureUnreadable("no picture") from None
    return made.getvalue()
