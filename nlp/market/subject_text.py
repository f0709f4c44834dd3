"""Takes out of a post's text what is said of price and way of trade: 普通许可,20万以内 is of no subject."""

import re

NUMERAL = r"[\d一二两三四五六七八九十百几]"
ABOUT_TRADE = re.compile(
    rf"{NUMERAL}+(?:\.\d+)?\s?[来多几]?万|{NUMERAL}+[wW](?![a-zA-Z])|许可(?!证)|授权|转让|买断|卖断|预算|独占|独家|排他"
    r"|入股|作价|价格|报价|价钱|面议|面谈|可谈|实用新型|发明(?!人)|专利|软著|使用权|合作方式|都可以谈|都行$|买$"
)
CLAUSE = re.compile(r"[,，。;；!！?？\n\s]+")
# A text that is about nothing but the trade keeps what it has.
SHORTEST = 8


def subject_of(text: str) -> str:
    """The clauses that say what is offered or sought; the whole text where hardly anything would be left."""
    clauses = (clause for clause in CLAUSE.split(text) if clause and not ABOUT_TRADE.search(clause))
    kept = ",".join(clauses)
    return kept if len(kept) >= SHORTEST else text
