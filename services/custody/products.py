"""What protects a product: its patents, marks and copyrights together, and what is missing among them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models import CustodyRight, LegalStatus, RightKind
from nlp.rules.model import Article
from services.custody.due_dates import counts_as_in_force
from services.custody.portfolio import list_all


@dataclass(frozen=True)
class Gap:
    """What is missing, and the article that says why it matters."""

    key: str
    text: str
    article: Article


@dataclass(frozen=True)
class ProductView:
    """A product with the rights that its owner says protect it."""

    name: str
    rights: tuple[CustodyRight, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Products:
    """`unassigned` rights belong to no product yet: no gap is told of what nobody has sorted."""

    items: tuple[ProductView, ...]
    unassigned: int


NO_PATENT = Gap(
    "patent", "没有专利:还没公开的技术和外观先申请再公开,公开过的多半没了新颖性。", ("专利法", "第二十二条")
)
ONLY_PENDING = Gap("pending", "专利还在审:公布后可以要求付适当的费用,授权前制止不了别人。", ("专利法", "第十三条"))
NO_MARK = Gap("trademark", "没有注册商标:谁先申请,多半归谁。", ("商标法", "第三十一条"))
NO_COPYRIGHT = Gap(
    "copyright", "没有著作权登记:有软件、图案、说明书的,登记能留下权属的证据。", ("著作权法", "第十二条")
)


def list_products(session: Session, *, user_id: int) -> Products:
    """The products of everything that this person sees, those with the most gaps first."""
    by_name: dict[str, list[CustodyRight]] = {}
    rights = list_all(session, user_id)
    for right in rights:
        if right.product:
            by_name.setdefault(right.product, []).append(right)
    items = [ProductView(name, tuple(found), _gaps(found)) for name, found in by_name.items()]
    items.sort(key=lambda item: (-len(item.gaps), item.name))
    return Products(tuple(items), sum(not right.product for right in rights))


def _gaps(rights: Sequence[CustodyRight]) -> tuple[Gap, ...]:
    alive = [right for right in rights if counts_as_in_force(right)]
    kinds = {right.kind for right in alive}
    found: list[Gap] = []
    if RightKind.PATENT not in kinds:
        is_pending = any(right.kind == RightKind.PATENT and right.status == LegalStatus.PENDING for right in rights)
        found.append(ONLY_PENDING if is_pending else NO_PATENT)
    if RightKind.TRADEMARK not in kinds:
        found.append(NO_MARK)
    if RightKind.COPYRIGHT not in kinds:
        found.append(NO_COPYRIGHT)
    return tuple(found)
