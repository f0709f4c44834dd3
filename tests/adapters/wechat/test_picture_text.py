"""Every reader of pictures keeps the one contract: words, nothing, no picture, or that it is away."""

from io import BytesIO

import pytest
from PIL import Image

from adapters.picture_text import WeChatPictureText, shrink
from adapters.picture_text_embedded import EmbeddedPictureText, FailingPictureText, with_words
from adapters.wechat.errors import WeChatError
from adapters.wechat.failing import FailingWeChat
from adapters.wechat.local import LocalWeChat
from adapters.wechat.media import LARGEST_IMAGE
from core.picture_text import PictureTextError, PictureUnreadable
from services.ports import PictureText
from tests.adapters.wechat.conftest import MakeClient

WORDS = "发明专利证书\n专利号:ZL 2021 1 0123456.7"


@pytest.fixture(params=["embedded", "local", "wechat"])
def reader(request: pytest.FixtureRequest) -> PictureText:
    if request.param == "embedded":
        return EmbeddedPictureText()
    if request.param == "local":
        return WeChatPictureText(LocalWeChat())
    make: MakeClient = request.getfixturevalue("make_client")
    return WeChatPictureText(make())


def as_jpeg(picture: Image.Image) -> bytes:
    made = BytesIO()
    picture.save(made, "JPEG")
    return made.getvalue()


def test_words_come_line_by_line_and_where_there_are_none_nothing(reader: PictureText) -> None:
    blank = Image.new("RGB", (40, 30), "white")

    assert reader.read(with_words(blank, WORDS)) == WORDS
    assert reader.read(as_jpeg(blank)) == ""


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(40), b"\xff\xd8\xff" + bytes(40)])
def test_what_is_no_picture_is_said_to_be_none(reader: PictureText, content: bytes) -> None:
    with pytest.raises(PictureUnreadable):
        reader.read(content)


@pytest.mark.parametrize("away", [FailingPictureText(), WeChatPictureText(FailingWeChat("busy"))])
def test_a_reader_that_is_away_says_so(away: PictureText) -> None:
    with pytest.raises(PictureTextError):
        away.read(with_words(Image.new("RGB", (4, 4)), WORDS))


@pytest.mark.parametrize(
    ("errcode", "wanted"),
    [
        (101000, PictureUnreadable),
        (101001, PictureUnreadable),
        (101002, PictureUnreadable),
        # The day's calls are used up, what was bought is used up, no permission, busy.
        (45009, PictureTextError),
        (101003, PictureTextError),
        (48001, PictureTextError),
        (-1, PictureTextError),
    ],
)
def test_wechats_refusals_are_told_apart(errcode: int, wanted: type[Exception]) -> None:
    class Refusing:
        def read_print(self, content: bytes) -> str:
            raise WeChatError(errcode, "refused", outcome="refused")

    with pytest.raises(wanted):
        WeChatPictureText(Refusing()).read(b"x")


def test_a_large_photo_is_made_smaller_before_it_leaves() -> None:
    seen: list[bytes] = []

    class Noting:
        def read_print(self, content: bytes) -> str:
            seen.append(content)
            return WORDS

    # Noise does not compress: a photo of the size that phones take.
    photo = as_jpeg(Image.effect_noise((4000, 3000), 120).convert("RGB"))
    assert len(photo) > LARGEST_IMAGE

    assert WeChatPictureText(Noting()).read(photo) == WORDS

    assert len(seen[0]) < LARGEST_IMAGE
    with Image.open(BytesIO(seen[0])) as sent:
        assert max(sent.size) == 2200


def test_what_is_large_and_no_picture_or_unpacks_to_too_much_does_not_leave() -> None:
    with pytest.raises(PictureUnreadable):
        shrink(b"\xff\xd8\xff" + bytes(LARGEST_IMAGE))
    bomb = BytesIO()
    Image.new("1", (9_000, 7_000)).save(bomb, "PNG")
    with pytest.raises(PictureUnreadable):
        shrink(bomb.getvalue())
    scan = BytesIO()
    Image.new("L", (6_000, 4_100)).save(scan, "PNG")
    with pytest.raises(PictureUnreadable):
        shrink(scan.getvalue())


def test_a_smaller_picture_is_upright_and_print_of_two_colours_becomes_grey() -> None:
    lying, turned = Image.new("RGB", (3_000, 1_500), "white"), Image.Exif()
    turned[0x0112] = 6
    photo, scan = BytesIO(), BytesIO()
    lying.save(photo, "JPEG", exif=turned)
    # Every second column black: what is left out instead of mixed would be all black or all white.
    columns = Image.new("1", (4_400, 100), 1)
    for x in range(0, 4_400, 2):
        columns.paste(0, (x, 0, x + 1, 100))
    columns.save(scan, "PNG")

    with Image.open(BytesIO(shrink(photo.getvalue()))) as sent:
        assert sent.size == (1_100, 2_200)
    with Image.open(BytesIO(shrink(scan.getvalue()))) as sent:
        assert sent.size == (2_200, 50)
        assert 64 < sent.convert("L").getpixel((1_000, 25)) < 192
