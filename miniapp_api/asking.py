"""Questions: the same turn as in chat, answered in the call."""

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from miniapp_api.access import get_conversation_for
from miniapp_api.context import current_api, current_caller
from miniapp_api.once import Keep, once
from miniapp_api.schemas.asking import AskIn, AskOut, citations_out
from miniapp_api.shown import confirm_when_sent
from models import Conversation, WeChatIdentity
from services.identities import find_or_create_conversation


def add_routes(api: APIBlueprint) -> None:
    api.post("/ask")(api.input(AskIn)(api.output(AskOut)(ask_question)))
    api.post("/conversations/<id>/messages")(api.input(AskIn)(api.output(AskOut)(send_message)))


def ask_question(json_data: AskIn) -> BaseModel | dict[str, Any]:
    """提问

    和在公众号里说一句话一样:查专利、问法规、转人工都可以。专员正在处理时,这句话会送到专员那里。
    """
    identity_id = current_caller().identity_id
    ensure_conversation(identity_id)
    return answer_question(json_data, identity_id)


def send_message(id: str, json_data: AskIn) -> BaseModel | dict[str, Any]:
    """在某段会话里说一句"""
    with current_api().database.reading() as session:
        conversation = get_conversation_for(session, user_id=current_caller().user_id, public_id=id)
    return answer_question(json_data, conversation.identity_id)


def answer_question(
    asked: AskIn, identity_id: int, *, on_sentence: Callable[[str], None] | None = None
) -> BaseModel | dict[str, Any]:
    """One turn, once for the request's Idempotency-Key; `on_sentence` gets sentences while the answer is written."""
    api = current_api()

    def work(effect_key: str, keep: Keep) -> AskOut:
        # The turn is unique by this key, so an attempt after a crash finds the first one's answer.
        answered = api.ask(identity_id=identity_id, text=asked.text, key=effect_key, on_sentence=on_sentence)
        delivery_ids = [answered.delivery_id] if answered.delivery_id is not None else []
        answer = AskOut(
            answer=answered.text,
            citations=citations_out(answered.citations),
            choices=list(answered.choices),
            conversation_id=answered.conversation_id,
        )
        with api.database.unit_of_work() as session:
            keep(session, answer, delivery_ids)
        confirm_when_sent(delivery_ids)
        return answer

    return once(asked, work)


def ensure_conversation(identity_id: int) -> None:
    """Two first calls at once must not both insert the one conversation."""
    api = current_api()
    with api.database.reading() as session:
        if session.scalar(select(Conversation.id).where(Conversation.identity_id == identity_id)) is not None:
            return
    try:
        with api.database.unit_of_work() as session:
            identity = session.get_one(WeChatIdentity, identity_id)
            find_or_create_conversation(session, identity, api.clock.now())
    except IntegrityError:
        return  # the other call made it
