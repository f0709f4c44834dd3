"""The photo of a certificate and the numbers on it."""

from pydantic import Field

from miniapp_api.schemas.common import Input, Output
from miniapp_api.schemas.documents import Upload


class PhotoIn(Input):
    file: Upload = Field(description="证书照片,JPG或PNG,10MB以内")


class MeantOut(Output):
    number: str = Field(examples=["CN202110123456.7"])
    title: str
    is_demo: bool = Field(description="演示数据")


class CandidateOut(Output):
    number: str = Field(description="认出的号码", examples=["CN202110123456.7"])
    title: str = Field(description="专利库里的名称;库里没有为空")
    is_in_records: bool = Field(description="专利库里有这件")
    is_demo: bool = Field(description="演示数据")
    reason: str | None = Field(description="为什么不能直接用,比如校验位对不上;能用为 null")
    meant: list[MeantOut] = Field(description="校验位对不上时,库里只差一位的号码")


class CandidatesOut(Output):
    """照片上的号码,能用的在前;一个都没认出时为空,请用户自己填。"""

    items: list[CandidateOut]
