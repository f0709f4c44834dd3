"""Sessions of courses, and bookings."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from miniapp_api.schemas.common import NO_NUL, Day, FormValues, Input, NextCursor, Output, Page, Words
from miniapp_api.schemas.services import FieldOut
from services.training.certificates import LONGEST_HOLDER
from services.training.door_codes import DIGITS
from services.training.feedback import LONGEST_REMARK
from services.training.live_questions import LONGEST_QUESTION
from services.training.seats import MOST_SEATS

Standing = Literal["upcoming", "open", "full", "closed", "started", "ended", "cancelled"]
State = Literal["booked", "offered", "waiting", "cancelled", "lapsed", "attended", "absent"]


class SessionsQuery(Page):
    topic: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60, pattern=NO_NUL)] = Field(
        "", description="想学什么", examples=["质押融资"]
    )
    day: Day | None = Field(None, description="哪一天", examples=["2026-12-04"])
    region: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60, pattern=NO_NUL)] | None = Field(
        None, description="在哪里;线上的总在其中", examples=["广东省广州市"]
    )


class ShownServiceOut(Output):
    key: str = Field(description="服务,见 `/services/{key}`", examples=["pledge_financing"])
    name: str = Field(examples=["专利质押融资"])


class CourseSessionOut(Output):
    id: str = Field(examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])
    title: str = Field(examples=["专利质押融资实务"])
    track: str = Field(description="方向", examples=["质押融资与保险"])
    summary: str
    audience: str = Field(description="适合谁", examples=["企业负责人、财务负责人"])
    starts_at: datetime = Field(examples=["2026-12-04T06:30:00Z"])
    ends_at: datetime = Field(examples=["2026-12-04T08:30:00Z"])
    enrolment_closes_at: datetime = Field(description="报名截止", examples=["2026-12-04T05:30:00Z"])
    cancel_until: datetime = Field(description="这之前可以取消", examples=["2026-12-03T06:30:00Z"])
    speaker: str
    is_online: bool
    place: str | None
    latitude: float | None
    longitude: float | None
    region: str | None
    price_fen: int = Field(description="每位多少分;0是免费", examples=[0])
    capacity: int = Field(examples=[40])
    free_seats: int = Field(examples=[12])
    is_waited_for: bool = Field(description="空着的名额先给候补的人:现在报名会排在后面")
    standing: Standing = Field(description="报名未开始、可报名、已满、已截止、进行中、已结束、已取消")
    questions: list[FieldOut] = Field(description="主办方想知道的,先后就是提问的先后;没有就是空")
    services: list[ShownServiceOut] = Field(description="讲到的服务,显示在旁边")
    is_demonstration: bool = Field(description="演示数据")


class CourseSessionsOut(Output):
    """最近要开的在前;说了想学什么的,对得上的在前。"""

    items: list[CourseSessionOut]
    next_cursor: NextCursor


class BookingIn(Input):
    seats: int = Field(1, ge=1, le=MOST_SEATS, description="几个名额")
    answers: FormValues = Field(
        default_factory=dict, description="主办方的问题的回答,按场次的 `questions` 填;空着就先占名额,以后再补"
    )
    accepts_overlap: bool = Field(False, description="知道和另一场时间重了,还是要报")


class AnswersIn(Input):
    answers: FormValues = Field(description="全部回答,整体替换")


class CheckInIn(Input):
    code: Annotated[str, StringConstraints(pattern=rf"^[0-9]{{{DIGITS}}}$")] = Field(
        description="签到屏幕上的数字,半分钟换一次", examples=["123456"]
    )


class MaterialOut(Output):
    title: str = Field(examples=["讲义"])
    url: str


class BookingOut(Output):
    number: str = Field(description="单号", examples=["PX261128-0003"])
    state: State = Field(description="已报名、有名额等确认、候补、已取消、名额过期、已参加、未到场")
    seats: int
    place_in_line: int | None = Field(description="候补第几位;没在候补为 null")
    offer_until: datetime | None = Field(description="名额留到什么时候;没有留着为 null")
    is_held_back: bool = Field(description="180天里有2次报了名没来,名额不多的场次先排候补,开始前一天还有名额再按顺序给")
    live_url: str | None = Field(description="线上观看地址;报上了才给")
    join_url: str | None = Field(description="本人进直播的页面,点“签到,进直播”就算到场;没有直播为 null")
    checked_in_at: datetime | None = Field(description="什么时候签到的;没签到为 null")
    replay_url: str | None = Field(description="回放地址;签到参加过才给")
    materials: list[MaterialOut] = Field(description="资料;签到参加过才给")
    satisfaction: int | None = Field(description="自己的评价:3满意、2一般、1不满意;没评为 null")
    remark: str | None = Field(description="自己补充的意见")
    answers: dict[str, Any] = Field(description="已答的,按场次的 `questions`", examples=[{}])
    unanswered: list[str] = Field(description="主办方的问题里还没问到的;跳过的不算", examples=[[]])
    certificates_left: int = Field(description="还能领几份结业证书;领的时候写姓名", examples=[1])
    booked_at: datetime
    session: CourseSessionOut


class BookingsOut(Output):
    """自己的报名,最近报的在前。"""

    items: list[BookingOut]
    next_cursor: NextCursor


class SessionFeedbackIn(Input):
    score: Literal[1, 2, 3] = Field(description="3满意、2一般、1不满意", examples=[3])
    remark: Annotated[Words, Field(max_length=LONGEST_REMARK)] | None = Field(None, description="补充一句;不填就不改")


class NextSessionOut(Output):
    session: CourseSessionOut | None = Field(description="接着可以上的一场;没有合适的为 null")
    reason: str | None = Field(description="为什么推荐", examples=["它接着“专利质押融资实务”讲"])


class CertificateIn(Input):
    holder: Words = Field(max_length=LONGEST_HOLDER, description="证书上的姓名,印好后不能自己改", examples=["王小明"])


class CertificateOut(Output):
    number: str = Field(description="编号", examples=["ZS261128-7K3M9QWX"])
    holder: str
    course_title: str = Field(examples=["专利质押融资实务"])
    held_on: date = Field(description="哪天上的", examples=["2026-12-04"])
    is_ready: bool = Field(description="PDF 做好了,可以取链接下载")
    page: str = Field(description="公开查验页,谁都能看,姓名只露一部分")
    revoked_at: datetime | None
    revoked_reason: str | None
    issued_at: datetime
    is_demonstration: bool = Field(description="演示数据")


class CertificatesOut(Output):
    """自己的结业证书,最近领的在前。"""

    items: list[CertificateOut]
    next_cursor: NextCursor


class QuestionIn(Input):
    text: Words = Field(max_length=LONGEST_QUESTION, description="想问讲师什么", examples=["质押期间还能许可吗"])


class QuestionOut(Output):
    text: str = Field(description="记下的问题,去掉了能认出人的内容")
    asked_at: datetime
