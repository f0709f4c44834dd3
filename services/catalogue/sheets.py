"""The standard sheet of a request for money: the firm, its credit, each patent, what stands against it.

The same lines each time, in the same order: what nobody has is a line without an answer and says who would give it.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from core.i18n import chinese_amount, chinese_date
from models import Patent
from services.catalogue.facts import Facts, SheetLine, SheetPart, SheetSubject
from services.catalogue.pledge_offers import KIND_NAMES
from services.catalogue.rights import NamedPatent, named_patents
from services.patents import describe_status

STATED, BY_STAFF = "企业填写", "专员核对"
FROM_STATEMENTS = "专员按企业交的财务报表填"
REGISTER = "专利登记簿"
YES_NO = {True: "有", False: "没有"}
SHOWN_CODES = 5
# Whoever judges the right reads nothing of the money; whoever judges the loan reads what it is for and of the firm.
FOR_VALUERS = frozenset({SheetSubject.FIRM, SheetSubject.RIGHT, SheetSubject.BURDEN, SheetSubject.PAPERS})
FOR_SURETIES = frozenset(
    {SheetSubject.FIRM, SheetSubject.REQUEST, SheetSubject.CREDIT, SheetSubject.RIGHT, SheetSubject.PAPERS}
)
FOR_BANKS = FOR_SURETIES | {SheetSubject.BURDEN}
PATENT_LINES = ("类型", "法律状态", "申请日", "授权日", "到期日", "剩余保护期", "公开的申请人", "分类号", "权利要求")


def pledge_sheet(facts: Facts) -> tuple[SheetPart, ...]:
    """For valuer, guarantor, insurer and bank of a pledge loan."""
    form, checked = facts.form, facts.results.get("recommended", {})
    registered, months = facts.results.get("registered", {}), form.get("term_months")
    is_clear = checked.get("is_register_clear")
    ratio = checked.get("debt_ratio")
    return (
        _firm_part(facts),
        SheetPart(
            "申请",
            (
                _money_line(form, "amount", "申请金额"),
                SheetLine("期限", f"{months}个月" if months else None, STATED),
            ),
            SheetSubject.REQUEST,
        ),
        SheetPart(
            "信用",
            (
                _money_line(checked, "revenue", "上年营业收入", FROM_STATEMENTS),
                SheetLine("资产负债率", f"{ratio:g}%" if ratio is not None else None, FROM_STATEMENTS),
                _line_of(checked, "loans", "现有借款", BY_STAFF),
                _line_of(checked, "tax_credit", "纳税信用等级", BY_STAFF),
                SheetLine("征信报告", None, "银行经企业授权查"),
            ),
            SheetSubject.CREDIT,
        ),
        *_patent_parts(facts),
        SheetPart(
            "质押",
            (
                _stated_line(form, "has_co_owners", "共有人"),
                _stated_line(form, "is_encumbered", "已质押或查封"),
                SheetLine("登记簿核对", "预审时查过,没有质押、查封、未缴年费" if is_clear else None, BY_STAFF),
                _line_of(registered, "number", "质押登记号", "登记通知书"),
                _day_line(registered, "registered_on", "质押登记日", "登记通知书"),
            ),
            SheetSubject.BURDEN,
        ),
    )


def pool_sheet(facts: Facts) -> tuple[SheetPart, ...]:
    """For the valuer and the issuer of a pool of licensed rights."""
    return (
        _firm_part(facts),
        SheetPart("申请", (_money_line(facts.form, "amount", "想融金额"),), SheetSubject.REQUEST),
        SheetPart(
            "收入和负担",
            (
                _money_line(facts.form, "yearly_income", "年许可收入"),
                _stated_line(facts.form, "has_co_owners", "共有人"),
                _stated_line(facts.form, "is_encumbered", "已质押或查封"),
                SheetLine("许可合同备案", None, "备案证明"),
            ),
            SheetSubject.BURDEN,
        ),
        *_patent_parts(facts),
    )


def _firm_part(facts: Facts) -> SheetPart:
    """Who asks. The credit code is on the licence: a name alone does not make it theirs."""
    return SheetPart(
        "企业",
        (
            SheetLine("企业名称", _text(facts.form, "company"), STATED),
            SheetLine("所在地", facts.region, STATED),
            SheetLine("统一社会信用代码", None, "见营业执照"),
        ),
        SheetSubject.FIRM,
    )


def _money_line(values: Mapping[str, Any], name: str, label: str, source: str = STATED) -> SheetLine:
    """An amount of a form or of a stage's answers."""
    said = values.get(name)
    return SheetLine(label, chinese_amount(int(said)) if said is not None else None, source)


def _patent_parts(facts: Facts) -> Iterator[SheetPart]:
    """Each patent as its record tells: what a valuer asks about the right itself."""
    for number, each in enumerate(named_patents(facts), start=1):
        yield SheetPart(f"专利{number} {each.name}", tuple(_patent(each, facts.today)), SheetSubject.RIGHT)


def _patent(each: NamedPatent, today: date) -> Iterator[SheetLine]:
    patent = each.patent
    source = f"公开数据,截至{chinese_date(patent.data_date)}" if patent is not None else REGISTER
    if patent is not None and patent.is_demo:
        source = "演示数据"
    facts = _known(each, patent, today) if patent is not None else {}
    for label in PATENT_LINES:
        text = facts.get(label)
        yield SheetLine(label, text, source if text is not None else REGISTER)
    yield SheetLine("年费缴到哪天", None, REGISTER)


def _known(each: NamedPatent, patent: Patent, today: date) -> dict[str, str | None]:
    """By the labels of PATENT_LINES; what the record does not hold is missing."""
    end = each.ends_on
    return {
        "类型": KIND_NAMES.get(patent.kind),
        "法律状态": describe_status(patent, today),
        "申请日": _day(patent.application_date),
        "授权日": _day(patent.grant_date),
        "到期日": _day(end),
        "剩余保护期": _left(today, end) if end is not None and each.is_active else None,
        "公开的申请人": "、".join(str(owner["name"]) for owner in patent.applicants) or None,
        "分类号": "、".join([*patent.ipc_codes, *patent.locarno_codes][:SHOWN_CODES]) or None,
        "权利要求": f"{len(patent.claims)}项" if patent.claims else None,
    }


def _left(today: date, end: date) -> str:
    """5年3个月: whole months, so that nobody counts on a day that is not there."""
    months = max(0, (end.year - today.year) * 12 + end.month - today.month - (end.day < today.day))
    years, rest = divmod(months, 12)
    return "".join((f"{years}年" if years else "", f"{rest}个月" if rest or not years else ""))


def _day(day: date | None) -> str | None:
    return chinese_date(day) if day is not None else None


def _text(values: Mapping[str, Any], name: str) -> str | None:
    said = values.get(name)
    return str(said) if said not in (None, "") else None


def _line_of(values: Mapping[str, Any], name: str, label: str, source: str) -> SheetLine:
    """A line of text of a form or of a stage's answers."""
    return SheetLine(label, _text(values, name), source)


def _stated_line(values: Mapping[str, Any], name: str, label: str) -> SheetLine:
    """A yes or no of the owner's."""
    said = values.get(name)
    return SheetLine(label, YES_NO[said] if isinstance(said, bool) else None, STATED)


def _day_line(values: Mapping[str, Any], name: str, label: str, source: str) -> SheetLine:
    """A day as it is stored."""
    said = values.get(name)
    return SheetLine(label, chinese_date(date.fromisoformat(said)) if said else None, source)
