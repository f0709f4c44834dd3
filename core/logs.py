"""Structured JSON logs: an event name and fields. Never message text, openid, phone or token."""

import logging
import sys
from typing import Any

import structlog

from core.tracebacks import format_traceback

# A second line of defence: fields by these names are dropped whoever logs them.
PRIVATE_FIELDS = {
    "text", "content", "openid", "touser", "unionid", "phone", "token", "access_token", "refresh_token", "secret",
    "body", "password", "session_key", "cookie", "authorization", "kwargs", "arguments",
}  # fmt: skip
# Only these log at the level that was asked for: at DEBUG libraries write out headers, addresses and bodies.
OURS = ("adapters", "app", "bot", "console", "core", "jobs", "miniapp_api", "models", "nlp", "services")


def _drop_private(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for name in PRIVATE_FIELDS & event.keys():
        event[name] = "[removed]"
    return event


def _keep_frames_only(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """An exception as frames and type: its own sentence may hold what a user wrote."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = format_traceback(error)
    return event


def configure_logging(level: str) -> None:
    """Send structlog's and the standard library's records to standard error as one JSON object a line."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _keep_frames_only,
        _drop_private,
    ]
    structlog.configure(
        processors=[
            # First: what the level leaves out must cost nothing.
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.getLevelNamesMapping()[level], logging.INFO))
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for noisy in ("urllib3", "rq.worker", "httpx", "pdfminer", "alembic.runtime.plugins"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def limit_logging(level: int) -> None:
    """Let only this and worse through, ours included: for commands that speak to a person at a terminal."""
    for name in ("", *OURS):
        logging.getLogger(name).setLevel(level)


def get_logger(name: str) -> Any:
    """A logger whose calls take an event name and fields: `log.info("handoff_requested", case_id=3)`."""
    return structlog.stdlib.get_logger(name)
