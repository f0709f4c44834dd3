"""Tracebacks that can be kept: what failed and where, without the sentence, which may quote a person.

`int("…")` quotes what it was given, a unique key's violation the openid, a failed call its address with the token.
"""

import traceback

from core.errors import AppError

# Exceptions of the language itself that name things of the code, not of people.
ABOUT_CODE = (AttributeError, ImportError, NameError, TypeError, AssertionError, NotImplementedError)


def describe_error(error: BaseException) -> str:
    """The type, and what is known to be harmless: an error's code, a database's state and constraint, an errno."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    said = _harmless(error)
    return f"{name}: {said}" if said else name


def format_traceback(error: BaseException) -> str:
    """The frames of an error and of those that led to it, innermost last."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = "".join(traceback.format_tb(current.__traceback__))
        parts.append(f"{frames}{describe_error(current)}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\nwhich came from:\n".join(parts)


def _harmless(error: BaseException) -> str:
    if isinstance(error, AppError):
        return error.code
    if type(error) in ABOUT_CODE:
        return str(error)
    if isinstance(error, OSError) and error.errno is not None:
        return f"errno {error.errno}"
    # psycopg's errors: the class of the failure and the name of the rule, never the values that broke it.
    state, diagnosis = getattr(error, "sqlstate", None), getattr(error, "diag", None)
    facts = (state, getattr(diagnosis, "constraint_name", None), getattr(diagnosis, "column_name", None))
    return " ".join(str(fact) for fact in facts if fact)
