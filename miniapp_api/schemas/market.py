"""Offers and needs: what a client sends to post them and to look through the board, what it gets."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from miniapp_api.schemas.common import NO_NUL, Day, Input, NextCursor, Output, Page, Words
from miniapp_api.schemas.custody import ArticleOut, Version
from miniapp_api.schemas.documents import PUBLIC_ID
from models import FeedbackVerdict, PatentKind, PostSide, PostState
from nlp.ipc import normalise_ipc
from nlp.market.posts import Mode, RightState
from nlp.market.trade_facts import Verdict
from services.market.feedback import Reason
from services.market.posting import LONGEST_TEXT, LONGEST_TITLE, MOST_AMOUNT, SHORTEST_TEXT
from services.market.promises import LONGEST_DETAILS
from services.market.quick_terms import MOST_YEARS, FeeKind


def _ipc(value: str) -> str:
    if normalise_ipc(value) is None:
        raise PydanticCustomError("ipc", "not an IPC symbol")
    return value


Title = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TITLE, pattern=NO_NUL)]
Body = Annotated[Words, StringConstraints(min_length=SHORTEST_TEXT, max_length=LONGEST_TEXT)]
Details = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_DETAILS, pattern=NO_NUL)]
Number = Annotated[Words, StringConstraints(max_length=40)]
Ipc = Annotated[Words, StringConstraints(max_length=20), AfterValidator(_ipc)]
Place = Annotated[Words, StringConstraints(max_length=60)]
Yuan = Annotated[int, Field(ge=1, le=MOST_AMOUNT)]
Limit = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60, pattern=NO_NUL)]
Id = Annotated[str, StringConstraints(pattern=PUBLIC_ID)]


class RightAnswersIn(Input):
    """关于这些权利的情况;不知道的不填,专员会问。"""

    co_owners_agree: bool | None = Field(None, description="有共有人的:是否都同意")
    is_pledged: bool | None = Field(None, description="有没有质押")
    pledgee_agrees: bool | None = Field(None, description="质押了的:质权人是否书面同意")
    is_seized: bool | None = Field(None, description="有没有查封、保全或权属纠纷")
    is_licensed_exclusively: bool | None = Field(None, description="有没有独占、排他许可还在期内")
    has_report: bool | None = Field(None, description="实用新型、外观设计:有没有专利权评价报告")
    goes_abroad: bool | None = Field(None, description="会不会给境外的人")
    is_public_institution: bool | None = Field(None, description="权利人是不是国家设立的院所、高校")
    is_publicised: bool | None = Field(None, description="院所、高校:在本单位公示过,或者用挂牌、拍卖定价")
    is_state_owned: bool | None = Field(None, description="权利人是不是国有企业")
    is_cleared: bool | None = Field(None, description="国有企业:做过保密审查")
    is_appraised: bool | None = Field(None, description="国有企业:做过资产评估")


class QuickTermsIn(Input):
    """都是普通许可,不排他。对方照单接受就谈成。"""

    fee: FeeKind = Field(description="每年付,还是一次付清")
    years: int = Field(ge=1, le=MOST_YEARS, description="几年")
    region: Limit = Field("", description="限哪里用;空着不限")
    field: Limit = Field("", description="限哪个领域用;空着不限")


class QuickTermsOut(Output):
    fee: FeeKind
    years: int
    region: str
    field: str


class PostIn(Input):
    side: PostSide = Field(description="供给或需求;发了以后不能互换")
    title: Title = Field("", description="供给必填", examples=["滚动轴承早期故障诊断方法"])
    details: Details = Field("", description="供给:保密资料,对方同意保密约定后才看得到")
    text: Body = Field(description="供给写效果和用途,需求写要解决什么;做法的细节别写")
    until: Day = Field(description="最后一天,一年以内", examples=["2027-03-01"])
    rights: list[Number] = Field(default_factory=list, max_length=50, description="专利号;几件一起就是打包")
    classes: list[Ipc] = Field(default_factory=list, max_length=10, description="IPC分类号", examples=[["G01M 13/045"]])
    modes: list[Mode] = Field(default_factory=list, max_length=8, description="合作方式;供给必填")
    amount_yuan: Yuan | None = Field(None, description="供给是底价,需求是预算,元")
    regions: list[Place] = Field(default_factory=list, max_length=40, description="供给在哪,需求想在哪")
    region_is_must: bool = Field(False, description="需求:别的地区不要")
    right_kinds: list[PatentKind] = Field(default_factory=list, max_length=3, description="专利类型")
    right_state: RightState | None = Field(None, description="授权专利、申请中、没有专利的技术")
    is_anonymous: bool = Field(True, description="双方同意前不显示企业名称和专利号")
    quick_terms: QuickTermsIn | None = Field(None, description="快速许可的标准条款,价格是 `amount_yuan`")
    answers: RightAnswersIn = Field(default_factory=RightAnswersIn)


class PostChangeIn(PostIn):
    version: Version


class SubmissionIn(Input):
    version: Version
    accepts_disclosure: bool = Field(False, description="提醒过文中有做法的细节,还是要这样发")


class RenewalIn(Input):
    version: Version
    until: Day = Field(description="新的最后一天,一年以内")


class OwnPostsQuery(Page):
    side: PostSide | None = None
    state: PostState | None = None


class TradeFindingOut(Output):
    """一条规则怎么看:passed 通过,to_prove 要补凭据,blocked 不能交易。"""

    rule: str = Field(examples=["pledge"])
    verdict: Verdict
    number: str | None = Field(description="哪件权利;关于整条的为 null")
    text: str = Field(examples=["已经质押,没经质权人同意不能转让、许可"])
    todo: str = Field(description="要办什么;没有为空", examples=["先取得质权人书面同意,或注销质押"])
    articles: list[ArticleOut]


class PostOut(Output):
    """自己的一条,带核对的结果。"""

    id: str = Field(examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])
    side: PostSide
    state: PostState
    state_label: str = Field(description="给人看的", examples=["展示中,到3月1日"])
    title: str
    text: str
    details: str = Field(description="保密资料;没有为空")
    until: date
    rights: list[str]
    classes: list[str]
    modes: list[Mode]
    amount_yuan: int | None
    regions: list[str]
    region_is_must: bool
    right_kinds: list[str]
    right_state: RightState | None
    is_anonymous: bool
    quick_terms: QuickTermsOut | None
    answers: dict[str, bool]
    findings: list[TradeFindingOut] = Field(description="能不能交易,逐条;不能的在前")
    warning: str | None = Field(description="文中有做法的细节时的提醒")
    review_note: str | None = Field(description="没通过的原因")
    published_at: datetime | None
    version: int


class PostsOut(Output):
    items: list[PostOut]
    total: int
    next_cursor: NextCursor


class BoardQueryIn(Page):
    q: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60, pattern=NO_NUL)] = Field(
        "", description="要找什么", examples=["轴承故障"]
    )
    side: PostSide | None = Field(None, description="只看供给或需求")
    mode: Mode | None = Field(None, description="合作方式")
    region: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60, pattern=NO_NUL)] = Field(
        "", description="省或市", examples=["广东省"]
    )
    ipc: Annotated[str, StringConstraints(max_length=20, pattern=r"^[A-H]?[0-9A-Z /]*$")] = Field(
        "", description="IPC,前几位就行", examples=["G01M"]
    )
    right_state: RightState | None = Field(None, description="授权专利、申请中、没有专利的技术")
    most_yuan: Yuan | None = Field(None, description="价格或预算不超过,元")


class BoardPostOut(Output):
    """大家看到的一条。匿名的不显示企业和专利号。"""

    id: str
    side: PostSide
    title: str
    text: str
    terms: str = Field(description="给人看的条件", examples=["普通许可 · 15万元起 · 山西省太原市"])
    owner: str = Field(description="企业名称,或者匿名", examples=["匿名"])
    kept_deals: int | None = Field(description="这家企业登记过几笔成交;匿名的、没有的为 null", examples=[3])
    rights: list[str] = Field(description="专利号;匿名的为空")
    rights_count: int
    classes: list[str]
    modes: list[Mode]
    amount_yuan: int | None
    quick_terms: QuickTermsOut | None = Field(description="可以照单接受的快速许可标准条款")
    regions: list[str]
    right_state: RightState | None
    until: date
    published_at: datetime | None
    has_details: bool = Field(description="有保密资料,同意保密约定后可看")
    is_mine: bool
    is_kept: bool = Field(description="收藏了")
    version: int = Field(description="照单接受标准条款时带上,作 `terms_version`")


class BoardOut(Output):
    items: list[BoardPostOut]
    total: int
    next_cursor: NextCursor


class SimilarPostsOut(Output):
    items: list[BoardPostOut]


class MatchesQuery(Input):
    post_id: Id | None = Field(None, description="只看这一条的;不填是全部")


class MatchFeedbackIn(Input):
    verdict: FeedbackVerdict = Field(description="有兴趣,或者不相关")
    reason: Reason | None = Field(None, description="不相关的原因:主题、价格、方式、地区、已经找到")


class MatchOut(Output):
    id: str
    post_id: str = Field(description="自己的哪一条")
    other: BoardPostOut = Field(description="对方的一条,不带价格和预算:谈不谈得拢看理由")
    reasons: list[str] = Field(description="哪些对得上", examples=[["主题", "可普通许可", "价格谈得拢"]])
    to_talk: list[str] = Field(description="哪些要谈")
    missing: list[str] = Field(description="自己补上什么会更准", examples=[["预算没写"]])
    verdict: FeedbackVerdict | None = Field(description="自己说过的;没说为 null")


class MatchesOut(Output):
    """对得上的在前;说过不相关的不再出现。"""

    items: list[MatchOut]


class MatchFeedbackOut(Output):
    verdict: FeedbackVerdict
    reason: Reason | None


class DeclarationsQuery(Input):
    payment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=NO_NUL)] = Field(
        "", description="使用费怎么付", examples=["签约后30日内一次付清"]
    )
    until: Day | None = Field(None, description="许可到哪天", examples=["2029-11-27"])
    remark: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=NO_NUL)] = Field(
        "", description="其他要写明的"
    )


class DeclarationOut(Output):
    number: str = Field(description="专利号", examples=["ZL202110123456.7"])
    text: str = Field(description="声明的草稿,自己核对后提交国家局")
    missing: list[str] = Field(description="还要写的", examples=[["许可期限"]])
    faults: list[str] = Field(description="不能这样写的", examples=[["“领先”是宣传用语,要去掉"]])


class DeclarationsOut(Output):
    items: list[DeclarationOut]
    articles: list[ArticleOut]
