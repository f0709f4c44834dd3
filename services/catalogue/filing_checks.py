"""What can be said of a filing before an agent sees it: classes, bad faith, what is disclosed already."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from models import Case
from services.catalogue.facts import Facts, Finding, Level
from services.catalogue.nice_classes import class_source, suggest_classes

TRADEMARK_REVISION = date(2027, 1, 1)
NUMBER = re.compile(r"\d{1,2}")
LAST_CLASS = 45
# So many filings of one firm within a quarter are looked at by a supervisor before anything is prepared. A threshold of
# ours, not of the law: the law asks about the need, which a person judges.
MANY_FILINGS, WITHIN = 10, timedelta(days=90)
MANY_CLASSES = 10


def check_trademark(facts: Facts) -> list[Finding]:
    """Classes, descriptive names, hoarding."""
    return [*_classes(facts), *_hoarding(facts), *_many(facts, "trademark_filing")]


def _classes(facts: Facts) -> Iterator[Finding]:
    said = [int(number) for number in NUMBER.findall(str(facts.form.get("classes") or ""))]
    wrong = [number for number in said if not 1 <= number <= LAST_CLASS]
    if wrong:
        yield Finding(Level.GAP, f"没有第{'、'.join(map(str, wrong))}类,商标只有45类。", class_source())
    found = suggest_classes(str(facts.form.get("goods") or ""))
    if found:
        names = "、".join(f"第{each.number}类 {each.name}" for each in found)
        yield Finding(Level.FINE, f"按您说的商品,先看这几类:{names}。", class_source())
        missing = [each for each in found[:2] if said and each.number not in said]
        for each in missing:
            yield Finding(
                Level.GAP, f"“{'、'.join(each.found)}”一般在第{each.number}类,您没选,专员会跟您核对。", class_source()
            )
    else:
        yield Finding(Level.GAP, "类别要按商品查区分表,专员帮您定。", class_source())


def _hoarding(facts: Facts) -> Iterator[Finding]:
    """Filing without the intention to use is refused, and an agent must not take it on."""
    article = "第四条、第十九条" if facts.today < TRADEMARK_REVISION else "第十九条"
    if facts.form.get("in_use") == "no_plan":
        yield Finding(Level.STOP, "不打算用的商标不能申请,会被驳回,代理机构也不能接。", f"《商标法》{article}")
    said = {int(number) for number in NUMBER.findall(str(facts.form.get("classes") or ""))}
    if len(said) >= MANY_CLASSES:
        yield Finding(Level.GAP, f"一次{len(said)}类,要说明每一类的使用打算。", f"《商标法》{article}")


def check_patent(facts: Facts) -> list[Finding]:
    """Disclosure before filing, good faith, what kind fits."""
    found: list[Finding] = []
    if facts.form.get("disclosed") is True:
        text = "申请前公开过会破坏新颖性;只有法定的几种情形在6个月内不受影响,专员先核对公开的日期和方式。"
        found.append(Finding(Level.GAP, text, "《专利法》第二十二条、第二十四条"))
    else:
        text = "申请前别发朋友圈、别参展、别上架,也别把技术细节发给别人。"
        found.append(Finding(Level.FINE, text, "《专利法》第二十二条"))
    if facts.form.get("kind") == "method":
        found.append(Finding(Level.FINE, "方法和工艺只能申请发明,实用新型只保护形状和构造。", "《专利法》第二条"))
    if facts.form.get("made_by") == "bought":
        text = "买来的、编造的方案不能当自己的发明申请,这样的我们不代办。"
        found.append(Finding(Level.STOP, text, "《专利法》第二十条;《专利法实施细则》第十一条"))
    return [*found, *_many(facts, "patent_filing")]


def check_copyright(facts: Facts) -> list[Finding]:
    """What registration is good for, and what it is not."""
    source = "《计算机软件保护条例》第七条" if facts.form.get("work") == "software" else "《著作权法》第十二条"
    found = [Finding(Level.FINE, "登记是自愿的,作品完成就有著作权;登记证书是初步证明。", source)]
    if facts.form.get("made_by") == "commissioned":
        text = "委托别人做的,要看合同约定归谁;没约定归受托人,先把权属协议补上。"
        found.append(Finding(Level.GAP, text, "《著作权法》第十九条"))
    return found


def _many(facts: Facts, kind: str) -> Iterator[Finding]:
    company = str(facts.form.get("company") or "")
    since = datetime(facts.today.year, facts.today.month, facts.today.day, tzinfo=UTC) - WITHIN
    query = select(func.count()).where(
        Case.kind == kind, Case.created_at >= since, Case.form["company"].as_string() == company
    )
    count = facts.session.scalar(query) or 0
    if count >= MANY_FILINGS:
        text = f"这家企业90天内已经提了{count}件,要先说明为什么都需要。"
        yield Finding(Level.GAP, text, "《专利法》第二十条" if kind == "patent_filing" else "《商标法》第四条")
