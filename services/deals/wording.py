"""How deals read in chat and in what is told: a fact, then the next step. No text names a contact: that is looked up
when somebody asks, so that what was taken back is not said again."""

from datetime import date, datetime

from core.clock import china_date
from core.i18n import chinese_amount, chinese_date, chinese_time
from models import Deal, DealEvent, DealOffer, DealState, PostSide
from nlp.market.conditions import MODE_NAMES
from nlp.market.posts import Mode
from services.deals.checklist import Checker, open_for
from services.deals.contract import registration_of
from services.deals.ending import REASON_NAMES, Reason
from services.deals.equity import said_equity
from services.deals.graph import STATE_NAMES
from services.deals.publicity_wording import told_of_publicity

SIDE_NAMES = {PostSide.OFFER: "出让方", PostSide.NEED: "受让方"}
MOST_SHARES = 5


def said_state(deal: Deal) -> str:
    return STATE_NAMES[DealState(deal.state)]


def line_of(deal: Deal, side: PostSide) -> str:
    """GX261128-0001 · 滚动轴承… · 我是受让方 · 洽谈中"""
    return f"{deal.number} · {deal.title} · 我是{SIDE_NAMES[side]} · {said_state(deal)}"


def said_offer(offer: DealOffer) -> str:
    """普通许可,15万元,有效到2026年12月28日;分摊:… ;条件:…"""
    said = f"{MODE_NAMES[Mode(offer.mode)]},{chinese_amount(offer.amount)},有效到{chinese_date(offer.until)}"
    if offer.split:
        shown = "、".join(f"{each['right']} {chinese_amount(each['amount'])}" for each in offer.split[:MOST_SHARES])
        more = f"等{len(offer.split)}件" if len(offer.split) > MOST_SHARES else ""
        said += f";{'平均分摊' if offer.is_split_even else '分摊'}:{shown}{more}"
    if equity := said_equity(offer.share_bp, offer.valuation):
        said += f";{equity}"
    return said + (f";条件:{offer.terms}" if offer.terms else "")


def said_registration(deal: Deal, today: date) -> str:
    """What is to be registered and by when, with its article; "" where nothing is."""
    found = registration_of(deal, today)
    if found is None:
        return ""
    until = f",最晚{chinese_date(deal.register_by)}" if deal.register_by is not None else ""
    return f"要办{found.name}:{found.text}{until}。依据:《{found.article[0]}》{found.article[1]}。"


def said_promise(deal: Deal, now: datetime) -> str:
    """Who speaks to both, and by when: 经纪人今天17:30前联系两边。 Whoever brokers it already is named."""
    if deal.broker is not None:
        return f"经纪人是{deal.broker.display_name}。"
    if deal.promised_at is None or deal.promised_at <= now:
        return "在给您安排经纪人。"
    return f"经纪人{chinese_time(deal.promised_at, now)}前联系两边。"


def told(deal: Deal, event: DealEvent, side: PostSide, now: datetime) -> tuple[str, tuple[str, ...]]:
    """What one side hears of an event, and what it may say to that; "" where it has been overtaken."""
    number, name = deal.number, f"{deal.number} {deal.title}"
    match event.kind:
        case "enquired" | "answer_awaited":
            return _enquiry(deal, event, side) if deal.state == DealState.ENQUIRED else ("", ())
        case "introduced" if deal.state == DealState.ENQUIRED:
            said = f"活动现场记下了:您和对方都想接着谈“{deal.title}”。\n双方都同意后,才看得到对方的称呼和电话。"
            return f"{said}单号 {number}。", (f"同意洽谈 {number}", f"不谈 {number}")
        case "taken_over":
            return _taken_over(deal, event, side, name)
        case "terms_taken":
            return _terms_taken(deal, event, side, name, now)
        case "agreed":
            return (
                f"对方同意谈了:{name}。\n联系方式互相看得到了。{said_promise(deal, now)}也可以直接出价。",
                (f"看 {number}", f"出价 {number}"),
            )
    return _told_of_steps(deal, event, side, china_date(now))


def _terms_taken(deal: Deal, event: DealEvent, side: PostSide, name: str, now: datetime) -> tuple[str, tuple[str, ...]]:
    number, offer = deal.number, next((each for each in deal.offers if each.number == event.details.get("offer")), None)
    terms = f"\n{said_offer(offer)}。" if offer is not None else ""
    if side == PostSide.OFFER:
        said = f"有人照单接受了您的快速许可:{name}。{terms}\n{said_promise(deal, now)}您同意后双方互看联系方式。"
        return said, (f"核对清单 {number}", f"同意互看联系方式 {number}")
    return f"快速许可谈成了:{name}。{terms}\n{said_promise(deal, now)}下一步核对清单。", (f"核对清单 {number}",)


def _told_of_steps(deal: Deal, event: DealEvent, side: PostSide, today: date) -> tuple[str, tuple[str, ...]]:
    number, name = deal.number, f"{deal.number} {deal.title}"
    offer = next((each for each in deal.offers if each.number == event.details.get("offer")), None)
    match event.kind:
        case "offered" | "offer_ends" if offer is not None and offer.state == "open":
            head = "对方出价" if event.kind == "offered" else "对方的出价今天到期"
            return f"{head}:{name}\n{said_offer(offer)}。", (
                f"接受出价 {number}",
                f"不接受出价 {number}",
                f"还价 {number}",
            )
        case "offer_accepted":
            count = len(open_for(deal, Checker(side)))
            return f"对方接受了您的出价:{name}。\n下一步核对清单,有{count}项要您确认。", (f"核对清单 {number}",)
        case "signed":
            return f"合同登记好了:{name}。\n{said_registration(deal, today)}", (f"看 {number}",)
        case "registration_due" | "registration_open" if deal.state == DealState.REGISTRATION:
            late = deal.register_by is not None and deal.register_by < today
            return f"{'备案已经过期还没办' if late else '登记备案还没办'}:{name}。\n{said_registration(deal, today)}", (
                f"看 {number}",
            )
        case "ended":
            said = REASON_NAMES[Reason(event.details["reason"])]
            return f"{name} 终止了:{said}。联系方式不再显示。", ()
        case "barrier":
            todo = event.details["todo"] if side == PostSide.OFFER else ""
            return f"{name}:{event.details['said']}。{todo or '先弄清再往下办'}。", (f"看 {number}",)
        case "rights_named" if event.details.get("is_late"):
            return f"{name}:对方写明了{_named_late(deal)}。谈成的价格不变。", (f"看 {number}", f"核对清单 {number}")
        case kind if kind in PLAIN:
            return PLAIN[kind].format(name=name, broker=event.details.get("broker", "")), (f"看 {number}",)
    said = told_of_publicity(deal, event)
    return said, (f"公示到哪天 {number}",) if said else ()


def _named_late(deal: Deal) -> str:
    if not deal.rights:
        return "谈的是没有专利的技术"
    shown = "、".join(deal.rights[:MOST_SHARES])
    more = f"等{len(deal.rights)}件" if len(deal.rights) > MOST_SHARES else ""
    return f"谈的是{shown}{more},清单要重新核对"


# Events whose words depend on nothing but the deal.
PLAIN = {
    "declined": "{name}:对方暂时不谈,已结束。",
    "unanswered": "{name}:到期没有答复,已结束。",
    "shared": "{name}:对方又同意互看联系方式了。",
    "unshared": "{name}:对方收回了联系方式,洽谈照旧,请通过经纪人。",
    "offer_refused": "{name}:对方没有接受您的出价。可以再出一次。",
    "offer_taken_back": "{name}:对方收回了出价。",
    "offer_lapsed": "{name}:出价过了有效期。可以再出一次。",
    "checklist_done": "{name}:清单核对完了,经纪人接着办合同。",
    "rights_named": "{name}:对方写明了谈的是哪件权利。原来的出价不作数,看过再出价。",
    "taken": "{name}:经纪人{broker}接手了。有话说“告诉经纪人”加单号。",
    "handed_on": "{name}:经纪人换成{broker}。",
    "completed": "{name}:合同登记好了,没有要办的登记,这一单办完了。",
    "registered": "{name}:登记备案办好了,这一单办完了。转让的记得撤下挂牌。",
    "back": "{name}:原来谈的不作数了,请重新出价。",
    "payment_said": "{name}:受让方说付了一期款。收到后请确认。",
    "payment_received": "{name}:出让方确认收到一期款。",
}


def _taken_over(deal: Deal, event: DealEvent, side: PostSide, name: str) -> tuple[str, tuple[str, ...]]:
    number = deal.number
    if event.side != side:
        return f"{name}:对方换了一位同事来谈。新的联系方式等对方同意才看得到,有事通过经纪人。", (f"看 {number}",)
    if deal.state == DealState.ENQUIRED and side != deal.asked_by:
        return _enquiry(deal, event, side)
    said = f"{name}:原来的同事离开了企业,这一单由您接着谈。您的联系方式,要您同意才给对方看。"
    return said, (f"看 {number}", f"同意互看联系方式 {number}")


def _enquiry(deal: Deal, event: DealEvent, side: PostSide) -> tuple[str, tuple[str, ...]]:
    what = "供给" if side == PostSide.OFFER else "需求"
    head = f"有人想谈您的{what}“{deal.title}”"
    lines = [f"{head}。" if event.kind == "enquired" else f"{head},还等您答复。"]
    if deal.opening:
        lines.append(f"对方说:{deal.opening}")
    until = event.details.get("until")
    last = f"{chinese_date(date.fromisoformat(until))}前不答复就结束。" if until else ""
    lines.append(f"您同意后,双方才看得到对方的称呼和电话。{last}单号 {deal.number}。")
    return "\n".join(lines), (f"同意洽谈 {deal.number}", f"不谈 {deal.number}")
