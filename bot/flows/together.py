"""一起办保险: another service begins with what the form just sent holds."""

import re

from bot.context import TurnContext
from bot.flows import forms
from bot.flows.form_steps import start
from bot.skills import Skill
from services.casework.together import find_origin
from services.catalogue import catalogue
from services.catalogue.model import Service

CALLS = re.compile(r"(?:也|再|顺便|还要|那)?一(?:起|并)(?:办|申请|问)(?:一下|个)?(?P<what>.{2,12})")


def choose(context: TurnContext, text: str) -> Skill | None:
    """The service that is to be asked for along with one that is under way; else None."""
    said = CALLS.fullmatch(text)
    service = _named(said["what"]) if said else None
    if service is None:
        return None
    origin = find_origin(context.session, context.user_id, service)
    if origin is None:
        return forms.begin(service)
    return Skill(forms.NAME, lambda given: start(given, service, origin=origin.number))


def _named(what: str) -> Service | None:
    services = list(catalogue().values())
    by_name = [each for each in services if each.name in what or what in each.name]
    return next(iter([*by_name, *(each for each in services if any(word in what for word in each.words))]), None)
