"""What the framework refuses, said in the one error form and in Chinese."""

from typing import Any

from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Response, jsonify
from pydantic import ValidationError

from core.web import HTTP_ERRORS, INTERNAL, error_body

# pydantic's error types to what a person can act on; {} takes the error's own limits.
REASONS = {
    "missing": "必填。",
    "extra_forbidden": "没有这一项。",
    "string_type": "要填文字。",
    "string_unicode": "文字的编码不对。",
    "string_too_short": "太短,至少{min_length}个字。",
    "string_too_long": "太长,最多{max_length}个字。",
    "string_pattern_mismatch": "格式不对。",
    "int_type": "要填整数。",
    "int_parsing": "要填整数。",
    "int_parsing_size": "数字太大了。",
    "int_from_float": "要填整数。",
    "greater_than_equal": "不能小于{ge}。",
    "less_than_equal": "不能大于{le}。",
    "enum": "只能是:{expected}。",
    "literal_error": "只能是:{expected}。",
    "ipc": "IPC分类号要写成 G01M 13/045 这样。",
    "iso_date": "日期要写成 2026-01-31 这样。",
    "form_value": "要填文字、数字、是或否,或者它们的列表。",
    "dict_type": "要填 JSON 对象。",
    "too_long": "太多了,最多{max_length}项。",
    "form_or_draft": "form 和 draft_version 要填一个,只能填一个。",
    "date_order": "开始日期不能晚于结束日期。",
    "file_missing": "请选择文件。",
    "model_type": "要填 JSON 对象。",
    "model_attributes_type": "要填 JSON 对象。",
}
UNCLEAR = "填写有误。"


def chinese_fields(error: ValidationError) -> dict[str, str]:
    """Field path to reason; the value that was sent is not repeated."""
    reasons = {}
    for item in error.errors(include_url=False, include_input=False):
        context: dict[str, Any] = {"expected": "", **item.get("ctx", {})}
        context["expected"] = str(context["expected"]).replace(" or ", "、").replace(", ", "、").replace("'", "")
        template = REASONS.get(item["type"], UNCLEAR)
        name = ".".join(str(part) for part in item["loc"]) or "body"
        reasons[name] = template.format(**context)
    return reasons


def init_errors(app: APIFlask) -> None:
    """Replace the framework's own error bodies."""

    @app.errorhandler(HTTPError)
    def framework_error(error: HTTPError) -> tuple[Response, int]:
        code, message = HTTP_ERRORS.get(error.status_code, INTERNAL)
        cause = error.__cause__
        fields = chinese_fields(cause) if isinstance(cause, ValidationError) else {}
        return jsonify(error_body(code, message, fields)), error.status_code

    @app.errorhandler(RecursionError)
    def too_deep(error: RecursionError) -> tuple[Response, int]:
        """JSON nested deeper than the parser goes; nothing of ours recurses on what a client sends."""
        return jsonify(error_body(*HTTP_ERRORS[400])), 400
