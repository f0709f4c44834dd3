"""What the routes share: the process's resources and who is calling."""

from dataclasses import dataclass
from typing import cast

from flask import current_app, g

from core.clock import Clock
from core.db import Database
from miniapp_api.cursors import Cursors
from services.asking import Ask
from services.resources import Resources

EXTENSION = "miniapp_api"


@dataclass(frozen=True)
class Caller:
    """The logged-in person and the mini-program identity they logged in with."""

    session_id: int
    user_id: int
    identity_id: int
    region: str | None


@dataclass(frozen=True)
class Api:
    """One app's handles, as init_api was given them."""

    resources: Resources
    ask: Ask
    cursors: Cursors

    @property
    def database(self) -> Database:
        return self.resources.database

    @property
    def clock(self) -> Clock:
        return self.resources.clock


def current_api() -> Api:
    return cast(Api, current_app.extensions[EXTENSION])


def current_caller() -> Caller:
    """Whoever the access token names; every route but the public ones has one."""
    return cast(Caller, g.api_caller)
