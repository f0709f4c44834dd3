"""What of a bundle's price is for which right: each right once, every yuan once."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from core.errors import InvalidInput

MOST_AMOUNT = 2_000_000_000


class Share(BaseModel):
    right: str = Field(min_length=1, max_length=60)
    amount: int = Field(gt=0, le=MOST_AMOUNT)


def split_evenly(rights: Sequence[str], amount: int) -> list[Share]:
    """Whole yuan; what is left over goes to the first ones. Empty for a single right."""
    if len(rights) < 2:
        return []
    if amount < len(rights):
        raise InvalidInput(fields={"amount": f"这一包有{len(rights)}件,总价至少{len(rights)}元。"})
    each, left = divmod(amount, len(rights))
    return [Share(right=right, amount=each + (place < left)) for place, right in enumerate(rights)]


def check_split(rights: Sequence[str], amount: int, shares: Sequence[Share]) -> None:
    """Raises InvalidInput where a right is missing, comes twice or is not in the bundle, or the parts are not the
    whole."""
    named = [share.right for share in shares]
    if len(rights) < 2:
        raise InvalidInput(fields={"split": "只有一件,不用分摊。"})
    if sorted(named) != sorted(rights):
        raise InvalidInput(fields={"split": "包里每一件写一次,不多不少。"})
    total = sum(share.amount for share in shares)
    if total != amount:
        raise InvalidInput(fields={"split": f"各件加起来是{total:,}元,和总价{amount:,}元对不上。"})
