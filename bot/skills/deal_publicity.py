"""公示到哪天: how it stands with the publicity of an agreed price, as either side reads it."""

import re

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.deal_turns import MINE, number_of
from bot.skills.deal_words import END, Said
from core.errors import NotFound
from services.deals.access import get_own_deal
from services.deals.publicity import find_publicity, says_it_need_not
from services.deals.publicity_wording import said_publicity

ASKS = re.compile(
    f"(?:这一?单|价格)?(?:的)?公示(?:到|要到|期到|期)?(?:哪一?天|什么时候|几号|多久|多少天|怎么样|情况|进度|完|结束|了没|了吗|没有|吗|没|期|几时|结束了)*{END}"
)


def show_publicity(context: TurnContext, words: Said) -> Reply:
    number = number_of(words)
    try:
        deal, _ = get_own_deal(context.session, context.user_id, number)
    except NotFound as missing:
        return Reply(missing.message, choices=(MINE,))
    memory = {"subject": {"kind": "deal", "deal": deal.number}, "pending": None}
    see = Choice(f"看 {deal.number}", "看这一单")
    if deal.amount is None:
        return Reply("价格谈成以后才知道要不要公示。", choices=(see,), memory=memory)
    found = find_publicity(context.session, deal, context.today)
    if found is None:
        if says_it_need_not(context.session, deal):
            said = f"{deal.number} 不用公示:出让方写明不是国家设立的院所、高校,也不是国有单位。"
        else:
            said = f"{deal.number} 按现在知道的不用公示。出让方是国家设立的院所、高校或国有单位就要公示,请告诉经纪人。"
        return Reply(said, choices=(see,), memory=memory)
    return Reply(f"{deal.number} {said_publicity(found)}", choices=(see, MINE), memory=memory)
