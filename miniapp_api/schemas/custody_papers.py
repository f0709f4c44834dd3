"""Papers that the proof of a right rests on."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from miniapp_api.schemas.common import NO_NUL, Input, Output
from miniapp_api.schemas.documents import Upload


class PaperIn(Input):
    file: Upload = Field(description="证书、登记簿副本等,PDF、JPG或PNG,10MB以内。按内容认类型,不看文件名")


class PaperFacts(Input):
    """What makes two uploads the same request: the file itself by its hash, for this right."""

    right_id: str
    sha256: str
    file_name: Annotated[str, StringConstraints(pattern=NO_NUL)]


class PaperOut(Output):
    id: str = Field(examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])
    file_name: str = Field(examples=["登记簿副本.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    size_bytes: int
    created_at: datetime


class PapersOut(Output):
    items: list[PaperOut]
