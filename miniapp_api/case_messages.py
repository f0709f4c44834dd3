"""What the owner of a case and its handler write to each other."""

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel

from miniapp_api.asking import ensure_conversation
from miniapp_api.cases import own_conversation
from miniapp_api.context import current_api, current_caller
from miniapp_api.once import Keep, once
from miniapp_api.schemas.cases import CaseMessageIn, CaseMessageOut, CaseMessagesOut
from miniapp_api.schemas.common import Page
from miniapp_api.shown import confirm_when_sent, list_waiting
from models import Author
from services.casework.access import get_own_case
from services.casework.messages import CaseMessage, list_case_messages, say_to_staff


def add_routes(api: APIBlueprint) -> None:
    api.get("/cases/<number>/messages")(
        api.input(Page, location="query")(api.output(CaseMessagesOut)(list_messages_of_case))
    )
    api.post("/cases/<number>/messages")(api.input(CaseMessageIn)(api.output(CaseMessageOut, 201)(write_to_handler)))


def list_messages_of_case(number: str, query_data: Page) -> CaseMessagesOut:
    """这一单的往来

    您和专员说的,以及这一单的通知。最近的在前。没能送到微信里的,在这里读到就算送达。
    """
    api, caller = current_api(), current_caller()
    scope = f"case-messages:{caller.user_id}:{number}"
    before = api.cursors.read(scope, query_data.cursor)["before"] if query_data.cursor else None
    with api.database.reading() as session:
        case = get_own_case(session, caller.user_id, number)
        rows = list_case_messages(session, case.id, before_id=before, limit=query_data.limit + 1)
        shown = rows[: query_data.limit]
        items = [_out(row) for row in shown]
        # A colleague's reading delivers nothing to the person it was written to.
        own = [row.message.id for row in shown if row.user_id == caller.user_id]
        waiting = list_waiting(session, own)
    confirm_when_sent(waiting)
    next_cursor = api.cursors.make(scope, {"before": shown[-1].message.id}) if len(rows) > len(shown) else None
    return CaseMessagesOut(items=items, next_cursor=next_cursor)


def write_to_handler(number: str, json_data: CaseMessageIn) -> BaseModel | dict[str, Any]:
    """给专员留言

    经办专员马上收到提醒。已经结束的单不能再留言。
    """
    ensure_conversation(current_caller().identity_id)
    return once(json_data, lambda key, keep: _write(number, json_data, key, keep))


def _write(number: str, wanted: CaseMessageIn, key: str, keep: Keep) -> CaseMessageOut:
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        case = get_own_case(session, caller.user_id, number)
        conversation = own_conversation(session)
        message = say_to_staff(
            session, case_id=case.id, conversation=conversation, text=wanted.text, now=api.clock.now(), form_key=key
        )
        answer = _out(CaseMessage(message, caller.user_id))
        keep(session, answer, [])
    return answer


def _out(row: CaseMessage) -> CaseMessageOut:
    message = row.message
    return CaseMessageOut.model_validate(
        {
            "id": message.id,
            "author": message.author,
            "staff": message.staff.display_name if message.staff else None,
            "is_mine": message.author == Author.USER and row.user_id == current_caller().user_id,
            "text": message.text,
            "created_at": message.created_at,
        }
    )
