"""One call of WeChat's API: measured, its answer judged, its errors told apart. Never logs what is private."""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from urllib3.exceptions import NewConnectionError

from adapters.wechat.errors import WeChatError, outcome_of
from core.logs import get_logger
from core.metrics import wechat_call_seconds, wechat_calls_total

log = get_logger(__name__)

_RID = re.compile(r"\s*rid: ([0-9a-zA-Z-]{1,64})|\s*hint: \[([^\]]{1,64})\]")
DETAIL_LENGTH = 120


@contextmanager
def measured_call(path: str) -> Iterator[None]:
    """Count and time one call by path and errcode; a failure is logged with WeChat's rid."""
    started = time.perf_counter()
    label = "0"
    try:
        yield
    except WeChatError as error:
        label = error.outcome if error.errcode is None else str(error.errcode)
        log.warning(
            "wechat_call_failed",
            path=path,
            errcode=error.errcode,
            outcome=error.outcome,
            detail=error.detail,
            rid=error.rid,
        )
        raise
    except Exception:
        label = "error"
        raise
    finally:
        wechat_calls_total.labels(path, label).inc()
        wechat_call_seconds.labels(path).observe(time.perf_counter() - started)


def network_error(error: requests.RequestException) -> WeChatError:
    """Whether the request can have reached WeChat. The message of `error` holds the URL with the token: not used."""
    name = type(error).__name__
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(reason, NewConnectionError):
        return WeChatError(None, f"no connection ({name})", outcome="busy")
    if isinstance(error, requests.exceptions.InvalidURL):
        return WeChatError(None, f"not sent ({name})", outcome="refused")
    return WeChatError(None, f"no answer ({name})", outcome="unknown")


def http_error(status: int) -> WeChatError:
    """WeChat answers business errors with 200: any other status comes from something in between."""
    return WeChatError(None, f"HTTP {status}", outcome="refused" if 400 <= status < 500 else "unknown")


def cut_answer() -> WeChatError:
    """The answer was no JSON object: the call may have been carried out."""
    return WeChatError(None, "the answer is not JSON", outcome="unknown")


def business_error(errcode: int, errmsg: str, private: Iterable[str] = ()) -> WeChatError:
    """WeChat's own refusal; `private` values that it repeats in its sentence are taken out."""
    found = _RID.search(errmsg)
    rid = (found[1] or found[2]) if found else None
    detail = _RID.sub("", errmsg)
    for value in private:
        if value:
            detail = detail.replace(value, "[removed]")
    return WeChatError(errcode, detail[:DETAIL_LENGTH], rid=rid, outcome=outcome_of(errcode))


def check_answer(answer: Any, private: Iterable[str] = ()) -> dict[str, Any]:
    """The JSON object, or the WeChatError that it is."""
    if not isinstance(answer, dict):
        raise cut_answer()
    try:
        errcode = int(answer.get("errcode") or 0)
    except (TypeError, ValueError):
        raise cut_answer() from None
    if errcode:
        raise business_error(errcode, str(answer.get("errmsg") or ""), private)
    return answer


def call_without_token(path: str, send: Callable[[], requests.Response], private: Iterable[str] = ()) -> dict[str, Any]:
    """One of the few calls that take the app's secret instead of a token."""
    with measured_call(path):
        try:
            response = send()
        except requests.RequestException as error:
            raise network_error(error) from None
        if response.status_code != 200:
            raise http_error(response.status_code)
        try:
            answer = json.loads(response.content)
        except ValueError:
            raise cut_answer() from None
        return check_answer(answer, private)
