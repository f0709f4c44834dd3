"""Ownership in chat: an owner says what it rests on, staff look it up."""

import re

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.custody_changes import MINE, right_at
from bot.skills.custody_papers import waiting
from bot.skills.custody_words import END, POLITE, Said
from core.errors import AppError
from models import Conversation, CustodyRight, OwnershipProof, ProofBasis
from services.custody.portfolio import find_by_numbers, list_rights
from services.custody.proofs import BASIS_WORDS, submit_proof

# 提交权属, 提交权属凭证书, 核对一下权属: what is left without the number and the place.
PROVES = re.compile(
    f"{POLITE}(?:提交|交|核对|证明|补)(?:一下|这件)?的?(?:专利)?权属(?:核对|证明|凭据|材料)?"
    f"(?:[,,、\\s]*(?:凭|用|有)?的?(?P<basis>证书|登记簿副本|登记簿|转让手续合格通知|转让手续|转让通知)书?)?{END}"
)
BASES = {"证": ProofBasis.CERTIFICATE, "登": ProofBasis.REGISTER, "转": ProofBasis.ASSIGNMENT}
MOST_ASKED = 5


def prove(context: TurnContext, words: Said) -> Reply:
    """Asked for staff to check once it is said what it rests on; until then that is asked, each answer one tap."""
    match = PROVES.fullmatch(words.rest)
    assert match is not None  # what was chosen by
    found = _meant(context, words)
    if len(found) != 1:
        return _which(found)
    right = found[0]
    if right.proof == OwnershipProof.PROVED:
        return Reply(f"{right.number} 的权属已经核对过了。", choices=(MINE,))
    if match["basis"] is None:
        choices = tuple(Choice(f"提交权属 {right.number} 凭{each}", each) for each in BASIS_WORDS.values())
        text = f"{right.number} 的权属凭什么核对?专员照着登记簿看;材料可以先拍照发来。"
        return Reply(text, choices=choices, memory=waiting(right))
    basis = BASES[match["basis"][0]]

    def commit(session: Session, conversation: Conversation) -> Reply:
        try:
            with session.begin_nested():
                submit_proof(
                    session, user_id=conversation.user_id, public_id=right.public_id, basis=basis, remark="",
                    now=context.now,
                )  # fmt: skip
        except AppError as refusal:
            return Reply(refusal.message, choices=(MINE,))
        text = f"交了:{right.number} 的权属,凭{BASIS_WORDS[basis]}。专员核对好告诉您;材料拍照发来就加上。"
        return Reply(text, choices=(MINE,), memory=waiting(right))

    return Reply("", on_commit=commit)


def _meant(context: TurnContext, words: Said) -> list[CustodyRight]:
    if words.numbers:
        return find_by_numbers(context.session, user_id=context.user_id, numbers=words.numbers)
    if words.place is not None:
        right = right_at(context, words.place)
        return [right] if right is not None else []
    owned = list_rights(context.session, user_id=context.user_id, today=context.today, limit=MOST_ASKED + 1).items
    return [each.right for each in owned if each.right.proof in {OwnershipProof.CLAIMED, OwnershipProof.REFUSED}]


def _which(found: list[CustodyRight]) -> Reply:
    if not found:
        return Reply("没找到要核对权属的。先托管,再提交权属。", choices=(MINE,))
    choices = tuple(Choice(f"提交权属 {right.number}", right.number) for right in found[:MOST_ASKED])
    return Reply("核对哪一件的权属?", choices=choices)
