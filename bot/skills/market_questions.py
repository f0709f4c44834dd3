"""What owners ask around a trade in plain words: do you take a cut, is this a fraud, have they answered, can the price
move, who sees who I am, I do not sell any more."""

import re

from bot.context import TurnContext
from bot.flows.posting import MINE as POSTS
from bot.flows.posting_words import HIDES
from bot.replies import Choice, Reply
from bot.skills import Skill
from bot.skills.deal_turns import MINE as DEALS
from bot.skills.deal_words import NUMBER, Said
from bot.skills.deals import choose as deals_choose
from bot.skills.deals import show_list, show_one
from bot.skills.market import ask_to_withdraw, show_own
from models import DealState
from services.deals.graph import CLOSED
from services.deals.listing import OwnDeal, list_deals
from services.deals.open_offer import find_open_offer
from services.deals.wording import said_offer
from services.market.own import list_live_posts

NAME = "market"
LONGEST = 24
STAFF = Choice("转人工", "转人工")
MATCHES = Choice("我的对接", "我的对接")
# Words that are taken are not given back: 是不是 and 是, 不 would be tried in every way.
# 你们抽成吗, 要不要中介费, 平台收多少佣金
CUT = re.compile(
    "(?:你们?|您们?|平台|知桥|这里|这个|有没有|收不收|要不要|要|会|还|得|收|抽|拿|交易|成交|买卖|卖专利|了|后|的话|是|多少|几个点|点|什么|"
    "吗|么|呢|嘛|不|成|中介费|佣金|手续费|服务费|提|差价|介绍费|[, ??])++"
)
NAMES_CUT = re.compile("抽成|抽.{0,2}点|中介费|佣金|手续费|提成|差价|介绍费|(?:成交|交易|卖专利).{0,4}服务费|几个点")
FRAUD = re.compile(
    "(?:你们?|您们?|这个|这里|这|平台|知桥|公司|交易|到底|真的|会不会|不会|是不是|是|不是|靠不靠谱|靠谱|骗人|骗子|骗我|骗|被坑|被|吗|吧|不|的|"
    "啊|呢|么|怎么样|[, ??])++"
)
NAMES_FRAUD = re.compile("靠谱|(?:是不是|会不会|不会|不是).{0,6}[骗坑]|[骗坑].{0,3}[吗吧]")
SELLS_NUMBER = re.compile(
    "(?:电话|手机号?|号码|联系方式).{0,6}(?:卖|泄露|给别人|给他|外泄|别给)|别.{0,3}我?的?(?:电话|手机|联系方式).{0,3}给"
)
THEY = "(?:那家|那边|对方|他们?|人家|对面|买家|卖家|客户)(?:公司)?"
REPLIED = re.compile(
    f"{THEY}(?:有|还|怎么|咋|到底|给|都|一直|什么时候|啥时候|没|不|回)*"
    "(?:话|复|信|我|音|动静|消息|表态|说|答复|理我|出价|出了?多少|是谁|是哪家)(?:了|我|没有?|吗|么|呢|啊|不|信|[??])*"
    "|有(?:没有)?人(?:来)?(?:问|找|看|联系)(?:过|上)?(?:我|的|了)*(?:吗|没有?|么|呢|不|[??])*"
)
HAGGLES = re.compile(
    "(?:帮我)?(?:跟|和)?(?:对方)?(?:价格?|价钱)?(?:还)?(?:能不能|可不可以|可以|能|好)(?:再)?(?:谈|商量|便宜|少|降|低|讲价)(?:一?点|些)?"
    f"(?:吗|么|不|呢|[??])*|(?:帮我)?(?:跟|和){THEY}(?:讲讲价|压压价|砍砍价|谈谈价格?)"
)
QUITS = re.compile(
    "(?:算了[, ]?)?(?:我们?|咱们?|都|全|这个|那个|专利)*不(?:想)?(?:卖|买|谈|转让|挂|许可|出手)了"
    "(?:[, ]*(?:都|全|帮我)*(?:撤下|撤掉|撤|下架|拿下来)(?:了|吧)*)?(?:吧|啊)*|先?别给(?:别)?人看了|先下架"
)
MONEY = re.compile(
    "(?:成交了?|卖了|卖掉|对方|买家)?(?:后|的)?钱(?:到时候)?(?:怎么|咋|什么时候|啥时候)(?:给|付|打给|结)(?:我|我们)?(?:们|呢|啊|的)?"
    "|(?:成交后?|卖了)?(?:怎么|咋)(?:收款|收钱)(?:呢|啊)?"
)
CONTRACT = re.compile(
    "合同(?:你们|谁|平台)?(?:给|帮)?(?:拟|写|起草|出|提供|有模板|有范本)(?:吗|不|么|呢)?|有(?:没有)?合同(?:模板|范本)(?:吗|么)?"
)
DETAILS = re.compile(
    "(?:对方|他们?|人家|买家)?要?(?:看|知道)?(?:我们?的)?技术细节(?:要不要)?(?:给不给|能给吗|给吗|给他吗?|给看吗|能说吗)"
    "|(?:他们?|对方|人家)?(?:要是|会不会|万一)?(?:拿|学|看)了?(?:我们?的)?技术(?:就|会不会)?跑了?(?:咋办|怎么办|吗)?"
)
HOW_LONG = re.compile(
    "(?:一般|大概|要|得)*(?:多久|多长时间|几天)(?:能|可以|才)?(?:成交|卖掉|卖出去?|谈成|出手|有人(?:问|要|买))(?:啊|呢)?"
)
NO_CUT = (
    "钱不经过知桥:成交价双方直接付,我们只记双方说的,没有按成交价抽成这一项。官费(登记、年费)交给国家局。\n"
    "有人以知桥的名义找您收钱,先别付,说“转人工”核实。"
)
NO_FRAUD = (
    "担心是对的。这里怎么防:双方都同意才互看联系方式,匿名的看不到是谁;钱不经过我们;合同您自己签,"
    "转让要到国家知识产权局登记,登记前专利还是您的。\n先打款、保证卖掉的,别信。要找真人问,说“转人工”。"
)
NUMBER_IS_SAFE = "您的电话只在您和对方都同意洽谈以后,给那一家看。想收回说“收回联系方式”;微信里已经看到的收不回来。"
HIDDEN = (
    "挂的时候默认匿名:别人看不到公司和联系方式,标题不用专利的原名;双方同意洽谈后才互看。\n"
    "已经挂了的在“我的供需”里看是不是匿名。"
)
SAID = (
    (MONEY, "成交价由双方照合同直接付,可以分期;钱不经过知桥,我们只记双方说的,每期到没到都看得到。", (DEALS,)),
    (CONTRACT, "合同双方自己签。谈成后先逐项过核对清单,经纪人跟着走;要专员帮着看合同,说“转人工”。", (DEALS, STAFF)),
    (
        DETAILS,
        "谈成前细节别给。公开的只写用在哪、效果怎么样;没公开的做法是商业秘密,先让对方承诺保密再看。\n"
        "已经授权、还有效的专利,别人没有许可就拿去做、拿去卖,可以维权(《专利法》第十一条)。",
        (POSTS, STAFF),
    ),
    (
        HOW_LONG,
        "要看有没有对得上的一方,说不准,也不承诺。挂上以后有对上的马上告诉您,谈到哪步在“我的交易”里看。",
        (MATCHES, DEALS),
    ),
)
MOST_OPEN = 50


def choose(context: TurnContext, text: str) -> Skill | None:
    """The skill for one of these; None for everything else."""
    plain = context.plain.strip(" 。.!?,")
    if not plain or len(plain) > LONGEST:
        return None
    if (answered := choose_beside(context)) is not None:
        return answered
    if HIDES.fullmatch(plain):
        return Skill(NAME, lambda _: Reply(HIDDEN, choices=(POSTS,)))
    return _choose_to_quit(context) if QUITS.fullmatch(plain) else None


def choose_beside(context: TurnContext) -> Skill | None:
    """Those that may be asked in the middle of a post as well, and words that name a deal by its number."""
    plain = context.plain.strip(" 。.!?,")
    if NUMBER.search(plain):
        return deals_choose(context, context.text)
    if not plain or len(plain) > LONGEST:
        return None
    if NAMES_CUT.search(plain) and CUT.fullmatch(plain):
        return Skill(NAME, lambda _: Reply(NO_CUT, choices=(STAFF,)))
    if SELLS_NUMBER.search(plain):
        return Skill(NAME, lambda _: Reply(NUMBER_IS_SAFE, choices=(DEALS, STAFF)))
    if NAMES_FRAUD.search(plain) and FRAUD.fullmatch(plain):
        return Skill(NAME, lambda _: Reply(NO_FRAUD, choices=(STAFF, POSTS)))
    if (said := next((each for each in SAID if each[0].fullmatch(plain)), None)) is not None:
        return Skill(NAME, lambda _: Reply(said[1], choices=said[2]))
    if REPLIED.fullmatch(plain):
        return Skill(NAME, tell_answers)
    return Skill(NAME, haggle) if HAGGLES.fullmatch(plain) else None


def tell_answers(context: TurnContext) -> Reply:
    """那家回话没有: the deal that is open, which of several, or where one would hear of it."""
    found = _open(context)
    if len(found) == 1:
        return show_one(context, Said("", found[0].deal.number))
    if found:
        return show_list(context)
    return Reply(
        "现在没有在谈的,也没有人在等您答复。有人想谈会马上告诉您;对上的供需在“我的对接”里。", choices=(MATCHES, POSTS)
    )


def haggle(context: TurnContext) -> Reply:
    """价格还能谈吗: yes, and how in the deal that is open."""
    found = [own for own in _open(context) if own.deal.state == DealState.TALKING]
    if not found:
        return Reply(
            "能谈,标的价只是起点。先和对方谈起来:对上的供需说“想谈第1个”,同意后说“出价”加数。", choices=(MATCHES, DEALS)
        )
    if len(found) > 1:
        return show_list(context)
    own = found[0]
    offer = find_open_offer(own.deal)
    subject = {"subject": {"kind": "deal", "deal": own.deal.number}}
    if offer is not None and offer.side == own.side:
        text = f"能谈。{own.deal.number} 您出的{said_offer(offer)},还等对方答复;想改先收回。"
        taps = (Choice(f"收回出价 {own.deal.number}", "收回出价"), DEALS)
        return Reply(text, choices=taps, memory=subject)
    now = f"对方出的是{said_offer(offer)}。" if offer is not None else "还没人出价。"
    text = f"能谈。{own.deal.number} {now}您出多少直接说,比如“转让80万”,发之前我再跟您核对。"
    return Reply(text, choices=(Choice(f"看 {own.deal.number}", "看这一单"), DEALS), memory=subject)


def _choose_to_quit(context: TurnContext) -> Skill | None:
    """算了不卖了: asked which is meant, of what is really there."""
    posts = list_live_posts(context.session, context.user_id, offset=0, limit=2).items
    deals = _open(context)
    if not posts and not deals:
        return None
    if deals:
        number = deals[0].deal.number
        ways = [Choice(f"终止洽谈 {number}", "终止洽谈")] if len(deals) == 1 else [DEALS]
        ways += [POSTS] if posts else []
        what = f"{number} 还在谈" if len(deals) == 1 else f"有{len(deals)}单还在谈"
        text = f"{what}{',供需也还挂着' if posts else ''}。停哪个?点一下,我再跟您核对。"
        return Skill(NAME, lambda _: Reply(text, choices=tuple(ways), memory={"pending": None}))
    if len(posts) == 1:
        public_id = posts[0].public_id
        return Skill(NAME, lambda given: ask_to_withdraw(given, public_id=public_id))
    return Skill(NAME, show_own)


def _open(context: TurnContext) -> list[OwnDeal]:
    states = sorted(frozenset(DealState) - CLOSED)
    return list_deals(context.session, context.user_id, states=states, limit=MOST_OPEN)
