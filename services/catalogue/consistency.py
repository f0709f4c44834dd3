"""A declaration that contradicts itself stops the start, with the place: better than a case that cannot end."""

import re
from collections.abc import Iterable, Iterator, Sequence

from services.catalogue.fields import FormField, fields_of
from services.catalogue.model import Actor, Service, Stage, Task
from services.topics import ABILITY_NAMES, SKILL_NAMES

KEY = re.compile(r"[a-z][a-z_]{1,29}")
LETTERS = re.compile(r"[A-Z]{2}")
# What a text may mention in braces.
PLACES = {"number", "promised", "name", "stage"}
# A clock's words may also name its end.
CLOCK_PLACES = PLACES | {"due"}
# What the answers must say of a decision that is made public.
NOTICE_FIELDS = {"public_from", "public_to", "objections"}
IN_BRACES = re.compile(r"\{(\w*)\}")


class CatalogueError(Exception):
    """The declarations cannot be used; the message names each place."""


def check_catalogue(services: Sequence[Service], known_intents: Iterable[str]) -> None:
    """Raises CatalogueError."""
    problems = [f"{service.key}: {problem}" for service in services for problem in _problems(service, known_intents)]
    for name in ("key", "name"):
        values = [getattr(service, name) for service in services]
        problems += [
            f"{value}: the {name} is used twice" for value in {each for each in values if values.count(each) > 1}
        ]
    if problems:
        raise CatalogueError("\n".join(sorted(problems)))


def check_companions(services: Sequence[Service]) -> None:
    """Raises CatalogueError where a service goes with itself or with one that is not among them all."""
    known = {service.key for service in services}
    problems = [
        f"{service.key}: goes with the unknown service {key}"
        for service in services
        for key in service.goes_with
        if key not in known - {service.key}
    ]
    if problems:
        raise CatalogueError("\n".join(problems))


def _problems(service: Service, known_intents: Iterable[str]) -> Iterator[str]:
    if not KEY.fullmatch(service.key):
        yield "the key is not lower case with underscores, 30 letters at most"
    if not LETTERS.fullmatch(service.letters):
        yield "the letters are not two capitals"
    if service.topic not in SKILL_NAMES:
        yield f"nobody has the skill {service.topic}"
    wanted = service.abilities
    named = wanted.always.union(*wanted.by_choice.values(), *(task.talents for task in service.tasks))
    yield from (f"nobody has the ability {ability}" for ability in named - ABILITY_NAMES.keys())
    if wanted.choice_in and wanted.choice_in not in service.form.model_fields:
        yield f"abilities: the form has no field {wanted.choice_in}"
    yield from (f"there is no intent {intent}" for intent in service.intents - set(known_intents))
    for name in ("name", "intro", "submitted"):
        if not getattr(service, name).strip():
            yield f"the text {name} is missing"
    if "{number}" not in service.submitted:
        yield "the text submitted does not name the number"
    yield from _texts(service)
    yield from _form(service)
    yield from _graph(service)
    yield from _parts(service)
    yield from _records(service)
    for document in service.documents:
        if document.only_if is not None and document.only_if.field not in service.form.model_fields:
            yield f"document {document.key}: depends on the unknown field {document.only_if.field}"


def _records(service: Service) -> Iterator[str]:
    """What is gathered of several units, and what is made public."""
    tasks = {task.key for task in service.tasks}
    yield from (f"minutes: unknown task {key}" for key in (service.minutes.tasks if service.minutes else ())
                if key not in tasks)  # fmt: skip
    if service.news is not None and service.news.consent not in service.form.model_fields:
        yield f"news: the form has no field {service.news.consent}"
    if service.windows is not None:
        yield from (f"windows: unknown stage {key}" for key in service.windows.stages - service.by_key.keys())
    asked = {
        move.to: set(move.asks.model_fields)
        for stage in service.stages
        for move in stage.moves
        if move.asks is not None
    }
    if service.brought is not None:
        stage, field = service.brought.amount
        if service.brought.stage not in service.by_key:
            yield f"brought: unknown stage {service.brought.stage}"
        if field not in asked.get(stage, set()):
            yield f"brought: stage {stage} does not ask for {field}"
    wanted = service.publication
    if wanted is None:
        return
    yield from (f"publication: the form has no field {name}" for name in (wanted.consent, wanted.who)
                if name not in service.form.model_fields)  # fmt: skip
    yield from (f"publication: unknown stage {key}" for key in wanted.stays if key not in service.by_key)
    for stage, names in ((wanted.stage, NOTICE_FIELDS), (wanted.subject[0], {wanted.subject[1]})):
        yield from (f"publication: stage {stage} does not ask for {name}"
                    for name in sorted(names - asked.get(stage, set())))  # fmt: skip


def _texts(service: Service) -> Iterator[str]:
    texts = {"submitted": service.submitted}
    texts |= {f"stage {stage.key} says": stage.says for stage in service.stages}
    texts |= {f"move {stage.key}→{move.to} tells": move.tells or "" for stage in service.stages for move in stage.moves}
    for place, text in texts.items():
        yield from _unknown_places(place, text, PLACES)
    for clock in service.clocks:
        yield from _unknown_places(f"clock {clock.key} tells_owner", clock.tells_owner or "", CLOCK_PLACES)


def _unknown_places(place: str, text: str, known: set[str]) -> Iterator[str]:
    yield from (f"{place}: unknown place {{{name}}}" for name in IN_BRACES.findall(text) if name not in known)


def _form(service: Service) -> Iterator[str]:
    try:
        fields = fields_of(service.form)
    except TypeError as error:
        yield f"form: {error}"
        return
    names = [field.name for field in fields]
    for position, field in enumerate(fields):
        yield from (f"field {field.name}: {problem}" for problem in _field(field, names[:position]))
    for name in (service.opponent_field, service.region_field):
        if name and name not in names and name != "region":
            yield f"the form has no field {name}"


def _field(field: FormField, before: Sequence[str]) -> Iterator[str]:
    if not field.ask.question.strip() or not field.ask.label.strip():
        yield "question or label is missing"
    if field.ask.only_if is not None and field.ask.only_if.field not in before:
        yield f"depends on {field.ask.only_if.field}, which is not asked before it"
    if field.ask.profile not in {"", "phone", "company", "region"}:
        yield f"the profile knows no {field.ask.profile}"


def _graph(service: Service) -> Iterator[str]:
    if len(service.by_key) != len(service.stages):
        yield "two stages have one key"
    for stage in service.stages:
        yield from (f"stage {stage.key}: {problem}" for problem in _stage(service, stage))
    reached = _reachable(service)
    yield from (
        f"stage {stage.key}: the system works in it but may not move it on"
        for stage in service.stages
        if stage.work is not None and not any(Actor.SYSTEM in move.by for move in stage.moves)
    )
    yield from (f"stage {stage.key}: cannot be reached" for stage in service.stages if stage.key not in reached)


def _stage(service: Service, stage: Stage) -> Iterator[str]:
    if not KEY.fullmatch(stage.key) or not stage.name or not stage.says:
        yield "key, name or the owner's line is missing"
    if stage.outcome is None and not stage.moves:
        yield "has no way out and is no end"
    if stage.outcome is not None and stage.tasks:
        yield "is an end and opens tasks"
    if stage.outcome is None and not stage.asks_verdict:
        yield "says that it asks for no verdict and is no end"
    known_tasks = {task.key for task in service.tasks}
    yield from (f"opens the unknown task {key}" for key in stage.tasks if key not in known_tasks)
    yield from _moves(service, stage, known_tasks)


def _moves(service: Service, stage: Stage, known_tasks: set[str]) -> Iterator[str]:
    targets = [move.to for move in stage.moves]
    yield from (f"moves to {target} twice" for target in {each for each in targets if targets.count(each) > 1})
    for move in stage.moves:
        if move.to not in service.by_key:
            yield f"moves to the unknown stage {move.to}"
        if not move.by:
            yield f"nobody may move it to {move.to}"
        if not move.name:
            yield f"the move to {move.to} has no name"
        yield from (f"the move to {move.to} needs the unknown document {key}" for key in move.documents
                    if service.document(key) is None)  # fmt: skip
        yield from (
            f"the move to {move.to} needs the unknown task {key}" for key in move.tasks if key not in known_tasks
        )
        if move.asks is not None:
            try:
                fields_of(move.asks)
            except TypeError as error:
                yield f"the move to {move.to} asks: {error}"


def _reachable(service: Service) -> set[str]:
    reached, ahead = {service.first_stage.key}, [service.first_stage]
    while ahead:
        for move in ahead.pop().moves:
            if move.to in service.by_key and move.to not in reached:
                reached.add(move.to)
                ahead.append(service.stage(move.to))
    return reached


def _parts(service: Service) -> Iterator[str]:
    opened = {key for stage in service.stages for key in stage.tasks}
    names = {field.name for field in fields_of(service.form)} if service.form.model_fields else set()
    for task in service.tasks:
        yield from (f"task {task.key}: {problem}" for problem in _task(service, task, opened, names))
    for clock in service.clocks:
        yield from (f"clock {clock.key}: unknown stage {key}" for key in clock.stages - service.by_key.keys())
        if (clock.working_hours <= 0) == (clock.day is None):
            yield f"clock {clock.key}: needs working hours or a day, one of them"
        if clock.day is not None and not clock.source:
            yield f"clock {clock.key}: a limit by law or contract names where it stands"
    for parts in (service.documents, service.tasks, service.clocks):
        keys = [each.key for each in parts]
        yield from (f"{key} is declared twice" for key in {each for each in keys if keys.count(each) > 1})


def _task(service: Service, task: Task, opened: set[str], names: set[str]) -> Iterator[str]:
    if task.key not in opened:
        yield "no stage opens it"
    if task.working_days <= 0:
        yield "has no time"
    yield from (f"shows the unknown field {name}" for name in task.sees if name not in names)
    if task.sheet and service.sheet is None:
        yield "reads a sheet that the service does not have"
    if task.only_if is not None and task.only_if.field not in names:
        yield f"depends on the unknown field {task.only_if.field}"
    try:
        fields_of(task.report)
    except TypeError as error:
        yield str(error)
