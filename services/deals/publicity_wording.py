"""How both sides hear of a publicity; what somebody objected stays with the broker."""

from core.i18n import chinese_amount, chinese_date
from models import Deal, DealEvent, PublicityWay
from nlp.market.conditions import MODE_NAMES
from nlp.market.posts import Mode
from services.deals.publicity import ARTICLE, Holder, Publicity


def told_of_publicity(deal: Deal, event: DealEvent) -> str:
    """ "" for an event of another kind."""
    name = f"{deal.number} {deal.title}"
    row = next((each for each in deal.publicities if each.id == event.details.get("publicity")), None)
    match event.kind:
        case "publicity_started" if row is not None and row.ends_on is not None:
            return f"{name}:开始公示名称和价格,到{chinese_date(row.ends_on)}。公示完没有异议就接着核对清单、签合同。"
        case "publicity_earlier" if row is not None and row.starts_on is not None and row.ends_on is not None:
            return (
                f"{name}:谈成以前就公示了名称和价格,从{chinese_date(row.starts_on)}到{chinese_date(row.ends_on)}。"
                "经纪人核对过,和谈成的一致。"
            )
        case "publicity_lifted" if row is not None:
            return f"{name}:经纪人核对过,{WHY_NOT[PublicityWay(row.way)]},不用公示。"
        case "publicity_objected":
            return f"{name}:公示期间有人提异议,出让方单位处理完再往下办。"
        case "publicity_handled" if event.details.get("is_upheld"):
            return f"{name}:公示的异议成立,要重新公示或者重新谈。经纪人会联系您。"
        case "publicity_handled":
            return f"{name}:公示的异议处理完了,不成立。"
        case "publicity_over":
            return f"{name}:公示完了,没有未处理的异议。出让方可以确认清单上的公示一项。"
    return ""


WHY_NOT = {
    PublicityWay.MARKET: "价格是挂牌或拍卖定的",
    PublicityWay.EXEMPT: "出让方不是要公示的单位",
    PublicityWay.NOTICE: "",
}


def said_publicity(found: Publicity) -> str:
    """What either side reads: where it stands, what was published, on what it rests."""
    lines = [found.said]
    row = found.row
    if row is not None and row.way == PublicityWay.NOTICE:
        mode = MODE_NAMES[Mode(row.mode)] if row.mode is not None else ""
        price = chinese_amount(row.amount) if row.amount is not None else ""
        lines.append(f"公示内容:{row.name},{mode}{price}。公示在:{row.place}。")
        if row.objections:
            lines.append(f"收到异议{len(row.objections)}条。")
    elif row is not None:
        lines.append(f"原因:{WHY_NOT[PublicityWay(row.way)]}。")
    if found.holder is Holder.PUBLIC:
        lines.append(f"依据:《{ARTICLE[0]}》{ARTICLE[1]};国发〔2016〕16号,至少{found.days}日。")
    else:
        lines.append(f"国有企业没有法定天数,{found.days}日是本平台的要求。")
    return "\n".join(lines)
