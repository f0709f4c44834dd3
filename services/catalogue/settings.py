"""What of a declaration staff may set: its texts, the time of our own clocks, whether it is offered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cache
from string import Formatter
from typing import Annotated, Any

from pydantic import create_model

from services.catalogue.consistency import CLOCK_PLACES, PLACES
from services.catalogue.fields import Ask, Form, fields_of
from services.catalogue.model import Clock, Move, Pause, Service, Stage, WantedDocument

BY_LAW = "这个期限由法律规定,不能改"
BY_CONTRACT = "这一天按合同算,不能改"


class Sort(StrEnum):
    """What kind of value a place takes."""

    OFFER = "offer"
    TEXT = "text"
    HOURS = "hours"


@dataclass(frozen=True)
class Place:
    """One thing that can be set. `default` is what the declaration says; `locked` says why it cannot be changed."""

    service: str
    path: tuple[str, ...]
    group: str
    name: str
    sort: Sort = Sort.TEXT
    default: Any = ""
    # What the text may, and what it must, mention in braces.
    braces: frozenset[str] = frozenset()
    must_name: frozenset[str] = frozenset()
    locked: str = ""

    @property
    def key(self) -> str:
        return "/".join((self.service, *self.path))


@dataclass(frozen=True)
class Setting:
    """A value for a place, as it is stored, and until when it holds."""

    values: Mapping[str, Any] = field(hash=False)
    until: date | None = None


def places_of(service: Service) -> Iterator[Place]:
    """Everything that can be set of a service, in the order in which an owner meets it."""
    key, words = service.key, frozenset(PLACES)
    yield Place(key, ("offer",), "受理", "受理新申请", Sort.OFFER, "open")
    yield Place(key, ("intro",), "开头和提交", "介绍", default=service.intro)
    must = frozenset({"number"})
    yield Place(
        key, ("submitted",), "开头和提交", "提交后的话", default=service.submitted, braces=words, must_name=must
    )
    for each in fields_of(service.form):
        ask = each.ask
        yield Place(key, ("field", each.name, "question"), "提问", f"{ask.label}·提问", default=ask.question)
        if ask.example:
            yield Place(key, ("field", each.name, "example"), "提问", f"{ask.label}·例子", default=ask.example)
    for document in service.documents:
        name = f"{document.name}·为什么要"
        yield Place(key, ("document", document.key), "材料", name, default=document.reason)
    for stage in service.stages:
        yield Place(key, ("stage", stage.key), "进度", f"{stage.name}·进度", default=stage.says)
        for move in stage.moves:
            if move.tells:
                path, name = ("move", stage.key, move.to), f"{stage.name}→{move.name}·通知"
                yield Place(key, path, "通知", name, default=move.tells, braces=words)
    for clock in service.clocks:
        yield from _of_clock(key, clock)


def _of_clock(key: str, clock: Clock) -> Iterator[Place]:
    locked = BY_LAW if clock.is_statutory else BY_CONTRACT if clock.day is not None else ""
    name = f"{clock.name}·时限"
    yield Place(key, ("hours", clock.key), "时限", name, Sort.HOURS, clock.working_hours, locked=locked)
    if clock.tells_owner:
        words, name = frozenset(CLOCK_PLACES), f"{clock.name}·提醒"
        yield Place(key, ("clock", clock.key), "时限", name, default=clock.tells_owner, braces=words)


def problem_of_text(text: str, place: Place) -> str:
    """What is wrong with the braces of a text, in words; "" for nothing."""
    known = "、".join(f"{{{name}}}" for name in sorted(place.braces))
    try:
        parts = [part for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return "花括号要成对写,比如 {number}" if place.braces else "这里不能用花括号"
    if "{{" in text or "}}" in text:
        return "花括号只写一层,比如 {number}" if place.braces else "这里不能用花括号"
    if parts and not place.braces:
        return "这里不能用花括号"
    for _, name, spec, conversion in parts:
        if name not in place.braces or spec or conversion:
            return f"认不出{{{name}}},这里只能用{known}"
    missing = place.must_name - {name for _, name, _, _ in parts if name}
    return f"要写上{'、'.join(f'{{{name}}}' for name in sorted(missing))}" if missing else ""


def with_settings(service: Service, settings: Mapping[tuple[str, ...], Setting]) -> Service:
    """The declaration with what is set in place of its own words and times; an unknown path changes nothing."""

    def text(path: tuple[str, ...], default: str) -> str:
        return str(settings[path].values["text"]) if path in settings else default

    def moved(stage: Stage, move: Move) -> Move:
        return replace(move, tells=text(("move", stage.key, move.to), move.tells)) if move.tells else move

    def staged(stage: Stage) -> Stage:
        moves = tuple(moved(stage, move) for move in stage.moves)
        return replace(stage, says=text(("stage", stage.key), stage.says), moves=moves)

    def reasoned(document: WantedDocument) -> WantedDocument:
        return replace(document, reason=text(("document", document.key), document.reason))

    def timed(clock: Clock) -> Clock:
        hours, words = settings.get(("hours", clock.key)), clock.tells_owner
        if hours is not None and clock.day is None:
            clock = replace(clock, working_hours=int(hours.values["hours"]))
        return replace(clock, tells_owner=text(("clock", clock.key), words)) if words else clock

    return replace(
        service,
        intro=text(("intro",), service.intro),
        submitted=text(("submitted",), service.submitted),
        form=_worded(service.form, settings),
        documents=tuple(reasoned(each) for each in service.documents),
        stages=tuple(staged(each) for each in service.stages),
        clocks=tuple(timed(each) for each in service.clocks),
        pause=_pause(settings.get(("offer",))),
    )


def _pause(setting: Setting | None) -> Pause | None:
    if setting is None or setting.values["offer"] != "paused":
        return None
    return Pause(str(setting.values["reason"]), setting.until)


def _worded(form: type[Form], settings: Mapping[tuple[str, ...], Setting]) -> type[Form]:
    asks = []
    for each in fields_of(form):
        question, example = (settings.get(("field", each.name, part)) for part in ("question", "example"))
        if question is None and example is None:
            continue
        ask = each.ask
        if question is not None:
            ask = replace(ask, question=str(question.values["text"]))
        if example is not None:
            ask = replace(ask, example=str(example.values["text"]))
        asks.append((each.name, ask))
    return _with_asks(form, tuple(asks)) if asks else form


@cache
def _with_asks(form: type[Form], asks: tuple[tuple[str, Ask], ...]) -> type[Form]:
    """The same form, same order, same checks; the fields named are asked for in other words."""
    changed: dict[str, Any] = {}
    for name, ask in asks:
        info = form.model_fields[name]
        metadata = [ask if isinstance(each, Ask) else each for each in info.metadata]
        default = ... if info.is_required() else info.default
        changed[name] = (Annotated[info.annotation, *metadata], default)
    return create_model(form.__name__, __base__=form, **changed)
