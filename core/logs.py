"""Structured JSON logs: an event name and fields. Never message text, openid, phone or token."""

import logging
import sys
from typing import Any

import structlog

# A second line of defence: fields by these names are dropped whoever logs them.
PRIVATE_FIELDS = {"text", "content", "openid", "touser", "unionid", "phone", "token", "access_token", "secret", "body"}


def _drop_private(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for name in PRIVATE_FIELDS & event.keys():
        event[name] = "[removed]"
    return event


def configure_logging(level: str) -> None:
    """Send structlog's and the standard library's records to standard error as one JSON object a line."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _drop_private,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
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
    root.setLevel(level)
    for noisy in ("urllib3", "rq.worker", "httpx", "pdfminer", "alembic.runtime.plugins"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def get_logger(name: str) -> Any:
    """A logger whose calls take an event name and fields: `log.info("handoff_requested", case_id=3)`."""
    return structlog.stdlib.get_logger(name)
