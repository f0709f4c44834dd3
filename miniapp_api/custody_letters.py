"""Letters of the patent office that must be answered: written down, listed, extended, closed."""

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel

from core.clock import china_date
from core.errors import InvalidInput
from miniapp_api.context import current_api, current_caller
from miniapp_api.once import Keep, once
from miniapp_api.schemas.custody import ArticleOut
from miniapp_api.schemas.custody_letters import LetterChangeIn, LetterIn, LetterOut, LettersOut, LettersQuery
from models import LetterKind, LetterState
from services.custody.letter_terms import NAMES, LetterDays, missed
from services.custody.letter_wording import said_term
from services.custody.letters import Letter, close_letter, extend_letter, list_letters, record_letter

ONE_CHANGE = "延长和了结填一个。"


def add_routes(api: APIBlueprint) -> None:
    api.get("/custody-letters")(api.input(LettersQuery, location="query")(api.output(LettersOut)(list_own_letters)))
    api.post("/custody-rights/<id>/letters")(api.input(LetterIn)(api.output(LetterOut, 201)(create_letter)))
    api.put("/custody-letters/<id>")(api.input(LetterChangeIn)(api.output(LetterOut)(change_letter)))


def list_own_letters(query_data: LettersQuery) -> LettersOut:
    """要答复的通知书

    托管的专利收到的通知书,快到期的在前。
    """
    api, caller = current_api(), current_caller()
    scope = f"custody-letters:{caller.user_id}:{query_data.is_open}"
    offset = int(api.cursors.read(scope, query_data.cursor)["offset"]) if query_data.cursor else 0
    today = china_date(api.clock.now())
    with api.database.reading() as session:
        found, following = list_letters(
            session, user_id=caller.user_id, today=today, is_open=query_data.is_open, offset=offset,
            limit=query_data.limit,
        )  # fmt: skip
        items = [_shown(each, today) for each in found]
    cursor = api.cursors.make(scope, {"offset": following}) if following is not None else None
    return LettersOut(items=items, next_cursor=cursor)


def create_letter(id: str, json_data: LetterIn) -> BaseModel | dict[str, Any]:
    """记一份通知书

    按类型和日子算答复期限,到期前提醒保管人。同一份再记一次,还是那一份。
    """
    return once(json_data, lambda _key, keep: _record(id, json_data, keep))


def _record(right_id: str, given: LetterIn, keep: Keep) -> LetterOut:
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    days = LetterDays(given.received_on, given.issued_on, given.delivery, given.stated_on)
    with api.database.unit_of_work() as session:
        letter = record_letter(session, user_id=caller.user_id, right_id=right_id, kind=given.kind, days=days, now=now)
        answer = _shown(letter, china_date(now))
        keep(session, answer, [])
    return answer


def change_letter(id: str, json_data: LetterChangeIn) -> LetterOut:
    """延长或了结一份通知书

    法定期限(登记、复审)不能延长,返回409。
    """
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    if (json_data.extended_months is None) == (json_data.state is None):
        raise InvalidInput(ONE_CHANGE, fields={"state": ONE_CHANGE})
    with api.database.unit_of_work() as session:
        if json_data.state is not None:
            letter = close_letter(
                session, user_id=caller.user_id, public_id=id, state=LetterState(json_data.state), now=now,
                version=json_data.version,
            )  # fmt: skip
        else:
            letter = extend_letter(
                session, user_id=caller.user_id, public_id=id, months=json_data.extended_months or 0, now=now,
                version=json_data.version,
            )  # fmt: skip
        return _shown(letter, china_date(now))


def _shown(letter: Letter, today: date) -> LetterOut:
    row, kind = letter.row, LetterKind(letter.row.kind)
    return LetterOut(
        id=row.public_id,
        right_id=row.right.public_id,
        number=row.right.number,
        title=row.right.title,
        is_demo=row.right.is_demo,
        kind=kind,
        kind_label=NAMES[kind],
        received_on=row.received_on,
        issued_on=row.issued_on,
        stated_on=row.stated_on,
        extended_months=row.extended_months,
        due_on=row.due_on,
        due_label=said_term(row.due_on, today),
        missed=missed(kind),
        articles=[ArticleOut(law=law, article=article) for law, article in letter.term.articles],
        notes=list(letter.term.notes),
        state=LetterState(row.state),
        version=row.version,
    )
