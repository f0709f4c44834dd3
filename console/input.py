"""What no page of ours sends is refused before anything looks at it."""

from flask import Blueprint, request

from core.errors import BadRequest, NotFound

# The largest number that PostgreSQL takes for a row's id.
LARGEST_ID = 2**31 - 1


def row_number(text: str) -> int:
    """For `request.args.get(…, type=row_number)`: a number that a row may have; ValueError for anything else."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else -1
    if not 0 <= number <= LARGEST_ID:
        raise ValueError(text)
    return number


def add_input_checks(blueprint: Blueprint) -> None:
    @blueprint.before_request
    def refuse_odd_input() -> None:
        """NUL can be stored nowhere and a number beyond the ids is nobody's: both would end as an error of ours."""
        if "\x00" in request.path or any(
            isinstance(value, int) and value > LARGEST_ID for value in (request.view_args or {}).values()
        ):
            raise NotFound
        given = (*request.args.items(multi=True), *request.form.items(multi=True))
        if any("\x00" in name or "\x00" in value for name, value in given):
            raise BadRequest("里面有不能用的字符,请删掉再提交。")
