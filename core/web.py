"""HTTP in one way: a request id on every answer, one form for every error, nothing leaked."""

import re
import time
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, request
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from core.errors import AppError
from core.ids import new_token
from core.logs import get_logger

log = get_logger(__name__)

HTTP_ERRORS = {
    400: ("bad_request", "请求的格式不对。"),
    401: ("unauthorized", "请先登录。"),
    403: ("forbidden", "您没有做这一步的权限。"),
    404: ("not_found", "没有找到这一项。"),
    405: ("method_not_allowed", "这个地址不支持这种请求。"),
    406: ("not_acceptable", "无法按要求的格式返回。"),
    408: ("timeout", "请求超时,请再试一次。"),
    413: ("too_large", "内容太大了。"),
    414: ("too_large", "地址太长了。"),
    415: ("unsupported_media_type", "请用 JSON 格式提交。"),
    422: ("invalid_input", "填写的内容有误,请检查后再提交。"),
    429: ("rate_limited", "操作太快了,请稍等一会儿。"),
}
INTERNAL = ("internal_error", "这一步没成功,请稍后再试。")


def error_body(code: str, message: str, fields: dict[str, str] | None = None) -> dict[str, Any]:
    """The one form of an error."""
    return {"error": {"code": code, "message": message, "fields": fields or {}}}


def validation_fields(error: ValidationError) -> dict[str, str]:
    """Field path to reason; the value that was sent is not repeated."""
    return {".".join(str(part) for part in item["loc"]) or "body": item["msg"] for item in error.errors()}


def _answer(status: int, code: str, message: str, fields: dict[str, str] | None = None) -> tuple[Response, int]:
    return jsonify(error_body(code, message, fields)), status


def init_web(app: Flask, *, unlogged: re.Pattern[str] | None = None) -> None:
    """Give the app request ids, access logs and the JSON error form. The console has its own error pages.

    `unlogged` fits what may stand in a path and must not in a log, since whoever has it may open something by it.
    """

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        given = request.headers.get("X-Request-Id", "")
        g.request_id = (
            given if given.isascii() and given.replace("-", "").isalnum() and len(given) <= 64 else new_token(9)
        )
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        if "request_id" in g:
            response.headers["X-Request-Id"] = g.request_id
            response.headers.setdefault("X-Content-Type-Options", "nosniff")
            # Without the query string: WeChat puts the openid there.
            log.info(
                "request",
                method=request.method,
                path=unlogged.sub("…", request.path) if unlogged else request.path,
                status=response.status_code,
                milliseconds=round((time.perf_counter() - g.started) * 1000, 1),
            )
        return response

    @app.errorhandler(AppError)
    def app_error(error: AppError) -> tuple[Response, int]:
        return _answer(error.http_status, error.code, error.message, error.fields)

    @app.errorhandler(ValidationError)
    def validation_error(error: ValidationError) -> tuple[Response, int]:
        code, message = HTTP_ERRORS[422]
        return _answer(422, code, message, validation_fields(error))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> tuple[Response, int]:
        status = error.code or 500
        code, message = HTTP_ERRORS.get(status, INTERNAL)
        response, _ = _answer(status, code, message)
        # 405 must say what is allowed, 429 and 503 when to come back.
        response.headers.extend([(name, value) for name, value in error.get_headers() if name != "Content-Type"])
        return response, status

    @app.errorhandler(OperationalError)
    def database_error(error: OperationalError) -> tuple[Response, int]:
        log.error("database_unavailable", error_type=type(error.orig).__name__)
        return _answer(503, "database_unavailable", "系统正忙,请稍后再试。")

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> tuple[Response, int]:
        log.exception("unexpected_error")
        return _answer(500, *INTERNAL)
