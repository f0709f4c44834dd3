"""The kinds of dated records: what each is called, which values it has, how often it is compared with its source."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models import DatedRecord
from services.catalogue.fields import Form
from services.catalogue.pledge_fund import COMPENSATION_FUND, said_state, said_trigger
from services.dated_data import (
    brokers,
    calendars,
    experts,
    investors,
    local_help,
    money_products,
    schemes,
    service_settings,
    spaces,
    support,
)
from services.dated_data.calendar_lines import WORKING_YEAR
from services.dated_data.routing import REGION_ROUTING
from services.dated_data.support_lines import FUND, INSTITUTION_SUPPORT


@dataclass(frozen=True)
class Kind:
    """`values` is the form of a record's values; `about` says in one line what the record decides."""

    key: str
    name: str
    about: str
    values: type[Form]
    check_every_days: int = 180
    # What holds for the whole nation at once has no place of its own.
    is_nationwide: bool = False
    # Where the form depends on the entry: by its key. Such an entry is begun from the page of what it is about.
    values_by_key: Callable[[str], type[Form]] | None = None
    # What our own cases say beside the record's values, a line each.
    beside: Callable[[Session, DatedRecord], Sequence[str]] | None = None

    def form_of(self, key: str) -> type[Form]:
        """The form of an entry's values."""
        return self.values if self.values_by_key is None else self.values_by_key(key)


CALENDAR_DECIDES = "承诺、时限和法定期限按它算;没登记的年份按随附数据"

ALL = (
    Kind("bank_product", "贷款产品", "质押融资按它匹配银行", money_products.BankProduct, 90),
    Kind("fee_quote", "费用参考", "净成本估算里的担保费、评估费", money_products.FeeQuote, 90),
    Kind("insurance_product", "保险产品", "保险报价和贷款保证保险的保费", money_products.InsuranceProduct, 90),
    Kind("subsidy_scheme", "贷款补贴", "净成本估算里的四补", schemes.SubsidyScheme, 90),
    Kind("risk_share", "风险分担比例", "逾期后各方怎么分损失", schemes.RiskShare),
    Kind(
        COMPENSATION_FUND,
        "风险补偿资金",
        "逾期后向谁申请补偿",
        schemes.CompensationFund,
        beside=lambda session, fund: [*said_state(session, fund), said_trigger(fund)],
    ),
    Kind("asset_pool_rule", "证券化入池条件", "证券化意向的初步对照", schemes.AssetPoolRule),
    Kind("programme", "扶持项目", "项目对照和申报", schemes.Programme, 90),
    Kind(FUND, "运营基金", "股权融资和孵化投资的对照,问基金时的回答", support.OperatingFund, 90),
    Kind(INSTITUTION_SUPPORT, "机构扶持", "知识产权服务机构问扶持时的回答", support.InstitutionSupport, 90),
    Kind("incubator_space", "孵化场地", "孵化投资按它匹配场地", spaces.IncubatorSpace, 30),
    Kind("contact", "办事联系方式", "告诉企业找谁", local_help.Contact),
    Kind(REGION_ROUTING, "地区分派", "维权援助和假冒举报交给哪个单位", local_help.RegionRouting),
    Kind(experts.EXPERT, "专家", "咨询、会商和报告轮流派给谁;名称要和专家的登录机构一致", experts.Expert),
    Kind(
        investors.QUALIFIED_INVESTOR,
        "合格投资者",
        "哪些投资机构能看股权项目;名称要和合作机构一致",
        investors.QualifiedInvestor,
        180,
    ),
    Kind(
        brokers.BROKER_LICENCE,
        "经纪资质",
        "谁有质押融资经纪资质、到哪天;失效日期写证书到期日",
        brokers.BrokerLicence,
        180,
    ),
    Kind(brokers.BROKER_RULE, "经纪资质要求", "哪里的质押融资必须由有资质的同事办", brokers.BrokerRule),
    Kind(WORKING_YEAR, "工作日历", CALENDAR_DECIDES, calendars.WorkingYear, 365, is_nationwide=True),
    Kind("official_fee", "官费", "费用清单", schemes.OfficialFee),
    Kind(
        service_settings.SERVICE_SETTING,
        "服务设置",
        "服务的文字、时限和是否受理",
        service_settings.TextSetting,
        365,
        is_nationwide=True,
        values_by_key=service_settings.setting_form,
    ),
)
KINDS: Mapping[str, Kind] = {kind.key: kind for kind in ALL}
