"""Deals: what a client sends to ask, answer, offer and confirm, and what it gets."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from core.payments import PaymentState
from miniapp_api.schemas.common import NO_NUL, Day, Input, NextCursor, Output, Page, Words
from miniapp_api.schemas.documents import PUBLIC_ID
from models import DealState, OfferState, PostSide
from nlp.market.posts import Mode
from services.deals.checklist import Checker
from services.deals.ending import SAID, Reason
from services.deals.enquiring import LONGEST_OPENING
from services.deals.equity import Valuation
from services.deals.messages import LONGEST
from services.deals.naming import MOST_RIGHTS
from services.deals.offers import LONGEST_TERMS, MOST_OFFERS, Verdict
from services.deals.publicity import Standing
from services.deals.quotes import MOST_POSTS
from services.deals.splits import MOST_AMOUNT
from services.deals.view import Doing

Version = Annotated[int, Field(ge=1, le=2_000_000_000, description="看到的版本;之后有变动就返回409")]
Id = Annotated[str, StringConstraints(pattern=PUBLIC_ID)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=NO_NUL)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20, pattern=NO_NUL)]
Opening = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_OPENING, pattern=NO_NUL)]
Terms = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TERMS, pattern=NO_NUL)]
NAME = Field(None, description="怎么称呼您;不填用资料里的")
PHONE = Field(None, description="电话;不填用资料里的。双方都同意前对方看不到", examples=["13800138000"])


class DealIn(Input):
    """`match_id` 和 `post_id` 填一个。提交就是同意:对方也同意后,双方互看称呼和电话。"""

    match_id: Id | None = Field(None, description="自己那条供需的一条对接")
    post_id: Id | None = Field(None, description="对方的一条供给或需求")
    text: Opening = Field("", description="想先说的话;不要写联系方式")
    name: Name | None = NAME
    phone: Phone | None = PHONE
    course_session_id: Id | None = Field(None, description="在哪一场培训旁边看到的,只记次数")
    takes_terms: bool = Field(False, description="照单接受这条的快速许可标准条款(`quick_terms`),直接谈成")
    terms_version: Version | None = Field(None, description="看到的那条的 `version`;照单接受时必填,条款改过就返回409")

    @model_validator(mode="after")
    def _one(self) -> "DealIn":
        if (self.match_id is None) == (self.post_id is None):
            raise ValueError("match_id or post_id, one of them")
        if self.takes_terms and self.terms_version is None:
            raise ValueError("terms are taken in the version that was read")
        return self


class ConsentIn(Input):
    agrees: bool = Field(description="被问的一方:同意谈或不谈。谈起来以后:互看联系方式,或收回")
    name: Name | None = NAME
    phone: Phone | None = PHONE
    version: Version | None = None


class ShareIn(Input):
    right: Annotated[Words, StringConstraints(max_length=60)] = Field(examples=["CN112345678B"])
    amount: int = Field(ge=1, le=MOST_AMOUNT, description="元")


class OfferIn(Input):
    mode: Mode = Field(description="转让、哪种许可、作价入股;质押不在这里办")
    amount: int = Field(ge=1, le=MOST_AMOUNT, description="总价,元", examples=[150_000])
    split: list[ShareIn] | None = Field(
        None, min_length=1, max_length=50, description="打包的各件价格,加起来等于总价;不填就平均分摊"
    )
    terms: Terms = Field("", description="条件,比如期限、地域、付款方式")
    until: Day | None = Field(None, description="有效到哪天;不填管30天")
    share_percent: float | None = Field(None, ge=0.01, le=100, description="作价入股占多少,百分数", examples=[10])
    valuation: Valuation | None = Field(None, description="作价入股按什么作价:有评估报告,还是签约前评估")
    version: Version | None = None


class OfferAnswerIn(Input):
    offer: int = Field(ge=1, le=MOST_OFFERS, description="答复的是哪一个,`offers` 里的 `number`", examples=[1])
    verdict: Verdict = Field(description="对方的出价:接受、不接受;自己的:收回")
    version: Version | None = None


class RightsIn(Input):
    rights: list[Annotated[str, StringConstraints(min_length=1, max_length=60)]] = Field(
        default_factory=list, max_length=MOST_RIGHTS, description="专利号,要在自己名下的托管里"
    )
    is_technology: bool = Field(False, description="没有专利的技术")
    version: Version | None = None


class CheckIn(Input):
    key: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}$")] = Field(examples=["pledge"])
    version: Version | None = None


class EndIn(Input):
    reason: Reason = Field(description=f"只能是其中之一:{'、'.join(SAID)}", examples=[Reason.PRICE])
    version: Version | None = None


class PaidIn(Input):
    payment: int = Field(ge=1, le=100, description="第几期。受让方说付了,出让方说收到了")
    version: Version | None = None


class DealMessageIn(Input):
    text: Annotated[Words, StringConstraints(max_length=LONGEST)]


class DealsQuery(Page):
    side: PostSide | None = Field(None, description="offer:我出让的(线索);need:我想要的")
    is_open: bool | None = Field(None, description="true 只看没结束的")


class ContactOut(Output):
    name: str
    phone: str
    company: str | None


class ShareOut(Output):
    right: str
    amount: int


class OfferOut(Output):
    number: int
    is_mine: bool
    mode: Mode
    mode_label: str = Field(examples=["普通许可"])
    amount: int = Field(description="元")
    split: list[ShareOut]
    is_split_even: bool = Field(description="没说怎么分,平均摊的")
    terms: str
    share_percent: float | None = Field(description="作价入股的占股")
    valuation: Valuation | None
    until: date
    state: OfferState
    created_at: datetime


class DealArticleOut(Output):
    law: str = Field(examples=["专利法"])
    article: str = Field(examples=["第十条"])


class CheckOut(Output):
    key: str
    text: str
    article: DealArticleOut | None
    is_confirmed: bool = Field(description="该确认的都确认了")
    is_mine: bool = Field(description="要我确认")
    is_mine_confirmed: bool
    waits_for: list[Checker]


class BarrierOut(Output):
    right: str = Field(description="哪一件;说的是整单为空")
    text: str = Field(examples=["专利权已经终止"])
    todo: str = Field(description="出让方怎么办", examples=["把这件从供给里去掉"])
    article: DealArticleOut


class DealRegistrationOut(Output):
    name: str = Field(examples=["许可备案"])
    text: str
    article: DealArticleOut
    until: date | None = Field(description="法定最晚哪天,碰上休假日已经顺延;没有期限为 null")


class PublicityOut(Output):
    """公办高校、科研院所、国有单位协议定价的公示;异议的内容不给双方看。"""

    standing: Standing = Field(
        description="needed 还没公示;running 公示中;objected 有异议;upheld 异议成立;passed 公示完了;lifted 不用公示"
    )
    text: str = Field(examples=["公示到2026年12月14日,之后没有异议才能签合同。"])
    days: int = Field(description="至少几日", examples=[15])
    source: str
    name: str | None = Field(description="公示的成果名称")
    amount: int | None = Field(description="公示的拟交易价格,元")
    place: str | None = Field(description="在哪里公示;不用公示的是依据")
    link: str | None
    starts_on: date | None
    ends_on: date | None = Field(description="最后一天")
    objections: int = Field(description="收到几条异议")


class PaymentOut(Output):
    number: int
    name: str
    amount: int = Field(description="元")
    due_on: date | None
    state: PaymentState | None = Field(description="按双方说的记,钱不经过我们;暂时查不到为 null")


class DealItemOut(Output):
    number: str = Field(examples=["GX261128-0001"])
    title: str
    side: PostSide = Field(description="我是哪一方")
    state: DealState
    state_label: str = Field(examples=["洽谈中"])
    asked_by_me: bool
    amount: int | None = Field(description="谈成的价,元")
    created_at: datetime
    state_since: datetime
    version: int


class SecrecyOut(Output):
    version: int = Field(description="第几版", examples=[1])
    promised_at: datetime
    text: str = Field(description="约定全文,带依据")


class DealOut(DealItemOut):
    """对方的称呼和电话只在双方都同意时给出;对方和经纪人说的话看不到。"""

    rights: list[str] = Field(description="权利的号码;匿名的供给,双方都同意谈之前不给对方看")
    rights_count: int = Field(description="一共几件")
    is_technology: bool = Field(description="出让方说了是没有专利的技术")
    opening: str = Field(description="提出的一方先说的话")
    other: str = Field(description="怎么称呼对方", examples=["对方"])
    contact: ContactOut | None
    is_shared: bool = Field(description="我的联系方式是不是同意给对方看")
    broker: str | None = Field(description="经纪人")
    promised_at: datetime | None = Field(description="答应经纪人几点前联系双方;还没都同意谈为 null")
    mode: Mode | None
    split: list[ShareOut]
    offers: list[OfferOut]
    checks: list[CheckOut]
    barriers: list[BarrierOut] = Field(description="现在挡着的,带依据")
    registration: DealRegistrationOut | None
    publicity: PublicityOut | None = Field(description="不用公示,或者价格还没谈成为 null")
    promise: SecrecyOut | None = Field(description="受让方看保密资料前同意的保密约定;没有为 null")
    signed_on: date | None
    effective_on: date | None
    registered_on: date | None
    payments: list[PaymentOut]
    end_reason: str | None = Field(description="为什么没成", examples=["价格没谈拢"])
    doings: list[Doing] = Field(description="现在可以做什么")


class DealsOut(Output):
    items: list[DealItemOut]
    next_cursor: NextCursor


class SaleOut(DealItemOut):
    mode: Mode | None
    split: list[ShareOut]
    other: str
    signed_on: date | None
    registered_on: date | None


class SalesOut(Output):
    items: list[SaleOut]
    next_cursor: NextCursor


class CustomerOut(ContactOut):
    deals: list[str] = Field(description="和这位谈过的单号,新的在前")


class CustomersOut(Output):
    """只有双方都同意互看联系方式的;收回的不在里面。"""

    items: list[CustomerOut]


class DealMessageOut(Output):
    id: int
    author: Literal["user", "staff", "system", "bot"]
    staff: str | None
    text: str
    created_at: datetime


class DealMessagesOut(Output):
    items: list[DealMessageOut]
    next_cursor: NextCursor


class QuoteRequestIn(Input):
    post_ids: list[Id] = Field(min_length=1, max_length=MOST_POSTS, description="向哪几条供给询价")
    text: Opening = Field("", description="要什么、什么条件;不要写联系方式")
    until: Day = Field(description="哪天前要报价")
    name: Name | None = NAME
    phone: Phone | None = PHONE


class NotAskedOut(Output):
    post_id: str
    reason: str


class QuoteOut(Output):
    deal: DealItemOut
    offer: OfferOut | None = Field(description="对方现在的报价;还没报为 null")


class QuoteRequestItemOut(Output):
    id: str
    text: str
    until: date
    created_at: datetime


class QuoteRequestOut(QuoteRequestItemOut):
    """报了价的在前,低的在前。各家互相看不到。"""

    quotes: list[QuoteOut]
    not_asked: list[NotAskedOut] = Field(description="没问到的和原因,只在提交时给出")


class QuoteRequestsOut(Output):
    items: list[QuoteRequestItemOut]
    next_cursor: NextCursor
