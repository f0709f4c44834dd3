"""The photo of a certificate in chat: read in a job, its number asked back, kept only when the owner says so."""

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import custody_changes, custody_papers
from bot.skills.custody_pictures import NoPicture, read_picture
from core.logs import get_logger
from services.custody.adding import Wanted
from services.custody.photos import Candidate, find_candidates
from services.custody.wording import DEMO

log = get_logger(__name__)

OFFERED, FOUND = "custody_photo", "custody_photo_found"
TYPE_IT = "把证书上的专利号打给我就行,比如“CN202110123456.7”。"
NOTHING = f"照片里没认出专利号。换一张正对证书、光线好的,或{TYPE_IT}"
MOST_SHOWN = 3


def offer(context: TurnContext) -> Reply:
    """A photo out of the blue: what we can do with one."""
    medium = str(context.details.get("media_id") or "")
    paper = (Choice("作权属材料", "作权属材料"),) if custody_papers.may_bring(context) else ()
    more = "是托管的那件的权属材料,说“作权属材料”。" if paper else ""
    return Reply(
        f"图片收到了。是专利证书的话,回复“好”,我认出号码来托管。{more}\n别的图片我看不懂,请打字说;要给专员看,说“转人工”。",
        choices=(Choice("好", "认证书托管"), *paper, Choice("转人工", "转人工")),
        memory={"pending": {"kind": OFFERED, "media_id": medium}},
    )


def read_sent(context: TurnContext) -> Reply:
    """The photo that this message is."""
    return _read(context, str(context.details.get("media_id") or ""))


def read_offered(context: TurnContext) -> Reply:
    """好, after a photo was offered to be read."""
    return _read(context, str((context.memory.get("pending") or {}).get("media_id") or ""))


def _read(context: TurnContext, media_id: str) -> Reply:
    text = read_picture(context, media_id)
    if isinstance(text, NoPicture):
        return _ask_for_number(f"{text.said}{TYPE_IT}")
    found = find_candidates(context.session, text)
    log.info("custody_photo_read", candidates=len(found), usable=sum(each.is_usable for each in found))
    usable = [each for each in found if each.is_usable]
    if usable:
        return _ask_back(usable)
    return _propose(found[0]) if found else _ask_for_number(NOTHING)


def _ask_for_number(text: str) -> Reply:
    return Reply(text, memory={"pending": {"kind": custody_changes.NUMBERS}})


def _ask_back(usable: list[Candidate]) -> Reply:
    numbers = [each.number for each in usable]
    pending = {"kind": FOUND, "numbers": numbers}
    choices = (Choice("好", "是,托管"), Choice("不是", "不是这件"))
    if len(usable) == 1:
        text = f"读到 {_said(usable[0])}。是这件吗?回复“好”就托管;不是的话把号码打给我。"
        return Reply(text, choices=choices, memory={"pending": pending})
    lines = [f"{place}. {_said(each)}" for place, each in enumerate(usable, start=1)]
    tail = "是这几件吗?回复“好”都托管;只要其中一件,把那个号码发来。"
    return Reply("\n".join(["照片里有几个号码:", *lines, tail]), choices=choices, memory={"pending": pending})


def _propose(read: Candidate) -> Reply:
    """A check digit that does not fit: what may have been meant, never the number itself."""
    if not read.meant:
        return _ask_for_number(f"读到 {read.number},{read.reason}看清楚后{TYPE_IT}")
    shown = read.meant[:MOST_SHOWN]
    lines = [
        f"读到 {read.number},校验位对不上,可能有一位没认准。是不是:",
        *(f"{place}. {_named(each.number, each.title, each.is_demo)}" for place, each in enumerate(shown, start=1)),
        "点一下就托管;都不是,把号码打给我。",
    ]
    choices = tuple(Choice(f"托管 {each.number}", f"第{place}个") for place, each in enumerate(shown, start=1))
    return Reply("\n".join(lines), choices=choices, memory={"pending": {"kind": custody_changes.NUMBERS}})


def _said(candidate: Candidate) -> str:
    if not candidate.is_in_records:
        return (
            f"{candidate.number}(校验位对得上,库里没有)" if "." in candidate.number else f"{candidate.number}(库里没有)"
        )
    return _named(candidate.number, candidate.title, candidate.is_demo)


def _named(number: str, title: str, is_demo: bool) -> str:
    return f"{number} {title}" + (f"({DEMO})" if is_demo else "")


def not_this_one(context: TurnContext) -> Reply:
    """不是, after 是这件吗."""
    return _ask_for_number(f"好,没托管。{TYPE_IT}")


def confirmed(context: TurnContext) -> Reply:
    """好, after 是这件吗."""
    numbers = (context.memory.get("pending") or {}).get("numbers") or []
    return custody_changes.add(context, [Wanted(number=str(each)) for each in numbers])
