"""The served OpenAPI 3.1 document: what the framework finds in the routes, made complete and exact."""

from collections.abc import Callable, Iterator
from typing import Any

from apiflask import APIFlask
from flask import Response, current_app

from core.web import HTTP_ERRORS, error_body
from miniapp_api.guard import PUBLIC
from miniapp_api.once import HEADER, REPLAYED
from miniapp_api.schemas.common import ErrorOut

PREFIX = "/api/v1"
PUBLIC_PATHS = {f"{PREFIX}/login", f"{PREFIX}/login/refresh"}
CREATES = {
    f"{PREFIX}/ask",
    f"{PREFIX}/ask/stream",
    f"{PREFIX}/handoffs",
    f"{PREFIX}/conversations/{{id}}/messages",
    f"{PREFIX}/saved-searches",
    f"{PREFIX}/cases",
    f"{PREFIX}/cases/{{number}}/moves",
    f"{PREFIX}/cases/{{number}}/messages",
    f"{PREFIX}/companies",
    f"{PREFIX}/companies/{{id}}/members",
    f"{PREFIX}/cases/{{number}}/documents",
    f"{PREFIX}/course-sessions/{{id}}/bookings",
    f"{PREFIX}/bookings/{{number}}/certificates",
    f"{PREFIX}/bookings/{{number}}/questions",
    f"{PREFIX}/practice-runs",
    f"{PREFIX}/practice-runs/{{id}}/answers",
    f"{PREFIX}/mock-papers",
    f"{PREFIX}/custody-rights",
    f"{PREFIX}/custody-imports",
    f"{PREFIX}/custody-rights/{{id}}/letters",
    f"{PREFIX}/custody-rights/{{id}}/papers",
    f"{PREFIX}/market/posts",
    f"{PREFIX}/market/posts/{{id}}/submission",
    f"{PREFIX}/subscription-reports",
    f"{PREFIX}/watches",
    f"{PREFIX}/deals",
    f"{PREFIX}/deals/{{number}}/offers",
    f"{PREFIX}/deals/{{number}}/messages",
    f"{PREFIX}/deals/{{number}}/dispute",
    f"{PREFIX}/quote-requests",
}
# Not creates, but what they change, or make a file of, may not be as the caller thinks.
CHANGES = {
    ("get", f"{PREFIX}/cases/{{number}}/calendar"),
    ("put", f"{PREFIX}/services/{{key}}/draft"),
    ("put", f"{PREFIX}/cases/{{number}}/satisfaction"),
    ("put", f"{PREFIX}/cases/{{number}}/news"),
    ("put", f"{PREFIX}/companies/{{id}}/members/{{member_id}}"),
    ("delete", f"{PREFIX}/companies/{{id}}/membership"),
    ("delete", f"{PREFIX}/documents/{{id}}"),
    ("delete", f"{PREFIX}/bookings/{{number}}"),
    ("post", f"{PREFIX}/bookings/{{number}}/acceptance"),
    ("post", f"{PREFIX}/course-sessions/{{id}}/check-in"),
    ("put", f"{PREFIX}/bookings/{{number}}/feedback"),
    ("put", f"{PREFIX}/bookings/{{number}}/answers"),
    ("post", f"{PREFIX}/certificates/{{number}}/link"),
    ("put", f"{PREFIX}/mock-papers/{{id}}/answers/{{question}}"),
    ("put", f"{PREFIX}/custody-rights/{{id}}"),
    ("put", f"{PREFIX}/custody-rights/{{id}}/proof"),
    ("put", f"{PREFIX}/custody-rights/{{id}}/keeper"),
    ("put", f"{PREFIX}/custody-rights/{{id}}/wish"),
    ("put", f"{PREFIX}/custody-letters/{{id}}"),
    ("delete", f"{PREFIX}/custody-rights/{{id}}/papers/{{paper_id}}"),
    ("get", f"{PREFIX}/market/posts/{{id}}/declarations"),
    ("put", f"{PREFIX}/market/posts/{{id}}"),
    ("put", f"{PREFIX}/market/posts/{{id}}/until"),
    ("put", f"{PREFIX}/market/favourites/{{id}}"),
    ("put", f"{PREFIX}/deals/{{number}}/consent"),
    ("put", f"{PREFIX}/deals/{{number}}/rights"),
    ("put", f"{PREFIX}/deals/{{number}}/offer-answer"),
    ("put", f"{PREFIX}/deals/{{number}}/checks"),
    ("put", f"{PREFIX}/deals/{{number}}/payments"),
    ("put", f"{PREFIX}/deals/{{number}}/end"),
}
# What one may see and may not do.
RESTRICTED = {
    ("post", f"{PREFIX}/cases/{{number}}/moves"),
    ("put", f"{PREFIX}/cases/{{number}}/satisfaction"),
    ("put", f"{PREFIX}/cases/{{number}}/news"),
    ("get", f"{PREFIX}/companies/{{id}}/members"),
    ("put", f"{PREFIX}/companies/{{id}}/members/{{member_id}}"),
    ("put", f"{PREFIX}/custody-rights/{{id}}"),
    ("delete", f"{PREFIX}/custody-rights/{{id}}"),
    ("put", f"{PREFIX}/custody-rights/{{id}}/proof"),
    ("put", f"{PREFIX}/custody-rights/{{id}}/keeper"),
    ("put", f"{PREFIX}/custody-rights/{{id}}/wish"),
    ("get", f"{PREFIX}/custody-rights/{{id}}/papers"),
    ("post", f"{PREFIX}/custody-rights/{{id}}/papers"),
    ("post", f"{PREFIX}/custody-rights/{{id}}/papers/{{paper_id}}/link"),
    ("delete", f"{PREFIX}/custody-rights/{{id}}/papers/{{paper_id}}"),
}
TAGS = {
    "login": "登录",
    "logout": "登录",
    "ask": "提问",
    "patents": "专利",
    "applicants": "专利",
    "saved-searches": "专利",
    "policies": "法规政策",
    "awards": "服务",
    "support": "服务",
    "handoffs": "转人工",
    "services": "服务",
    "cases": "服务",
    "companies": "企业",
    "credit-events": "企业",
    "documents": "服务",
    "course-sessions": "培训",
    "bookings": "培训",
    "certificates": "培训",
    "campaigns": "培训",
    "practice-runs": "考试",
    "mock-papers": "考试",
    "wrong-answers": "考试",
    "exam-progress": "考试",
    "exam-leaderboard": "考试",
    "custody-rights": "托管",
    "custody-imports": "托管",
    "custody-photos": "托管",
    "custody-letters": "托管",
    "custody-workspace": "托管",
    "custody-fees": "托管",
    "custody-dormant": "托管",
    "custody-export": "托管",
    "custody-products": "托管",
    "custody-abroad": "托管",
    "market": "供需",
    "notices": "提醒",
    "watches": "提醒",
    "notice-preferences": "提醒",
    "subscription-templates": "提醒",
    "subscription-reports": "提醒",
    "deals": "交易",
    "deal-sales": "交易",
    "deal-customers": "交易",
    "quote-requests": "交易",
    "deal-export": "交易",
    "conversations": "会话",
    "me": "我的数据",
}
DESCRIPTION = """知桥小程序的接口。和公众号用同一套服务:同样的问题,同样的回答和依据。

- 登录:`POST /login` 用 wx.login 的 code 换令牌,之后每次带 `Authorization: Bearer <access_token>`。
- 错误:只有一种格式 `{"error": {"code", "message", "fields"}}`。程序看 `code`,人看 `message`。
- 列表:`{"items", "next_cursor"}`。把 `next_cursor` 原样放进 `cursor` 取下一页;为 null 就是最后一页。
- 重试:会产生结果的请求可以带 `Idempotency-Key`,24小时内同样的请求只生效一次,返回第一次的结果。
- 标着 `is_demo` 的专利是演示数据。
"""
EXTRA_ERRORS = {
    409: ("idempotency_in_progress", "同一个请求正在处理,请稍后再试。"),
    500: ("internal_error", "这一步没成功,请稍后再试。"),
    503: ("upstream_unavailable", "外部服务暂时没有回应,内容已经留着,请稍后再试。"),
}
ERRORS = {status: HTTP_ERRORS[status] for status in (400, 401, 403, 404, 413, 415, 422, 429)} | EXTRA_ERRORS
RETRY_AFTER = {"Retry-After": {"description": "多少秒后再试", "schema": {"type": "integer"}}}


def init_openapi(app: APIFlask) -> None:
    """Take the document over from the framework's defaults."""
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        DESCRIPTION=DESCRIPTION,
        TAGS=[{"name": name} for name in dict.fromkeys(TAGS.values())],
        SERVERS=[{"url": "/"}],
        SECURITY_SCHEMES={
            "bearer": {"type": "http", "scheme": "bearer", "description": "登录得到的 access_token,2小时内有效"}
        },
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        SUCCESS_DESCRIPTION="成功",
        SPEC_DECORATORS=[_only_our_blueprints],
    )
    app.spec_processor(complete)


def _only_our_blueprints(view: Callable[[], Response]) -> Callable[[], Response]:
    """The framework (3.1.2) reads `enable_openapi` of every blueprint with a before_request, also of plain Flask ones,
    which do not have it: the console's would break the document."""

    def with_marks() -> Response:
        for blueprint in current_app.blueprints.values():
            if not hasattr(blueprint, "enable_openapi"):
                blueprint.enable_openapi = False  # type: ignore[attr-defined]
        return view()

    return with_marks


def complete(spec: dict[str, Any] | str) -> dict[str, Any] | str:
    """The document with errors, security, header parameters and examples on every operation."""
    assert isinstance(spec, dict)  # the framework would pass text for YAML only
    components = spec.setdefault("components", {})
    error_schema = ErrorOut.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"] |= {**error_schema.pop("$defs"), "ErrorOut": error_schema}
    components["responses"] = {f"Error{status}": _error_response(status) for status in ERRORS}
    for path, method, operation in _operations(spec):
        _complete_operation(path, method, operation)
    return spec


def _operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _complete_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    resource = path.removeprefix(PREFIX).split("/")[1]
    is_public = path in PUBLIC_PATHS
    operation["tags"] = [TAGS[resource]]
    operation["operationId"] = f"{method}_{path.removeprefix(PREFIX).strip('/')}".translate(
        str.maketrans("/", "_", "{}")
    )
    operation["security"] = [] if is_public else [{"bearer": []}]
    operation["parameters"] = [_parameter(item) for item in operation.get("parameters", [])]
    statuses = {400, 401, 422, 429, 500, 503}
    if "{" in path:
        statuses.add(404)
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True
        statuses |= {413, 415}
    elif method == "post":
        statuses.add(415)
    if path in CREATES and method == "post":
        statuses.add(409)
        operation["parameters"].append(_idempotency_parameter())
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                response["headers"] = {
                    REPLAYED: {"description": "这是第一次的结果", "schema": {"type": "string", "enum": ["true"]}}
                }
    if (method, path) in CHANGES:
        statuses.add(409)
    if (method, path) in RESTRICTED:
        statuses.add(403)
    operation["responses"] |= {
        str(status): {"$ref": f"#/components/responses/Error{status}"} for status in sorted(statuses)
    }


def _error_response(status: int) -> dict[str, Any]:
    code, message = ERRORS[status]
    fields = {"text": "必填。"} if status == 422 else {}
    response: dict[str, Any] = {
        "description": message,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/ErrorOut"},
                "example": error_body(code, message, fields),
            }
        },
    }
    return response | {"headers": RETRY_AFTER} if status == 429 else response


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    """A query parameter is there or not there; it is never null."""
    schema = dict(parameter["schema"])
    if "anyOf" in schema:
        present = [option for option in schema.pop("anyOf") if option != {"type": "null"}]
        schema = {**present[0], **schema}
        if schema.get("default", ...) is None:
            del schema["default"]
    schema.pop("title", None)
    described = {**parameter, "schema": schema}
    if "description" in schema:
        described["description"] = schema.pop("description")
    return described


def _idempotency_parameter() -> dict[str, Any]:
    return {
        "name": HEADER,
        "in": "header",
        "required": False,
        "description": "重试用的钥匙:同一个钥匙、同一个请求,24小时内只生效一次",
        "schema": {"type": "string", "minLength": 8, "maxLength": 80, "pattern": "^[!-~]+$"},
        "example": "7d0c2b9e-ask-1",
    }


def public_endpoints() -> frozenset[str]:
    """The routes that need no login: ours, and the document with its page."""
    return PUBLIC | {"openapi.spec", "openapi.docs", "openapi.swagger_ui_oauth_redirect"}
