"""The errors a user may be told about. Clients branch on `code`; people read `message` (Chinese)."""

from collections.abc import Mapping


class AppError(Exception):
    """A refusal with a stable code, an HTTP status and a sentence for the user."""

    code = "internal_error"
    http_status = 500
    default_message = "这一步没成功,请稍后再试。"

    def __init__(self, message: str | None = None, *, fields: Mapping[str, str] | None = None) -> None:
        self.message = message or self.default_message
        self.fields = dict(fields or {})
        super().__init__(self.message)


class InvalidInput(AppError):
    code = "invalid_input"
    http_status = 422
    default_message = "填写的内容有误,请检查后再提交。"


class BadRequest(AppError):
    code = "bad_request"
    http_status = 400
    default_message = "请求的格式不对。"


class Unauthorized(AppError):
    code = "unauthorized"
    http_status = 401
    default_message = "请先登录。"


class Forbidden(AppError):
    code = "forbidden"
    http_status = 403
    default_message = "您没有做这一步的权限。"


class NotFound(AppError):
    code = "not_found"
    http_status = 404
    default_message = "没有找到这一项。"


class Conflict(AppError):
    code = "conflict"
    http_status = 409
    default_message = "这一项刚被改动过,请刷新后再试。"


class RateLimited(AppError):
    code = "rate_limited"
    http_status = 429
    default_message = "操作太快了,请稍等一会儿。"


class UpstreamUnavailable(AppError):
    """A service outside our house (WeChat, a model, a bank) did not answer as it should."""

    code = "upstream_unavailable"
    http_status = 503
    default_message = "外部服务暂时没有回应,内容已经留着,请稍后再试。"
