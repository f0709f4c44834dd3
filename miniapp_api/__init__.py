"""The mini-program's REST API under /api/v1, on the very services the chat-bot uses."""

from apiflask import APIBlueprint, APIFlask
from flask import Response

from miniapp_api import (
    asking,
    awards,
    campaigns,
    case_messages,
    cases,
    companies,
    conversations,
    credit,
    custody,
    custody_abroad,
    custody_letters,
    custody_papers,
    custody_photos,
    custody_wishes,
    custody_workspace,
    deal_benefits,
    deal_risks,
    deals,
    documents,
    exams,
    feedback,
    handoffs,
    login,
    market_board,
    market_events,
    market_posts,
    market_promises,
    market_tables,
    mock_papers,
    notices,
    own_data,
    patents,
    policies,
    portfolios,
    quick_scores,
    quote_requests,
    saved_searches,
    services,
    sheets,
    streaming,
    support,
    training,
    training_after,
    watches,
)
from miniapp_api.context import EXTENSION, Api
from miniapp_api.cursors import Cursors
from miniapp_api.errors import init_errors
from miniapp_api.guard import check_call
from miniapp_api.limits import RateLimits, Rates, add_retry_after
from miniapp_api.openapi import init_openapi
from services.asking import Ask
from services.resources import Resources

__all__ = ["Rates", "init_api"]

ROUTES = (
    login,
    asking,
    streaming,
    patents,
    saved_searches,
    portfolios,
    quick_scores,
    custody,
    custody_abroad,
    custody_letters,
    custody_papers,
    custody_photos,
    custody_wishes,
    custody_workspace,
    market_posts,
    market_board,
    market_promises,
    market_events,
    market_tables,
    deals,
    deal_risks,
    deal_benefits,
    policies,
    quote_requests,
    awards,
    support,
    handoffs,
    services,
    cases,
    case_messages,
    sheets,
    companies,
    credit,
    documents,
    conversations,
    feedback,
    training,
    training_after,
    campaigns,
    exams,
    mock_papers,
    notices,
    watches,
    own_data,
)


def init_api(app: APIFlask, resources: Resources, *, ask: Ask, rates: Rates | None = None) -> None:
    """Register every route, its guard, the error form and the OpenAPI document. init_web must have run before."""
    cursors = Cursors(resources.settings.secret_key.get_secret_value())
    app.extensions[EXTENSION] = Api(resources, ask, cursors)
    limits = RateLimits(resources.redis, rates or Rates())
    blueprint = APIBlueprint("api", __name__, url_prefix="/api/v1")

    @blueprint.before_request
    def guard() -> None:
        check_call(limits)

    @blueprint.after_request
    def finish(response: Response) -> Response:
        if response.status_code == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        # Answers are personal; nothing on the way may keep them.
        response.headers.setdefault("Cache-Control", "no-store")
        return add_retry_after(response)

    for resource in ROUTES:
        resource.add_routes(blueprint)
    app.register_blueprint(blueprint)
    init_errors(app)
    init_openapi(app)
