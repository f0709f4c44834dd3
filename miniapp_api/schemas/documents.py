"""Documents of a request: what is wanted, what is there, and a link for minutes."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError
from werkzeug.datastructures import FileStorage

from miniapp_api.schemas.common import NO_NUL, Input, Output

PUBLIC_ID = r"^[A-Za-z0-9_-]{22}$"


def _file(value: Any) -> FileStorage:
    if not isinstance(value, FileStorage):
        raise PydanticCustomError("file_missing", "no file")
    return value


Upload = Annotated[
    FileStorage,
    PlainValidator(_file),
    WithJsonSchema({"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}),
]


class DocumentIn(Input):
    file: Upload = Field(description="文件本身。按内容认类型,不看文件名")
    key: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")] = Field(
        description="是哪种材料,取自 wanted 里的 key", examples=["licence"]
    )
    replaces: Annotated[str, StringConstraints(pattern=PUBLIC_ID)] | None = Field(
        None, description="替换哪一份:那份的 id;不填是新加"
    )


class DocumentFacts(Input):
    """What makes two uploads the same request: the file itself by its hash."""

    key: str
    replaces: str | None
    sha256: str
    file_name: Annotated[str, StringConstraints(pattern=NO_NUL)]


class WantedOut(Output):
    key: str = Field(examples=["licence"])
    name: str = Field(examples=["营业执照"])
    reason: str = Field(description="为什么要", examples=["证明借款主体"])
    media_types: list[str] = Field(examples=[["application/pdf", "image/jpeg", "image/png"]])
    max_bytes: int


class DocumentOut(Output):
    id: str = Field(examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])
    key: str = Field(examples=["licence"])
    name: str = Field(description="材料名称", examples=["营业执照"])
    file_name: str = Field(examples=["营业执照.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    size_bytes: int
    sha256: str = Field(description="文件的哈希值,可以自己核对")
    added_by: Literal["owner", "staff", "system"] = Field(description="owner 企业;staff 专员;system 系统出具的凭证")
    can_remove: bool
    created_at: datetime


class DocumentsOut(Output):
    items: list[DocumentOut] = Field(description="早的在前;一单最多60份")
    wanted: list[WantedOut] = Field(description="这一单可以加的材料")


class LinkOut(Output):
    url: str = Field(description="几分钟内有效,打开就下载;不用令牌,别转给别人")
    expires_at: datetime
