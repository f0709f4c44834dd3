"""A firm's credit on the market, as those who act for it read it."""

from datetime import date, datetime

from pydantic import Field

from miniapp_api.schemas.common import Input, Output
from models import CreditKind, PleaKind
from services.credit.pleas import LONGEST_PLEA, SHORTEST_PLEA
from services.credit.record import Band, CreditStanding


class PleaIn(Input):
    text: str = Field(
        min_length=SHORTEST_PLEA, max_length=LONGEST_PLEA, description="理由和凭据,可以带公开的网址",
        examples=["判决已被二审撤销,(2026)粤06民终45号"],
    )  # fmt: skip


class PleaOut(Output):
    kind: PleaKind
    text: str
    asked_at: datetime
    is_granted: bool | None = Field(description="采纳了没有;还没答复的为 null")
    answer: str = Field(description="专员的答复")


class CreditEventOut(Output):
    id: str
    kind: CreditKind
    kind_label: str = Field(examples=["法院认定违约"])
    facts: str
    source: str = Field(description="谁认定的", examples=["佛山市南海区人民法院"])
    number: str = Field(description="文号、案号;本平台的记录是供需编号或交易单号", examples=["(2026)粤0605民初123号"])
    link: str | None = Field(description="公开决定的网址")
    evidence: str
    happened_on: date
    counts_until: date = Field(description="计到哪天")
    standing: CreditStanding = Field(description="计入中、有异议先不计、过期、不再计")
    standing_label: str
    may_object: bool = Field(description="现在能不能提异议")
    may_ask_repair: bool = Field(description="现在能不能申请修复")
    pleas: list[PleaOut]


class CreditOut(Output):
    """不打分:档位由计入几条决定,规则都在 `rules` 里。不利的记录不公开。"""

    company_id: str
    company: str
    band: Band
    band_label: str = Field(examples=["良好"])
    kept_deals: int = Field(description="登记过几笔成交")
    effects: list[str] = Field(description="这一档意味着什么")
    rules: list[str]
    basis: str = Field(description="依据")
    events: list[CreditEventOut]
