"""Takes out of a post's text what is said of price and way of trade: 普通许可,20万以内 is of no subject."""

import re

NUMERAL = r"[\d一二两三四五六七八九十百几]"
ABOUT_TRADE = re.compile(
    rf"{NUMERAL}+(?:\.\d+)?\s?[来多几]?万|{NUMERAL}+[wW](?![a-zA-Z])|许可(?!证)|授权|转让|买断|卖断|预算|独占|独家|排他"
    r"|入股|作价|价格|报价|价钱|面议|面谈|可谈|实用新型|发明(?!人)|专利|软著|使用权|合作方式|都可以谈|都行$|买$"
)
FIGURE = re.compile(
    rf"{NUMERAL}+(?:[.,]\d+)*\s?[来多几]?(?:[万亿]|[wWkK](?![a-zA-Z]))[元块]?|\d[\d,.]*\s?(?:元|块钱|人民币|RMB)"
    r"|[¥￥]\s?\d[\d,.]*",
)
CLAUSE = re.compile(r"[,，。;；!！?？\n\s]+")
CLAUSE_AND_END = re.compile(r"([^,，。;；!！?？\n\s]+)([,，。;；!！?？\n\s]*)")
MARK = "\0"
# A text that is about nothing but the trade keeps what it has.
SHORTEST = 8


def subject_of(text: str) -> str:
    """The clauses that say what is offered or sought; the whole text where hardly anything would be left."""
    clauses = (clause for clause in CLAUSE.split(text) if clause and not ABOUT_TRADE.search(clause))
    kept = ",".join(clauses)
    return kept if len(kept) >= SHORTEST else text


def without_figures(text: str) -> str:
    """What may be shown to whoever bargains: the clauses that name no sum of money; where each does, all but the
    sums."""
    # Marked first: a clause would end at the comma of 12,000.
    marked = FIGURE.sub(MARK, text)
    kept = "".join(clause + end for clause, end in CLAUSE_AND_END.findall(marked) if MARK not in clause)
    return kept.strip(" ,、;\n") or marked.replace(MARK, "")
