"""How a seller shares what a deal brings: what is sent, and what the seller's side reads."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from core.payments import PaymentState
from miniapp_api.schemas.common import NO_NUL, Day, Input, Output
from models import BenefitBasis, BenefitHolder, BenefitRole, BenefitWord
from services.deals.benefits import LONGEST_GROUND, LONGEST_NAME, MOST_COSTS_FEN, MOST_LINES

Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_NAME, pattern=NO_NUL)]
Ground = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_GROUND, pattern=NO_NUL)]
PlanVersion = Annotated[int, Field(ge=0, le=2_000_000_000, description="看到的方案版本,没写的是0;之后有变动就返回409")]


class BenefitShareIn(Input):
    role: BenefitRole = Field(
        description="unit 单位;department 院系或部门;inventor 发明人;team 团队;converter 转化人员"
    )
    name: Name = Field("", description="名称或姓名;发明人必填", examples=["张伟"])
    percent: float = Field(ge=0.01, le=100, description="百分数,最多两位小数;各项加起来正好100", examples=[35.5])


class BenefitsIn(Input):
    basis: BenefitBasis = Field(description="agreed 与本人约定;rules 按单位公开的规定;none 都没有,按法定")
    rests_on: Ground = Field("", description="哪份约定或规定", examples=["成果转化管理办法(2025)第十二条"])
    holder: BenefitHolder | None = Field(
        None, description="unit 单位;public 国家设立的院所、高校;person 个人,不是职务发明。不填按已知的情况"
    )
    costs_fen: int = Field(0, ge=0, le=MOST_COSTS_FEN, description="先扣的税费和直接成本,分;作价入股不扣")
    shares: list[BenefitShareIn] = Field(min_length=1, max_length=MOST_LINES)
    version: PlanVersion | None = None


class BenefitWordIn(Input):
    share: int = Field(ge=1, le=MOST_LINES, description="哪一行(`number`),只能是人")
    word: BenefitWord = Field(description="known 知道;agreed 同意;objected 不同意")
    said_on: Day = Field(description="本人哪天说的,不晚于今天")
    version: PlanVersion | None = None


class BenefitsQuery(Input):
    version: PlanVersion | None = None


class LawPointOut(Output):
    law: str = Field(examples=["促进科技成果转化法"])
    version: str = Field(examples=["2015年修正"])
    article: str = Field(examples=["第四十五条"])
    text: str = Field(description="原文摘句;地方条例为空")


class BenefitWarningOut(Output):
    key: str = Field(examples=["below_default"])
    text: str
    article: LawPointOut | None


class BenefitShareOut(Output):
    number: int
    role: BenefitRole
    role_label: str = Field(examples=["发明人"])
    name: str
    percent: float
    word: BenefitWord | None = Field(description="本人对这个分法说过什么;没记过为 null")
    word_label: str | None = Field(examples=["同意"])
    said_on: date | None
    noted_by: str | None = Field(description="谁记的:出让方,或经纪人的名字", examples=["出让方"])
    noted_at: datetime | None
    amount_fen: int | None = Field(description="按谈成的价能分多少,分;没谈成为 null", examples=[3_500_000])


class BenefitSumOut(Output):
    gross_fen: int = Field(description="扣成本以前,分")
    net_fen: int = Field(description="扣成本以后拿来分的,分")


class BenefitPartOut(Output):
    number: int
    amount_fen: int


class BenefitPaymentOut(BenefitSumOut):
    number: int
    name: str
    state: PaymentState | None = Field(description="记到哪一步;暂时查不到为 null")
    shares: list[BenefitPartOut]


class BenefitPlanOut(Output):
    basis: BenefitBasis
    basis_label: str
    rests_on: str
    costs_fen: int
    shares: list[BenefitShareOut]
    people_percent: float = Field(description="完成、转化的人一共占多少")
    price: BenefitSumOut | None
    payments: list[BenefitPaymentOut]
    changed_at: datetime


class BenefitsOut(Output):
    """只有出让方和这一单的经纪人看得到。"""

    version: int = Field(description="还没写的是0")
    holder: BenefitHolder
    least_percent: float = Field(description="没有约定时,完成、转化的人至少占多少", examples=[50])
    plan: BenefitPlanOut | None
    warnings: list[BenefitWarningOut] = Field(description="要看一看的,不挡着往下办")
    law: list[LawPointOut]
