"""Staff pages under /console: Jinja and htmx on the same services as every other room."""

from flask import Blueprint, Flask
from flask_wtf import CSRFProtect

from console.errors import add_error_pages
from console.formats import add_formats
from console.headers import add_security_headers
from console.input import add_input_checks
from console.live import LiveFeed
from console.login_guard import LoginGuard
from console.sessions import add_sessions
from console.views import (
    accounts,
    administration,
    answers,
    boards,
    campaigns,
    cases,
    catalogue,
    claims,
    conversations,
    credit,
    custody,
    dated_data,
    deals,
    documents,
    events,
    inbox,
    institutions,
    key_accounts,
    knowledge,
    mailings,
    market,
    match_quality,
    questions,
    statistics,
    stream,
    tasks,
    templates,
    training,
    training_after,
    training_answers,
    training_door,
    transfer_flags,
    work,
)
from services.resources import Resources


def create_console(resources: Resources, csrf: CSRFProtect, feed: LiveFeed) -> Blueprint:
    """The blueprint with every page. Each of its requests that changes something needs the CSRF token."""
    blueprint = Blueprint(
        "console", __name__, url_prefix="/console", template_folder="templates", static_folder="static"
    )
    blueprint.before_request(documents.allow_upload)  # before anything reads the form
    add_input_checks(blueprint)
    blueprint.before_request(csrf.protect)
    add_sessions(blueprint, resources)
    add_error_pages(blueprint)
    add_formats(blueprint, resources)
    add_security_headers(blueprint)
    accounts.add_routes(blueprint, resources, LoginGuard(resources.redis))
    inbox.add_routes(blueprint, resources)
    conversations.add_routes(blueprint, resources)
    documents.add_routes(blueprint, resources)
    boards.add_routes(blueprint, resources)
    cases.add_routes(blueprint, resources)
    tasks.add_routes(blueprint, resources)
    work.add_routes(blueprint, resources)
    administration.add_routes(blueprint, resources)
    knowledge.add_routes(blueprint, resources)
    answers.add_routes(blueprint, resources)
    statistics.add_routes(blueprint, resources)
    dated_data.add_routes(blueprint, resources)
    catalogue.add_routes(blueprint, resources)
    institutions.add_routes(blueprint, resources)
    claims.add_routes(blueprint, resources)
    custody.add_routes(blueprint, resources)
    market.add_routes(blueprint, resources)
    match_quality.add_routes(blueprint, resources)
    deals.add_routes(blueprint, resources)
    transfer_flags.add_routes(blueprint, resources)
    credit.add_routes(blueprint, resources)
    key_accounts.add_routes(blueprint, resources)
    events.add_routes(blueprint, resources)
    training.add_routes(blueprint, resources)
    training_door.add_routes(blueprint, resources)
    training_after.add_routes(blueprint, resources)
    training_answers.add_routes(blueprint, resources)
    campaigns.add_routes(blueprint, resources)
    questions.add_routes(blueprint, resources)
    templates.add_routes(blueprint, resources)
    mailings.add_routes(blueprint, resources)
    stream.add_routes(blueprint, resources, feed)
    return blueprint


def init_console(app: Flask, resources: Resources) -> None:
    """Register the console with its sessions and CSRF check; other blueprints are not touched by either."""
    app.config.update(
        SESSION_COOKIE_NAME="zhiqiao_console",
        SESSION_COOKIE_PATH="/console",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=resources.settings.is_production,
        WTF_CSRF_CHECK_DEFAULT=False,  # the webhook and the API carry their own proofs
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    csrf = CSRFProtect(app)
    feed = app.extensions["live_feed"] = LiveFeed(resources.database)
    app.register_blueprint(create_console(resources, csrf, feed))
