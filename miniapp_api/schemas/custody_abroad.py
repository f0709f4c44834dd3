"""Patents and the markets beyond this one."""

from datetime import date

from pydantic import Field

from miniapp_api.schemas.common import Output
from miniapp_api.schemas.custody import ArticleOut
from services.custody.abroad import Window


class AbroadOut(Output):
    """一件专利管到哪,还能不能带着国内申请日去国外。"""

    id: str
    number: str = Field(examples=["CN202110123456.7"])
    title: str
    covered: list[str] = Field(description="我们的数据知道的;只有中国大陆,不等于国外没有同族", examples=[["CN"]])
    window: Window = Field(description="open 还来得及;over 优先权期过了;unknown 缺类型或申请日")
    last_on: date | None = Field(description="带优先权去国外申请的最后一天")
    enter_by: date | None = Field(description="走PCT的,多数国家进入国家阶段的最后一天;以该国规定为准")
    note: str = Field(description="要留意的;没有为空")
    articles: list[ArticleOut]


class AbroadsOut(Output):
    items: list[AbroadOut]
