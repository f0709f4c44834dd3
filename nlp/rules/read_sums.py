"""Reads questions of loans and of the SME score: shares of a loss, the cost of a pledge loan, points."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from nlp.rules.sentence import Sentence, without_empty
from nlp.rules.values_said import number_after, number_before, ratio_said, term_months_said
from nlp.slots.numerals import CHINESE, read_number

Reading = tuple[str, dict[str, Any]]
PARTIES = (
    ("insurer", r"保险(?:公司|机构|方|那边)?|保司"),
    ("guarantor", r"融?资?担保(?:公司|机构|方|那边)?"),
    ("bank", r"银行(?:方|那边)?|贷款行"),
    ("government", r"政府|财政|风险补偿(?:资金|金|基金)?|基金|风险池|资金池|知识产权局"),
    ("company", r"企业(?!要)|借款人"),
)
ASKED = r"(?:要|得|该|应|需|能|来)?(?:要|得|该|应)?(?:出|承担|赔|担|分|掏|付|负担|摊|拿|背|兜|认|扛|贴|损失)"


def read_risk_split(sentence: Sentence) -> Reading | None:
    ratio = ratio_said(sentence.text)
    loss = sentence.sum_near(r"代偿|坏账|损失|亏|不良|出险", within=10) or sentence.sum_near(
        r"还不上|违约|一共|总共|贷款|本金|赔", within=30
    )
    if loss is None and sentence.sums:
        loss = sentence.sums[0][2]
    mentions = _parties(sentence.text)
    parties = parties_said(sentence.text)
    shares = _shares_by_party(sentence, mentions) if ratio is None else None
    if ratio is None and shares is None and not (len(set(parties)) >= 2 and sentence.has(r"青岛|6.?2.?2")):
        return None
    asked = _asked(sentence.text, mentions)
    if loss is None and not sentence.is_personal and asked is None:
        return None
    if shares is not None:
        parties, values = shares
    else:
        values = ratio[2] if ratio else (Decimal(6), Decimal(2), Decimal(2))
        parties = _in_order(parties, mentions, len(values), ratio[0] if ratio else 0)
    return "risk_split", without_empty({"loss": loss, "ratio": values, "parties": parties or None, "asked": asked})


def _parties(text: str) -> list[tuple[int, str]]:
    found = [(match.start(), name) for name, pattern in PARTIES for match in re.finditer(pattern, text)]
    return sorted(found)


def parties_said(text: str) -> tuple[str, ...]:
    """Who is named, once each."""
    return tuple(dict.fromkeys(name for _, name in _parties(text)))


def _in_order(parties: tuple[str, ...], mentions: list[tuple[int, str]], count: int, at: int) -> tuple[str, ...]:
    """The parties whose order the ratio follows: those named together, as many as it has parts."""
    names = [name for _, name in mentions]
    for start in range(len(names) - count + 1):
        chosen = names[start : start + count]
        places = [place for place, _ in mentions[start : start + count]]
        if len(set(chosen)) == count and places[-1] - places[0] <= 8 * count:
            return tuple(chosen)
    return parties if len(parties) == count else ()


def _asked(text: str, mentions: list[tuple[int, str]]) -> str | None:
    """The party that stands before or behind the question, the last one there is."""
    for place, name in reversed(mentions):
        pattern = next(pattern for key, pattern in PARTIES if key == name)
        after = text[place:]
        if re.match(
            rf"(?:{pattern})(?:那份|这边|自己|一共|总共|最后|实际|大概|到底|的)?{ASKED}.{{0,6}}(?:多少|几|多钱)", after
        ):
            return name
        if re.match(rf"(?:{pattern})(?:那份|的)?(?:是)?(?:多少|几多|几[万块]|拿几)", after):
            return name
        if re.search(r"(?:多少|几多).{0,4}(?:是|由|归|要|让)$", text[:place]):
            return name
    return None


def _shares_by_party(
    sentence: Sentence, mentions: list[tuple[int, str]]
) -> tuple[tuple[str, ...], tuple[Decimal, ...]] | None:
    """保险六成担保两成银行两成, 银行30%其余政府."""
    parties, values = [], []
    for place, name in mentions:
        near = [value for start, _, value in sentence.percents if 0 < start - place <= 10]
        if near and name not in parties:
            parties.append(name)
            values.append(near[0])
    if not parties:
        return _parts_by_party(sentence.text)
    total = sum(values, Decimal(0))
    rest = [name for _, name in mentions if name not in parties]
    if len(parties) == 1 and total < 1 and len(set(rest)) == 1:
        parties.append(rest[0])
        values.append(1 - total)
    elif len(parties) == 1 and total < 1 and not rest:
        parties.append("other")
        values.append(1 - total)
    if len(parties) < 2 or abs(sum(values, Decimal(0)) - 1) > Decimal("0.001"):
        return None
    return tuple(parties), tuple(value * 10 for value in values)


def _parts_by_party(text: str) -> tuple[tuple[str, ...], tuple[Decimal, ...]] | None:
    """保险5担保3银行2."""
    found: dict[str, Decimal] = {}
    for name, pattern in PARTIES:
        match = re.search(
            rf"(?:{pattern})(?:占|出|担|承担|分)?\s*(?P<part>\d{{1,2}}|[一二三四五六七八九])(?![\d万%元百千亿.:比成{CHINESE}])",
            text,
        )
        if match:
            found[name] = read_number(match["part"]) or Decimal(0)
    return (tuple(found), tuple(found.values())) if len(found) > 1 else None


def read_pledge_cost(sentence: Sentence) -> Reading | None:
    """Loan, rate and term; and each fee with its subsidy."""
    loan = sentence.sum_near(r"贷款?|借了?|融资|授信|放款") or (sentence.sums[0][2] if sentence.sums else None)
    rate = sentence.percent_near(r"利率|年化|利息|年息|LPR|lpr") or _first_free(sentence)
    if loan is None or rate is None or not sentence.has(r"补|贴|成本|利息|净|花"):
        return None
    inputs: dict[str, Any] = {"loan": loan, "interest_rate": rate, "term_months": term_months_said(sentence.text)}
    inputs["interest_share"] = _share_after(
        sentence, r"贴息|利息补贴|利息补|补利息|补贴利息|利息.{0,3}[补贴]|贴.{0,3}利息|补息"
    )
    for key, cue in (
        ("premium", r"保险费|保费|保证保险"),
        ("service", r"担保费|中介费|服务费"),
        ("valuation", r"评估费"),
    ):
        fee = sentence.sum_near(cue, within=8)
        inputs[f"{key}_fee"] = fee if fee != loan else None
        shares = _shares_behind(sentence, cue)
        if shares and inputs[f"{key}_fee"] is None:
            inputs[f"{key}_rate"] = shares.pop(0)
        inputs[f"{key}_share"] = shares[0] if shares else None
    return "pledge_cost", without_empty(inputs)


def _first_free(sentence: Sentence) -> Decimal | None:
    return sentence.percents[0][2] if sentence.percents else None


def _share_after(sentence: Sentence, cue: str) -> Decimal | None:
    match = re.search(cue, sentence.text)
    if match is None:
        return None
    return next((value for start, _, value in sentence.percents if 0 <= start - match.end() <= 6), None)


def _shares_behind(sentence: Sentence, cue: str) -> list[Decimal]:
    """The shares in the clause of a cue."""
    match = re.search(rf"(?:{cue})[^,。;保担评贴]{{0,24}}", sentence.text)
    if match is None:
        return []
    return [value for start, _, value in sentence.percents if match.start() <= start < match.end()]


def read_technology_sme(sentence: Sentence) -> Reading | None:
    text = sentence.text
    tech = r"(?:科技|研发|技术)(?:人员|人)"
    inputs: dict[str, Any] = {
        "tech_staff": number_after(text, tech),
        "staff": number_after(text, r"职工|员工|总人数|全公司|一共|总共|全员")
        or number_before(text, r"(?:个|名)?(?:职工|员工)"),
        "staff_share": sentence.percent_near(rf"{tech}(?:占比?)?", within=6),
        "rd": sentence.sum_near(r"研发(?:费用?|投入|支出)?(?!人)", within=8),
        "sales": sentence.sum_near(r"销售(?:收入|额)?|营收|收入|营业额", within=8),
        "costs": sentence.sum_near(r"成本费用|成本", within=8),
        "assets": sentence.sum_near(r"资产", within=8),
        "class_one": count_said(text, r"发明(?!人)"),
        "class_two": _sum_of(count_said(text, word) for word in (r"实用新型|实新|新型", r"外观", r"软著|软件著作")),
    }
    if inputs["tech_staff"] is None:
        inputs["tech_staff"] = number_after(
            text, r"研发(?=(?:\d+|[一二两三四五六七八九十]+)\s*[人个名](?!月))"
        ) or number_before(text, rf"(?:个|名)?(?:是)?{tech}|搞研发|做研发")
    inputs["rd_share"] = sentence.percent_near(r"研发(?:费用?|投入|支出)?(?:占(?:销售|营收|收入|比|成本)?)?", within=8)
    if inputs["rd_share"] is not None:
        inputs["rd_of"] = "costs" if sentence.has(r"占成本|成本费用的") else "sales"
        if inputs["rd_share"] == inputs["staff_share"]:
            _keep_nearest(sentence, inputs)
    given = without_empty(inputs)
    if len(set(given) - {"rd_of"}) < 2:
        return None
    return "technology_sme", given


def _keep_nearest(sentence: Sentence, inputs: dict[str, Any]) -> None:
    """One share said once belongs to the word that stands before it."""
    start = sentence.percents[0][0]
    lead = sentence.text[max(0, start - 8) : start]
    inputs["staff_share" if re.search(r"费|投入|支出|研发$|研发占", lead) else "rd_share"] = None


def count_said(text: str, words: str) -> Decimal | None:
    number = number_before(text, rf"(?:项|件|个|来)?(?:授权|有效)?(?:的)?(?:{words})")
    if number is None:
        match = re.search(rf"(?:{words})(?:专利)?(?:有|:|共|是)?\s*(?P<number>\d+|[{CHINESE}]+)\s*[件个项]", text)
        number = read_number(match["number"]) if match else None
    if number is None and re.search(rf"(?:没有?|无|零)(?:{words})", text):
        return Decimal(0)
    return number


def _sum_of(counts: Iterable[Decimal | None]) -> Decimal | None:
    known = [count for count in counts if count is not None]
    return sum(known, Decimal(0)) if known else None
