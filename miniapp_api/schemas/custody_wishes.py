"""What an owner wants to do with a right in custody."""

from pydantic import Field

from miniapp_api.schemas.common import Input, Output
from miniapp_api.schemas.custody import RightOut
from models import PostSide
from nlp.market.posts import Mode
from services.custody.wishes import Wish


class WishIn(Input):
    wish: Wish = Field(description="licence 许可,sell 出售,pledge 质押,enforce 维权,rest 不运营", examples=["licence"])


class PostDraftOut(Output):
    side: PostSide
    rights: list[str]
    modes: list[Mode]
    title: str
    text: str = Field("", description="记录里的摘要;没有就要写")
    classes: list[str] = Field(default_factory=list)
    right_kinds: list[str] = Field(default_factory=list)
    right_state: str | None = None


class OpenedOut(Output):
    wish: Wish
    post: PostDraftOut | None = Field(description="许可、出售:供给的内容,还没保存")
    service: str | None = Field(description="质押、维权:开了哪张表", examples=["pledge_financing"])
    right: RightOut
