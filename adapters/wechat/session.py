"""What a mini-program's login gives."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class CodeSession:
    """Who logged in. `session_key` never leaves the server and is not shown when the object is printed."""

    openid: str
    unionid: str | None = None
    session_key: str = field(default="", repr=False)
