"""The Chinese words for what a patent search is narrowed by, the same in chat, in the mini-program and in messages."""

from core.i18n import chinese_date
from models.patent import LegalStatus, PatentKind
from nlp.patent_index import GRANTED
from nlp.patent_query_form import as_written
from nlp.types import PatentQuery

KIND_NAMES: dict[str, str] = {
    PatentKind.INVENTION: "发明",
    PatentKind.UTILITY_MODEL: "实用新型",
    PatentKind.DESIGN: "外观设计",
}
STATUS_NAMES: dict[str, str] = {
    LegalStatus.PENDING: "审中",
    # Not a state of the register but a question about it: in force or ended since.
    GRANTED: "已授权",
    LegalStatus.ACTIVE: "有效",
    LegalStatus.LAPSED: "失效",
    LegalStatus.REJECTED: "驳回",
    LegalStatus.WITHDRAWN: "撤回",
    # 无效 alone could be taken for 失效: this one was declared invalid (Patent Law, art. 46).
    LegalStatus.INVALIDATED: "被宣告无效",
}
APPLICANT_TYPE_NAMES = {
    "enterprise": "企业",
    "university": "高校",
    "institute": "科研院所",
    "hospital": "医院",
    "individual": "个人",
    "government": "机关",
}
# A longer subject makes no sentence to tap.
LONGEST_SUBJECT = 10
# Which of a patent's dates a period means: 2020年以后申请.
DATE_FIELD_NAMES = {"application": "申请", "publication": "公开", "grant": "授权"}
TRADE_MODE_NAMES = {
    "transfer": "转让",
    "licence": "许可",
    "open_licence": "开放许可",
    "pledge": "质押",
    "equity": "作价入股",
}
NAMES = {
    "kinds": KIND_NAMES,
    "legal_statuses": STATUS_NAMES,
    "applicant_type": APPLICANT_TYPE_NAMES,
    "trade_modes": TRADE_MODE_NAMES,
}
# Where a query holds what must not be, by the condition that it is shown with.
EXCLUDED_FIELDS = {
    "kinds": "excluded_kinds",
    "legal_statuses": "excluded_legal_statuses",
    "region": "excluded_regions",
    "applicant": "excluded_applicants",
    "applicant_type": "excluded_applicant_types",
    "trade_modes": "excluded_trade_modes",
}
SHOWN_ORDER = (
    "legal_statuses",
    "kinds",
    "applicant",
    "applicant_type",
    "inventor",
    "ipc",
    "region",
    "dates",
    "excluded_topics",
    "trade_modes",
)
# A condition that the list was not narrowed by says so wherever it is shown.
NOT_APPLIED = "(未筛)"


def chip(query: PatentQuery, name: str) -> str:
    """A condition as it is shown, "" where it is not set: first what is wanted, then what is not."""
    shown = _both(query, name)
    return shown + NOT_APPLIED if shown and name == "trade_modes" else shown


def _both(query: PatentQuery, name: str) -> str:
    wanted, excluded = wanted_chip(query, name), EXCLUDED_FIELDS.get(name)
    names = NAMES.get(name, {})
    unwanted = "、".join(names.get(value, value) for value in getattr(query, excluded)) if excluded else ""
    # Whoever wants inventions has said enough of what is none.
    if not unwanted or (wanted and name == "kinds"):
        return wanted
    return f"{wanted},不要{unwanted}" if wanted else f"不要{unwanted}"


def wanted_chip(query: PatentQuery, name: str) -> str:
    """A condition without what is excluded beside it."""
    if name == "dates":
        return _date_chip(query)
    if name in ("kinds", "legal_statuses", "trade_modes"):
        return "、".join(NAMES[name].get(value, value) for value in getattr(query, name))
    if name == "applicant_type":
        return APPLICANT_TYPE_NAMES.get(query.applicant_type or "", "")
    if name == "excluded_topics":
        unwanted = "、".join(as_written(topic) for topic in query.excluded_topics)
        return f"不要{unwanted}" if unwanted else ""
    if name == "inventor":
        return f"发明人{query.inventor}" if query.inventor else ""
    return str(getattr(query, name) or "")


def chip_list(query: PatentQuery) -> list[str]:
    """Every condition that is set, as it is shown."""
    return [shown for shown in (chip(query, name) for name in SHOWN_ORDER) if shown]


def chips(query: PatentQuery) -> str:
    """有效 · 发明 · 广东省广州市 · 2020年以后申请"""
    return " · ".join(chip_list(query))


def _date_chip(query: PatentQuery) -> str:
    first, last, what = query.date_from, query.date_to, DATE_FIELD_NAMES[query.date_field]
    starts_a_year = first is not None and (first.month, first.day) == (1, 1)
    ends_a_year = last is not None and (last.month, last.day) == (12, 31)
    if first and last:
        if starts_a_year and ends_a_year:
            return f"{first.year}年{what}" if first.year == last.year else f"{first.year}年至{last.year}年{what}"
        return f"{chinese_date(first)}至{chinese_date(last)}{what}"
    if first:
        return f"{first.year}年以后{what}" if starts_a_year else f"{chinese_date(first)}以后{what}"
    if last:
        return f"{last.year}年以前{what}" if ends_a_year else f"{chinese_date(last)}以前{what}"
    return ""


def not_applied(query: PatentQuery) -> str:
    """That the list is not narrowed by a way of trade, and who knows; "" where none is asked for."""
    modes = (*query.trade_modes, *query.excluded_trade_modes)
    if not modes:
        return ""
    names = "、".join(TRADE_MODE_NAMES.get(mode, mode) for mode in dict.fromkeys(modes))
    said = f"“{names}”没能筛:库里没有转让、许可、质押的登记和意向。"
    if "open_licence" in modes:
        said += "开放许可看国家知识产权局的公告。"
    if "pledge" in modes:
        return f"{said}有没有质押看专利登记簿副本,要专员核对就说“转人工”。"
    return f"{said}要专员登记需求、找匹配,就说“{wish_to_buy(query)}”。"


def wish_to_buy(query: PatentQuery) -> str:
    """What to say or tap to have staff look for such a patent on offer."""
    subject = as_written(query.topic)
    return f"求购{subject}技术" if 0 < len(subject) <= LONGEST_SUBJECT else "我想求购技术"
