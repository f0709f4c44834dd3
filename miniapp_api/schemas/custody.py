"""Rights in custody: what a client sends to add and change them, what it gets."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from miniapp_api.schemas.common import NO_NUL, Day, Input, NextCursor, Output, Page, Words
from miniapp_api.schemas.documents import PUBLIC_ID, Upload
from models import FeeReduction, LegalStatus, OwnershipProof, PatentKind, ProofBasis, RightKind
from services.custody.proofs import LONGEST_NOTE

MOST_IN_A_CALL = 50
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=NO_NUL)]
Department = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60, pattern=NO_NUL)]
Product = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60, pattern=NO_NUL)]
Version = Annotated[int, Field(ge=1, le=2_000_000_000, description="看到的版本;之后有人改过就返回409")]


class RightIn(Input):
    number: Annotated[Words, StringConstraints(max_length=60)] = Field(
        description="专利的申请号、专利号或公开号,商标注册号,著作权登记号", examples=["CN202110123456.7"]
    )
    kind: RightKind = Field(RightKind.PATENT, description="专利、商标、著作权")
    title: Name = Field("", description="名称;专利库里有的不用填")
    owner_names: list[Annotated[Words, StringConstraints(max_length=120)]] = Field(
        default_factory=list, max_length=10, description="权利人,照证书写"
    )
    patent_kind: PatentKind | None = Field(None, description="专利类型;号码里看得出的不用填")
    filed_on: Day | None = Field(None, description="专利申请日", examples=["2021-03-15"])
    granted_on: Day | None = Field(None, description="专利授权日")
    registered_on: Day | None = Field(None, description="商标注册日")
    expires_on: Day | None = Field(None, description="商标到期日")
    department: Department = Field("", description="院系或部门", examples=["材料学院"])
    inventors: list[Annotated[Words, StringConstraints(max_length=60)]] = Field(
        default_factory=list, max_length=30, description="发明人;专利库里有的不用填"
    )
    published_in: int | None = Field(None, ge=1900, le=2100, description="著作权首次发表的年份")


class RightsIn(Input):
    rights: list[RightIn] = Field(min_length=1, max_length=MOST_IN_A_CALL)
    company_id: Annotated[str, StringConstraints(pattern=PUBLIC_ID)] | None = Field(
        None, description="托管到哪家企业名下;不填是当前办事的企业,没有就在自己名下"
    )


class SheetIn(Input):
    file: Upload = Field(description="CSV或Excel(xlsx),第一行是表头,要有号码一列,最多500行、1MB")
    company_id: Annotated[str, StringConstraints(pattern=PUBLIC_ID)] | None = Field(
        None, description="托管到哪家企业名下"
    )


class SheetFacts(Input):
    """What makes two uploads the same request: the table itself by its hash."""

    sha256: str
    company_id: str | None


class RightsQuery(Page):
    kind: RightKind | None = Field(None, description="只看哪一类")
    department: Department | None = Field(None, description="只看哪个院系;填空字符串看没归院系的")


class RightOut(Output):
    id: str = Field(examples=["Jx3kqv0p5Qm2o1c9s8dLrA"])
    kind: RightKind
    patent_kind: PatentKind | None
    number: str = Field(examples=["CN202110123456.7"])
    title: str
    owner_names: list[str] = Field(description="权利人,照记录或照您写的")
    company: str | None = Field(description="在哪家企业名下;自己名下为 null")
    filed_on: date | None
    granted_on: date | None
    expires_on: date | None
    status: LegalStatus
    status_label: str = Field(description="给人看的", examples=["有效"])
    status_on: date | None
    is_from_records: bool = Field(description="true 是专利库里的记录,false 是您自己填的")
    data_date: date | None = Field(description="记录截至哪一天")
    is_demo: bool = Field(description="演示数据")
    proof: OwnershipProof = Field(description="权属:自述、核对中、已核对、没核对上")
    proof_reason: str | None = Field(description="没核对上的原因")
    reduction: FeeReduction = Field(description="费减:没有、一个申请人、共同申请")
    product: str | None = Field(description="保护哪个产品,照您叫的")
    department: str | None = Field(description="院系或部门")
    inventors: list[str] = Field(description="发明人,照记录或照您写的")
    paid_year: int | None = Field(description="年费缴到第几年度")
    is_paid_assumed: bool = Field(description="true 是推算的,没人说过缴了")
    next_due_on: date | None = Field(description="下一个期限")
    due_label: str | None = Field(description="给人看的下一个期限", examples=["第7年年费2,000元,最晚12月7日"])
    is_reminded: bool
    set_aside_until: date | None = Field(description="说过不运营,到哪天前不再提它闲着")
    version: int


class RightsOut(Output):
    """快到期的在前。"""

    items: list[RightOut]
    total: int
    next_cursor: NextCursor


class RefusedOut(Output):
    number: str
    row: int | None = Field(description="表格里的第几行;不是表格为 null")
    reason: str = Field(examples=["校验位对不上,多半有一位打错了。"])
    repairs: list[str] = Field(description="可能是这几个号码,库里有")


class AddedOut(Output):
    """能收的都收了,收不了的各有原因。"""

    added: list[RightOut]
    known: list[RightOut] = Field(description="早就托管了的")
    refused: list[RefusedOut]


class ImportedOut(AddedOut):
    error_file: str | None = Field(
        description="收不了的行做成的CSV,前三列是第几行、原因、可能的号码;存成文件给用户,改好原样再传。都收了为 null"
    )


class ArticleOut(Output):
    law: str = Field(examples=["专利法实施细则"])
    article: str = Field(examples=["第一百一十五条"])


class LateStepOut(Output):
    until: date = Field(description="这天为止")
    surcharge_fen: int = Field(description="滞纳金,分")
    total_fen: int = Field(description="一共缴多少分")


class FeeOut(Output):
    year: int = Field(description="第几年度")
    due_on: date = Field(description="最晚哪天缴,碰上休假日已经顺延")
    full_fen: int = Field(description="全额,分")
    payable_fen: int = Field(description="减缴后,分")
    is_reduced: bool
    grace_until: date = Field(description="补缴期到哪天;到时没缴,专利从 due_on 起终止")


class FeeYearOut(FeeOut):
    late: list[LateStepOut] = Field(description="过期补缴的六档")


class EffectOut(Output):
    text: str
    article: ArticleOut | None
    case_number: str | None


class RightPageOut(RightOut):
    fees: list[FeeYearOut] = Field(description="今后五年的年费;没有或算不出时为空")
    total_fen: int = Field(description="今后五年一共多少分")
    effects: list[EffectOut] = Field(description="不缴、不续会影响什么")
    articles: list[ArticleOut] = Field(description="依据")
    warnings: list[str]


class FactsIn(Input):
    version: Version
    paid_year: int | None = Field(None, ge=1, le=20, description="年费缴到了第几年度")
    reduction: FeeReduction | None = None
    is_reminded: bool | None = Field(None, description="要不要提醒")
    product: Product | None = Field(None, description="保护哪个产品;填空字符串就不归产品", examples=["散热膜"])
    department: Department | None = Field(None, description="哪个院系;填空字符串就不归院系", examples=["材料学院"])
    patent_kind: PatentKind | None = Field(None, description="只有库里没有的才能改")
    filed_on: Day | None = None
    granted_on: Day | None = None
    expires_on: Day | None = None


class ProofIn(Input):
    version: Version
    basis: ProofBasis = Field(description="凭什么:证书、登记簿副本、转让手续合格通知")
    remark: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_NOTE, pattern=NO_NUL)] = Field(
        "", description="要说明的,比如改过名"
    )


class KeeperIn(Input):
    version: Version
    member_id: int = Field(ge=1, le=2_000_000_000, description="同企业哪位成员,取自企业的成员列表")


class FeeLineOut(FeeOut):
    right_id: str
    number: str
    title: str


class YearSumOut(Output):
    year: int = Field(description="日历年", examples=[2027])
    total_fen: int = Field(description="这一年要缴多少分")


class FeeCalendarOut(Output):
    items: list[FeeLineOut] = Field(description="各件各年度的年费,先到期的在前")
    by_year: list[YearSumOut]
    total_fen: int
    unknown: list[str] = Field(description="算不出的号码:不知道申请日或类型")
    articles: list[ArticleOut]
    warnings: list[str]


class AdviceOut(Output):
    key: Literal["list", "open_licence", "keep", "drop"]
    text: str
    article: ArticleOut | None


class DormantOut(Output):
    id: str
    number: str
    title: str
    granted_on: date | None
    cost_fen: int = Field(description="留着的话今后五年要缴多少分")
    advice: list[AdviceOut]


class DormantRightsOut(Output):
    """有效多年、没有在办的业务用到的专利,花费多的在前。怎么办由您定。"""

    items: list[DormantOut]


class GapOut(Output):
    key: Literal["patent", "pending", "trademark", "copyright"]
    text: str
    article: ArticleOut


class ProductOut(Output):
    name: str = Field(examples=["散热膜"])
    rights: list[RightOut]
    gaps: list[GapOut] = Field(description="缺什么,带依据")


class ProductsOut(Output):
    """缺得多的在前。"""

    items: list[ProductOut]
    unassigned: int = Field(description="还没归到产品的有几件")
