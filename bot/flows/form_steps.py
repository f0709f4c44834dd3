"""What a message to a form does: begins it, takes an answer, goes back, sends or throws it away, when the turn ends."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.flows.changes import Change
from bot.flows.form_replies import KEY, asked, closing, not_offered, to_do
from bot.flows.reading import Said, read_mentioned
from bot.replies import Choice, Reply
from bot.skills.policies import asked_with
from core.errors import InvalidInput
from models import Case, Conversation, FormDraft
from services.casework.access import get_own_case
from services.casework.documents import list_wanted
from services.casework.drafts import (
    ask_again,
    current_field,
    drop_draft,
    find_draft,
    set_value,
    start_draft,
    step_back,
    submit_draft,
)
from services.casework.together import link_cases, list_companions, shared_values
from services.catalogue.fields import fields_of
from services.catalogue.model import Service
from services.training.campaigns import find_lesson
from services.training.timetable import booking_words, said_place, said_time

# The case along with which the form on the table was begun.
TOGETHER = "together"
MOST_COMPANIONS = 2


def said_in(context: TurnContext, text: str | None = None) -> Said:
    """A sentence with every value it holds."""
    text = context.text if text is None else text
    understander = context.resources.understander
    return Said(text, understander.plain(text), understander.read_slots(text, at=context.today), context.today)


def start(
    context: TurnContext, service: Service, *, origin: str | None = None, known: Mapping[str, Any] | None = None
) -> Reply:
    """Begin a form, or go on with its draft; with what is `known` by field, or what the case of the number `origin`
    holds already."""
    begun_with = dict(known or {})
    said = said_in(context)
    mentioned = {field.name: read_mentioned(field, said) for field in fields_of(service.form)}
    mentioned = {name: value for name, value in mentioned.items() if value is not None}

    def commit(session: Session, conversation: Conversation) -> Reply:
        is_new = find_draft(session, conversation.user_id, service.key) is None
        if service.pause is not None:
            return not_offered(service, has_draft=not is_new)
        shared = shared_values(get_own_case(session, conversation.user_id, origin), service) if origin else {}
        held = {**shared, **begun_with, **mentioned}
        draft = start_draft(session, user=conversation.user, service=service, said=held, now=context.now)
        opening = service.intro if is_new else f"{service.name}接着上次的填。"
        opening += f"\n和 {origin} 相同的不用再填,最后一起核对。" if origin else ""
        reply = asked(session, context, service, draft, opening=opening, noted={**begun_with, **mentioned})
        # 要多久, 多少钱: asked beside the form, they mean what was just wished for.
        matter: dict[str, Any] = {"subject": {"kind": "policy", "text": context.text}, "asked": asked_with(context)}
        if origin:
            matter[TOGETHER] = {"kind": service.key, "with": origin}
        elif is_new:
            matter[TOGETHER] = None
        return replace(reply, memory={**matter, **reply.memory})

    return Reply("", on_commit=commit)


def committing(
    service: Service, change: Callable[[Session, FormDraft, TurnContext], Reply]
) -> Callable[[TurnContext], Reply]:
    """A step that changes the draft, in the transaction that finishes the turn; gone, it is begun anew."""

    def answer(context: TurnContext) -> Reply:
        def commit(session: Session, conversation: Conversation) -> Reply:
            draft = find_draft(session, conversation.user_id, service.key)
            if draft is None:
                return Reply(
                    f"{service.name}这张表已经交了或删了。要再办一次就说“{service.name}”。", memory={KEY: None}
                )
            return change(session, draft, context)

        return Reply("", on_commit=commit)

    return answer


def taking(service: Service, change: Change, *, is_change: bool = False) -> Callable[[TurnContext], Reply]:
    def take(session: Session, draft: FormDraft, context: TurnContext) -> Reply:
        if service.pause is not None:
            return not_offered(service, has_draft=True)
        set_value(session, draft, service, change.field, change.value, context.now)
        noted: Mapping[str, Any] = {change.field.name: draft.values.get(change.field.name)} if is_change else {}
        return asked(session, context, service, draft, noted=noted, is_change=is_change)

    return committing(service, take)


def discarding(service: Service) -> Callable[[Session, FormDraft, TurnContext], Reply]:
    def discard(session: Session, draft: FormDraft, context: TurnContext) -> Reply:
        drop_draft(session, draft)
        return closing(service)

    return discard


def back_one(service: Service) -> Callable[[Session, FormDraft, TurnContext], Reply]:
    def back(session: Session, draft: FormDraft, context: TurnContext) -> Reply:
        field = step_back(session, draft, service, context.now)
        if field is None:
            first = current_field(draft, service)
            if first is not None:
                ask_again(session, draft, first, context.now)
            return asked(session, context, service, draft, opening="前面没有了。")
        return asked(session, context, service, draft)

    return back


def submitting(service: Service) -> Callable[[TurnContext], Reply]:
    def answer(context: TurnContext) -> Reply:
        def commit(session: Session, conversation: Conversation) -> Reply:
            draft = find_draft(session, conversation.user_id, service.key)
            if draft is None:
                return Reply(f"{service.name}这张表已经交了。说“办理进度”就能看到。", memory={KEY: None})
            if service.pause is not None:
                return not_offered(service, has_draft=True)
            try:
                opened = submit_draft(session, draft=draft, conversation=conversation, channel="chat", now=context.now)
            except InvalidInput as error:
                name = next(iter(error.fields), None)
                field = next((each for each in fields_of(service.form) if each.name == name), None)
                if field is None:
                    raise
                ask_again(session, draft, field, context.now)
                return asked(session, context, service, draft, opening=error.message)
            _link(session, context, opened.case)
            documents = "、".join(each.name for each in list_wanted(opened.case) if not each.is_for_later)
            more = to_do(opened.findings)
            more += f"\n先备好:{documents}。" if documents else ""
            companions = list_companions(session, opened.case)[:MOST_COMPANIONS]
            more += "\n要一起办的,相同的不用再填。" if companions else ""
            more += _lesson(session, opened.case, context)
            return Reply(
                opened.text_for_user + more,
                choices=(Choice("办理进度", "看进度"), *(_together(each) for each in companions)),
                memory={KEY: None, "pending": None, TOGETHER: None},
                reason="handoff",
            )

        return Reply("", on_commit=commit)

    return answer


def _lesson(session: Session, case: Case, context: TurnContext) -> str:
    """A campaign's next session on the matter, for who has just asked for it."""
    found = find_lesson(session, user_id=case.user_id, topic=case.topic, region=case.region, now=context.now)
    if found is None:
        return ""
    campaign, held = found
    where = f"{said_time(held)},{said_place(held)}{'(演示数据)' if held.course.is_demonstration else ''}"
    return f"\n“{campaign.name}”里有一课讲这个:{where}。要听就说“{booking_words(held)}”。"


def _together(service: Service) -> Choice:
    return Choice(f"一起办{service.name}", f"一起办{service.name}")


def _link(session: Session, context: TurnContext, case: Case) -> None:
    """The form was begun along with another case: they know of each other."""
    begun = context.memory.get(TOGETHER) or {}
    if begun.get("with") and begun.get("kind") == case.kind:
        link_cases(session, case=case, user_id=case.user_id, number=str(begun["with"]), now=context.now)
