"""Papers of a proof by photo in chat: added to the right that is spoken of, or asked which, and taken away again."""

import io
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills import Skill
from bot.skills.custody_changes import MINE
from bot.skills.custody_pictures import NoPicture, fetch_picture
from bot.skills.custody_words import END, POLITE, Said
from core.errors import AppError
from models import Conversation, CustodyRight, OwnershipProof
from services.casework.documents import keep_bytes, receive
from services.custody.access import get_own_right, may_decide
from services.custody.papers import PROVED, WANTED, add_paper, remove_paper
from services.custody.portfolio import find_by_numbers, list_all
from services.custody.wording import DEMO, named

NAME = "custody"
# A photo is a paper of this right; a photo waits to be told whose paper it is.
PAPER, WHICH = "custody_paper", "custody_paper_which"
# 补权属材料, 发一份权属证明, 作权属材料: what is left without the number.
BRINGS = re.compile(
    f"{POLITE}(?:这是|作为|作|当|补|交|传|上传|发|加|拍)?(?:一下|上|个|一份|一张|份|张)?的?"
    f"权属(?:材料|凭据|凭证|文件|照片|图片){END}"
)
TAKES_BACK = re.compile(
    f"(?:把)?(?:删掉|删了|删除|撤掉|去掉)(?:刚才|刚刚|上面|刚发)?的?(?:那|这)?(?:份|张|个)?(?:材料|照片|图片)?{END}"
)
SEND = "把证书、登记簿副本或转让通知拍照发来,一张一份;PDF截个图,或在小程序里传。"
MOST_TAPS = 2
FILE_NAME = "微信照片"


def choose(context: TurnContext, plain: str, words: Said) -> Skill | None:
    """The skill for words about papers, where this person has a right that is not proved."""
    pending = context.memory.get("pending") or {}
    if pending.get("kind") == PAPER and pending.get("last") and TAKES_BACK.fullmatch(plain):
        return Skill(NAME, partial(_take_back, right_id=str(pending.get("id")), paper_id=str(pending["last"])))
    if pending.get("kind") == WHICH and words.numbers and not words.rest:
        return Skill(NAME, partial(_bring, words=words), is_slow=True)
    if not BRINGS.fullmatch(words.rest):
        return None
    # A photo that was sent before waits for this word, and is fetched from WeChat now.
    return Skill(NAME, partial(_bring, words=words), is_slow=bool(pending.get("media_id")))


def add_sent(context: TurnContext) -> Reply:
    """The photo that this message is, after its right was spoken of."""
    return _add(context, str((context.memory.get("pending") or {}).get("id")), "")


def may_bring(context: TurnContext) -> bool:
    """Whether a photo out of the blue may be a paper."""
    return bool(_unproved(context))


def _bring(context: TurnContext, words: Said) -> Reply:
    pending = context.memory.get("pending") or {}
    media_id = str(pending.get("media_id") or "")
    found = find_by_numbers(context.session, user_id=context.user_id, numbers=words.numbers)
    if not words.numbers:
        shown = _shown(context)
        found = [shown] if shown is not None else _unproved(context)
    if not found:
        return Reply("没找到要补权属材料的这一件。先托管,再补材料。", choices=(MINE,), memory={"pending": None})
    if len(found) > 1:
        return _ask_which(found, media_id)
    if media_id:
        return _add(context, found[0].public_id, media_id)
    if found[0].proof == OwnershipProof.PROVED:
        return Reply(PROVED, choices=(MINE,), memory={"pending": None})
    return Reply(f"{named(found[0])}:{SEND}", choices=(MINE,), memory=waiting(found[0]))


def waiting(right: CustodyRight, last: str = "") -> dict[str, object]:
    """What is remembered while the next photo is a paper of this right."""
    kept = {"kind": PAPER, "id": right.public_id, **({"last": last} if last else {})}
    return {"pending": kept, "subject": {"kind": "right", "id": right.public_id}}


def _ask_which(found: list[CustodyRight], media_id: str) -> Reply:
    lines = [f"{place}. {named(right)}" for place, right in enumerate(found[:5], start=1)]
    taps = tuple(Choice(f"权属材料 {right.number}", right.number[:16]) for right in found[:MOST_TAPS])
    kept = {"kind": WHICH, **({"media_id": media_id} if media_id else {})}
    text = "\n".join(["是哪一件的权属材料?点一下,或把号码发来。", *lines])
    return Reply(text, choices=(*taps, MINE), memory={"pending": kept})


def _add(context: TurnContext, right_id: str, media_id: str) -> Reply:
    """The bytes first: no connection waits for WeChat or for the store."""
    picture = fetch_picture(context, media_id)
    if isinstance(picture, NoPicture):
        return Reply(f"{picture.said}{SEND}", choices=(MINE,))
    try:
        right = get_own_right(context.session, context.user_id, right_id)
        received = receive(io.BytesIO(picture), FILE_NAME, WANTED)
        key = keep_bytes(context.resources.database, context.resources.files, received, context.now)
    except AppError as refusal:
        return Reply("".join(getattr(refusal, "fields", {}).values()) or refusal.message, choices=(MINE,))
    demo = f"({DEMO})" if right.is_demo else ""

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            with session.begin_nested():
                paper = add_paper(
                    session, user_id=conversation.user_id, right_id=right_id, received=received, storage_key=key,
                    now=context.now,
                )  # fmt: skip
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,), memory={"pending": None})
        kept = paper.right
        is_asked = kept.proof == OwnershipProof.SUBMITTED
        hand_in = () if is_asked else (Choice(f"提交权属 {kept.number}", "提交权属"),)
        follows = "专员核对时看得到" if is_asked else "拍完说“提交权属”"
        text = f"加上了:{kept.number}{demo} 的权属材料,共{len(kept.papers)}份。还有就接着发,{follows}。"
        taps = (*hand_in, Choice("删掉刚才那份", "删掉刚才那份"), MINE)
        return Reply(text, choices=taps, memory=waiting(kept, paper.public_id))

    return Reply("", on_commit=commit)


def _take_back(context: TurnContext, *, right_id: str, paper_id: str) -> Reply:
    """删掉刚才那份."""

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            remove_paper(session, user_id=conversation.user_id, right_id=right_id, paper_id=paper_id, now=context.now)
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,), memory={"pending": None})
        right = get_own_right(session, conversation.user_id, right_id)
        return Reply(f"删了。要换一张就发来;{right.number} 现在有{len(right.papers)}份材料。", memory=waiting(right))

    return Reply("", on_commit=commit)


def _shown(context: TurnContext) -> CustodyRight | None:
    """The right that is spoken of."""
    subject: Mapping[str, Any] = context.memory.get("subject") or {}
    pending: Mapping[str, Any] = context.memory.get("pending") or {}
    public_id = pending.get("id") if pending.get("kind") == PAPER else None
    if public_id is None and subject.get("kind") == "right":
        public_id = subject.get("id")
    try:
        return get_own_right(context.session, context.user_id, str(public_id)) if public_id else None
    except AppError:  # ended meanwhile
        return None


def _unproved(context: TurnContext) -> list[CustodyRight]:
    return [
        right
        for right in list_all(context.session, context.user_id)
        if right.proof != OwnershipProof.PROVED and may_decide(context.session, context.user_id, right)
    ]
