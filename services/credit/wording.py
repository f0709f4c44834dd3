"""How a firm's credit reads: kinds, bands, what follows from each, and the rules."""

from datetime import date

from core.i18n import chinese_date
from models import CreditEvent, CreditKind, PleaKind
from services.credit.record import Band, CreditStanding, standing_of
from services.credit.settings import credit_settings

MINE = "我的信用"
OURS = "本平台"
KIND_NAMES = {
    CreditKind.FALSE_POST: "发布内容不实", CreditKind.BREACH: "法院认定违约", CreditKind.PENALTY: "行政处罚",
    CreditKind.ODD_TRANSFER: "转让异常",
}  # fmt: skip
# What each rests on.
SOURCES = {
    CreditKind.FALSE_POST: "本平台审核退回的供需", CreditKind.BREACH: "生效的判决、裁定",
    CreditKind.PENALTY: "依法公开的处罚决定", CreditKind.ODD_TRANSFER: "专员核实要查的转让线索",
}  # fmt: skip
BAND_NAMES = {Band.GOOD: "良好", Band.NOTED: "有提示", Band.RESTRICTED: "受限"}
EFFECTS = {
    Band.GOOD: ("实名展示的供需旁写登记过几笔成交", "发布、续期照常"),
    Band.NOTED: ("审核供需的专员看得到", "供需旁不写成交笔数", "发布、续期照常"),
    Band.RESTRICTED: ("续期、到期再展示,先由专员看过", "审核供需的专员看得到", "供需旁不写成交笔数"),
}
STANDING_NAMES = {
    CreditStanding.PROPOSED: "待第二人确认", CreditStanding.DROPPED: "没记", CreditStanding.COUNTS: "计入中",
    CreditStanding.SUSPENDED: "有异议,先不计", CreditStanding.OVER: "过期,不再计", CreditStanding.ENDED: "不再计",
}  # fmt: skip
PLEA_NAMES = {PleaKind.OBJECTION: "异议", PleaKind.REPAIR: "修复申请"}


def said_rules(today: date) -> tuple[str, ...]:
    """The whole of them, as the firm reads them."""
    settings = credit_settings(today)
    terms = "、".join(f"{KIND_NAMES[kind]}{months}个月" for kind, months in settings.months.items())
    return (
        f"没有计入的记录是良好,有1条是有提示,有{settings.restricted_from}条以上是受限。不打分。",
        f"每条从发生那天起计:{terms}。期限是本平台定的。",
        "只记有来源的:公开的判决和处罚决定,本平台审核和核实的结果。一人提、另一人确认才算。",
        "有异议的,专员答复前不计入;改正了的可以申请修复,提前结束。",
        "不自动处罚;不利的记录只有您和专员看得到。",
    )


def said_effects(band: Band) -> str:
    return ";".join(EFFECTS[band])


def said_source(event: CreditEvent) -> str:
    """佛山市南海区人民法院(2026)粤0605民初123号"""
    return f"{event.source}{event.number if event.link else ' ' + event.number}"


def said_standing(event: CreditEvent, today: date) -> str:
    """计入中,到2027年10月8日 · 有异议,先不计"""
    standing = standing_of(event, today)
    name = STANDING_NAMES[standing]
    if standing is CreditStanding.COUNTS:
        return f"{name},到{chinese_date(event.counts_until)}"
    if standing is CreditStanding.ENDED and event.note:
        return f"{name}:{event.note}"
    return name


def said_kept_deals(count: int) -> str:
    return f"{count}笔成交已登记"
