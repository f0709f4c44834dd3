"""What both sides and the broker confirm before a contract is signed, each point with the article it rests on. It is
a list of what others must look at: nobody here confirms it for them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from core.clock import china_date
from core.errors import Conflict, InvalidInput
from models import Deal, DealState, PostSide, Staff
from nlp.market.posts import Mode
from nlp.market.tradability import SUSPENDED
from nlp.rules.model import Article
from services.deals.access import check_version, get_deal_to_broker, get_own_deal
from services.deals.clock import plan_notice
from services.deals.graph import Step, go
from services.deals.history import BOTH, note
from services.deals.publicity import KEY as PUBLICITY
from services.deals.publicity import check_publicity
from services.deals.standing import check_standing


class Checker(StrEnum):
    OFFER = "offer"
    NEED = "need"
    BROKER = "broker"


CHECKER_NAMES = {Checker.OFFER: "出让方", Checker.NEED: "受让方", Checker.BROKER: "经纪人"}
ALL_MODES = frozenset(Mode)
# A co-owner may grant these alone (Patent Law, art. 14).
ORDINARY = frozenset({Mode.LICENCE_PLAIN, Mode.LICENCE_QUICK})
CHANGES_HANDS = frozenset({Mode.TRANSFER, Mode.EQUITY})


@dataclass(frozen=True)
class Check:
    """One point; `by` are those who must confirm it. With `for_rights` only where the deal is in rights, with
    `for_bundles` only in several."""

    key: str
    text: str
    by: frozenset[Checker]
    modes: frozenset[Mode] = ALL_MODES
    article: Article | None = None
    for_rights: bool = True
    for_bundles: bool = False


_SELLER, _BUYER = frozenset({Checker.OFFER}), frozenset({Checker.NEED})
_TWO = _SELLER | _BUYER
CHECKS = (
    Check("standing", "查过登记簿,权利有效,年费缴清", frozenset({Checker.BROKER}), article=("专利法", "第四十四条")),
    Check(
        "owner",
        "出让方就是登记簿上的权利人,或者有权利人授权",
        _SELLER | {Checker.BROKER},
        CHANGES_HANDS,
        ("专利法", "第十条"),
    ),
    Check(
        "licensor",
        "许可方就是登记簿上的专利权人,或者有专利权人授权",
        _SELLER | {Checker.BROKER},
        ALL_MODES - CHANGES_HANDS,
        ("专利法", "第十二条"),
    ),
    Check("co_owners", "有共有人的,都已经同意;没有就直接确认", _SELLER, ALL_MODES - ORDINARY, ("专利法", "第十四条")),
    Check("pledge", "没有质押;有质押的,质权人已经同意", _SELLER, article=("民法典", "第四百四十四条")),
    Check("seizure", "没有被保全,程序没有中止", _SELLER, article=SUSPENDED),
    Check("licences", "已经给过别人的许可,都告诉了受让方", _TWO),
    Check(
        "export",
        "受让方不是境外的;是境外的,先办技术出口手续",
        _BUYER | {Checker.BROKER},
        CHANGES_HANDS,
        ("专利法", "第十条"),
    ),
    Check(
        "publicity",
        "公办高校、科研院所协议定价的,本单位公示过名称和价格;不是就直接确认",
        _SELLER,
        article=("促进科技成果转化法", "第十八条"),
        for_rights=False,
    ),
    Check("split", "包里各件的价格分摊,双方都认可", _TWO, for_bundles=True),
    Check(
        "appraisal",
        "作价经评估机构评估,核实过财产,没有高估低估",
        _SELLER | {Checker.BROKER},
        frozenset({Mode.EQUITY}),
        ("公司法", "第四十八条"),
        for_rights=False,
    ),
    Check("payment", "什么时候付、付多少、付到哪个账户,写进合同", _TWO, for_rights=False),
)


def checklist_of(deal: Deal) -> list[Check]:
    """The points of this deal; empty before anything was agreed."""
    if deal.mode is None:
        return []
    mode = Mode(deal.mode)
    return [
        check
        for check in CHECKS
        if mode in check.modes
        and (deal.rights or not check.for_rights)
        and (len(deal.rights) > 1 or not check.for_bundles)
    ]


def points_of(deal: Deal, who: Checker) -> list[Check]:
    """What this one confirms, done or not: by its place here people name a point, so that none moves up as they go."""
    return [check for check in checklist_of(deal) if who in check.by]


def confirmed_by(deal: Deal, check: Check) -> frozenset[Checker]:
    return frozenset(Checker(each) for each in deal.checks.get(check.key, {}))


def open_for(deal: Deal, who: Checker) -> list[Check]:
    """What this one has still to confirm."""
    return [check for check in checklist_of(deal) if who in check.by - confirmed_by(deal, check)]


def is_complete(deal: Deal) -> bool:
    return all(check.by <= confirmed_by(deal, check) for check in checklist_of(deal))


def confirm(
    session: Session, user_id: int, number: str, key: str, now: datetime, *, version: int | None = None
) -> Deal:
    """One side confirms a point that is theirs; twice is no error. Raises NotFound, InvalidInput, Conflict."""
    deal, side = get_own_deal(session, user_id, number, lock=True)
    check_version(deal, version)
    _confirm(session, deal, key, Checker(side), now, side=side)
    return deal


def confirm_as_broker(
    session: Session, staff: Staff, number: str, key: str, now: datetime, *, version: int | None = None
) -> Deal:
    """Raises NotFound, Forbidden, InvalidInput, Conflict."""
    deal = get_deal_to_broker(session, staff, number, version=version)
    _confirm(session, deal, key, Checker.BROKER, now, staff=staff)
    return deal


def _confirm(
    session: Session,
    deal: Deal,
    key: str,
    who: Checker,
    now: datetime,
    *,
    side: PostSide | None = None,
    staff: Staff | None = None,
) -> None:
    if deal.state != DealState.AGREED:
        raise Conflict("谈成以后、签合同以前才核对。")
    check = next((each for each in checklist_of(deal) if each.key == key), None)
    if check is None or who not in check.by:
        raise InvalidInput(fields={"key": "清单上没有这一项,或者这一项不由您确认。"})
    if who in confirmed_by(deal, check):
        return
    if key == "standing":
        check_standing(session, deal, now)
    if key == PUBLICITY:
        check_publicity(session, deal, now)
    deal.checks = {**deal.checks, key: {**deal.checks.get(key, {}), who: now.isoformat()}}
    note(session, deal, "checked", now, side=side, staff=staff, key=key)
    if is_complete(deal):
        go(deal, Step.CHECKED, now)
        note(session, deal, "checklist_done", now, tells=BOTH)
    plan_notice(deal, china_date(now))
    session.flush()
