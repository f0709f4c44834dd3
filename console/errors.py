"""The console's own error pages; a part of a page gets a short notice instead."""

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response

from console.sessions import signed_in
from core.errors import AppError, NotFound
from core.logs import get_logger
from core.web import HTTP_ERRORS, INTERNAL
from models import Role

log = get_logger(__name__)

TITLES = {
    400: "这一步没成功",
    403: "没有权限",
    404: "没有找到",
    405: "这里不能直接打开",
    409: "刚被改动过",
    422: "请检查填写的内容",
    429: "请稍等一会儿",
}
# What the table of errors says for programs reads odd on a page.
MESSAGES = {405: "请回到会话,从页面上的按钮操作。"}
# Where somebody goes on whose page of a case has nothing to show any more.
CASEWORK = ("console.case", "console.document", "console.task", "console.board", "console.work")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def answer(status: int, message: str) -> Response:
    """A notice for htmx, a page for everybody else."""
    if request.headers.get("HX-Request"):
        response = make_response(render_template("console/_toast.html", message=message), status)
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#toasts", "beforeend"
        return response
    title = TITLES.get(status, "出了点问题")
    endpoint, words = _way_on()
    page = render_template(
        "console/error.html", status=status, title=title, message=message, way_on=url_for(endpoint), way_on_words=words
    )
    return make_response(page, status)


def _way_on() -> tuple[str, str]:
    if not current_user.is_authenticated:
        return "console.login", "去登录"
    if signed_in().role == Role.PARTNER:
        return "console.tasks", "回到任务"
    if (request.endpoint or "").startswith(CASEWORK):
        return "console.work", "回到我的工作"
    return "console.inbox", "回到会话"


def add_error_pages(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(AppError)
    def app_error(error: AppError) -> Response:
        return answer(error.http_status, error.message)

    @blueprint.errorhandler(CSRFError)
    def csrf_error(error: CSRFError) -> Response:
        return answer(400, "页面放得太久了,请刷新后再试。")

    @blueprint.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = error.code or 500
        response = answer(status, MESSAGES.get(status) or HTTP_ERRORS.get(status, INTERNAL)[1])
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(error.valid_methods)
        return response

    @blueprint.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.exception("console_error")
        return answer(500, "这一步没成功,已经记下来了。请稍后再试。")

    # Every method: what no other route takes would else be answered outside this blueprint, as a program is.
    @blueprint.route("/", methods=METHODS[1:])
    @blueprint.route("/<path:unknown>", methods=METHODS)
    def missing(unknown: str = "") -> Response:
        allowed = _methods_served()
        if request.method == "GET" and allowed and (page := _page_of_step()):
            # A step answers with the page it was refused on: opened again, its address leads there.
            return redirect(page, 303)
        if allowed:
            raise MethodNotAllowed(valid_methods=allowed)
        raise NotFound("没有这个页面。")


def _page_of_step() -> str:
    """The page from which the step at this address is taken: one part shorter; "" where there is none."""
    adapter, path = current_app.create_url_adapter(request), request.path.rpartition("/")[0]
    assert adapter is not None  # only outside a request
    try:
        endpoint, _ = adapter.match(path, method="GET")
    except HTTPException:
        return ""
    words = request.query_string.decode()
    return "" if endpoint == request.endpoint else path + (f"?{words}" if words else "")


def _methods_served() -> list[str]:
    """With which methods the address of this request is a page after all."""
    adapter = current_app.create_url_adapter(request)
    served = []
    assert adapter is not None  # only outside a request
    for method in METHODS:
        try:
            endpoint, _ = adapter.match(request.path, method=method)
        except HTTPException:
            continue
        if endpoint != request.endpoint:
            served.append(method)
    return served
