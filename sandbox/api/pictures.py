"""The reading of printed words. No OCR: of our own demonstration pictures what they carry beside their pixels, of any
other picture nothing, as if there were no print on it."""

from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from sandbox.api.registry import Call, ok, route
from sandbox.errors import WeChatError

# adapters/picture_text_embedded.py makes such pictures; nothing here imports the product.
LAYER = "zhiqiao-demonstration-text"
LARGEST = 2 * 1024 * 1024


@route("/cv/ocr/comm", per_day=100)
def read_print(call: Call) -> dict[str, Any]:
    file = call.files.get("img")
    if file is None:
        # From an address the real one fetches the picture; nobody here asks for that.
        raise WeChatError(101000, "invalid image url")
    if len(content := file.stream.read(LARGEST + 1)) > LARGEST or not content:
        raise WeChatError(101002, "invalid image data")
    file.stream.seek(0)
    try:
        with Image.open(file.stream, formats=("JPEG", "PNG")) as picture:
            width, height = picture.size
            text = str(picture.text.get(LAYER, "")) if isinstance(picture, PngImageFile) else ""
    except (OSError, ValueError, SyntaxError):
        raise WeChatError(101002, "invalid image data") from None
    corners = ("left_top", "right_top", "right_bottom", "left_bottom")
    place = {corner: {"x": 0, "y": 0} for corner in corners}
    items = [{"text": line, "pos": place} for line in text.splitlines() if line.strip()]
    return ok(items=items, img_size={"w": width, "h": height})
