"""Whether a right may be traded, rule by rule, each with its article and what to do: before a post is looked at, each
night, and at the deal.

What only its owner says is enough to publish; at the deal it has to be proved.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from nlp.market.conditions import LICENCES
from nlp.market.posts import Mode
from nlp.market.trade_facts import Finding, Offer, Proof, RightFacts, Stage, Standing, Verdict
from nlp.rules.model import Article

PATENT_LAW, RULES, CIVIL_CODE = "专利法", "专利法实施细则", "民法典"
TRANSFER: Article = (PATENT_LAW, "第十条")
CO_OWNERS: Article = (PATENT_LAW, "第十四条")
TERM: Article = (PATENT_LAW, "第四十二条")
LAPSE: Article = (PATENT_LAW, "第四十四条")
INVALID: Article = (PATENT_LAW, "第四十七条")
OPEN: Article = (PATENT_LAW, "第五十条")
LATE: Article = (RULES, "第一百一十五条")
NOT_OPEN: Article = (RULES, "第八十六条")
SEIZED: Article = (RULES, "第一百零四条")
SUSPENDED: Article = (RULES, "第一百零五条")
DISPOSABLE: Article = (CIVIL_CODE, "第四百四十条")
PLEDGED: Article = (CIVIL_CODE, "第四百四十四条")
SUBJECT: Article = (CIVIL_CODE, "第八百四十五条")
LAWFUL_HOLDER: Article = (CIVIL_CODE, "第八百七十条")
BREACH: Article = (CIVIL_CODE, "第八百七十二条")
EXPORT: Article = ("技术进出口管理条例", "第三十条")
PUBLICITY: Article = ("促进科技成果转化法", "第十八条")
APPRAISAL: Article = ("企业国有资产法", "第四十七条")
SECRECY: Article = ("保守国家秘密法", "第三十五条")

# H01M of H01M 10/0525.
SUBCLASS = 4

# A co-owner may grant these alone (Patent Law, art. 14). An open licence is declared by all owners together.
ALONE = frozenset({Mode.LICENCE_PLAIN, Mode.LICENCE_QUICK})


def check_tradability(offer: Offer, *, on: date, stage: Stage = Stage.PUBLICATION) -> list[Finding]:
    """What every rule says of every right, then of the post as a whole."""
    found: list[Finding] = []
    for right in offer.rights:
        found.append(_in_force(right, offer.modes))
        if right.standing in {Standing.IN_FORCE, Standing.UNKNOWN}:
            found += _fees(right, offer.modes, on, stage)
        found.append(_owner(right, stage))
        for rule in (_co_owners, _pledge, _exclusive_licence, _report):
            found += rule(right, offer, stage)
    if offer.rights:
        found.append(_seizure(offer, stage))
    for about_all in ABOUT_ALL:
        found += about_all(offer, stage)
    return found


def worst(findings: Sequence[Finding]) -> Verdict:
    order = (Verdict.PASSED, Verdict.TO_PROVE, Verdict.BLOCKED)
    return max((each.verdict for each in findings), key=order.index, default=Verdict.PASSED)


def _by_word(stage: Stage, rule: str, said: str, proof: str, article: Article, number: str | None = None) -> Finding:
    """The owner says that it is in order."""
    if stage is Stage.DEAL:
        return Finding(rule, Verdict.TO_PROVE, f"您说{said},签约前要凭证", (article,), proof, number)
    return Finding(rule, Verdict.PASSED, f"您说{said},签约前再核对", (article,), "", number)


def _in_force(right: RightFacts, modes: frozenset[Mode]) -> Finding:
    number, status = right.number, right.said_status or "状态不详"
    ended = {
        Standing.LAPSED: (LAPSE, "专利权已经终止"),
        Standing.EXPIRED: (TERM, "保护期已满"),
        Standing.INVALIDATED: (INVALID, "专利权被宣告无效"),
        Standing.DROPPED: (TRANSFER, "申请已经驳回或撤回,没有可交易的权利"),
    }
    if right.standing in ended:
        article, text = ended[right.standing]
        return Finding("in_force", Verdict.BLOCKED, text, (article,), "把这件从供给里去掉", number)
    if right.standing is Standing.UNKNOWN:
        return Finding("in_force", Verdict.TO_PROVE, status, (LAWFUL_HOLDER,), "补一份登记簿副本", number)
    if right.standing is Standing.IN_FORCE:
        return Finding("in_force", Verdict.PASSED, status, (TERM,), "", number)
    if Mode.OPEN_LICENCE in modes:
        return Finding("in_force", Verdict.BLOCKED, "还没授权,不能声明开放许可", (OPEN,), "等授权后再开放许可", number)
    if Mode.PLEDGE in modes:
        return Finding("in_force", Verdict.BLOCKED, "还没授权,不能质押", (DISPOSABLE,), "等授权后再质押", number)
    return Finding("in_force", Verdict.TO_PROVE, "还在审查,只能谈申请权转让,或约定授权后许可", (TRANSFER,),
                   "合同里写明授权不成怎么办", number)  # fmt: skip


def _fees(right: RightFacts, modes: frozenset[Mode], on: date, stage: Stage) -> Iterator[Finding]:
    number, due, grace = right.number, right.fee_due_on, right.fee_grace_until
    if due is None or grace is None:
        yield Finding("fees", Verdict.TO_PROVE, "年费缴到哪年不知道", (LAPSE,), "托管这件,或补一份缴费记录", number)
    elif on > grace:
        yield Finding("fees", Verdict.BLOCKED, "年费补缴期已过", (LAPSE, LATE), "先向国家局查是否已终止", number)
    elif on > due and Mode.OPEN_LICENCE in modes:
        yield Finding("fees", Verdict.BLOCKED, "年费没缴足,不能开放许可", (NOT_OPEN,), "补缴年费和滞纳金", number)
    elif on > due:
        yield Finding("fees", Verdict.TO_PROVE, "年费过期了,在补缴期内", (LATE,), "补缴,或跟对方说明由谁缴", number)
    elif right.is_payment_said:
        yield _by_word(stage, "fees", "年费没有欠", "交缴费凭证", LATE, number)
    else:
        yield Finding("fees", Verdict.TO_PROVE, "以前的年费按已缴算,没人核对过", (LATE,), "补一份缴费记录", number)


def _owner(right: RightFacts, stage: Stage) -> Finding:
    said = {
        Proof.PROVED: (Verdict.PASSED, "权属核对过", ""),
        Proof.SUBMITTED: (Verdict.TO_PROVE, "权属在核对", "等专员核对"),
        Proof.CLAIMED: (Verdict.TO_PROVE, "权属还没核对", "在托管里提交权属"),
        Proof.REFUSED: (Verdict.BLOCKED, "权属没核对上", "补齐凭据,再提交权属"),
        Proof.NONE: (Verdict.TO_PROVE, "没有托管,不知道是谁的", "先托管,再提交权属"),
    }
    verdict, text, todo = said[right.proof]
    if stage is Stage.DEAL and verdict is Verdict.TO_PROVE:
        verdict, text = Verdict.BLOCKED, f"{text},不能签约"
    return Finding("owner", verdict, text, (LAWFUL_HOLDER,), todo, right.number)


def _co_owners(right: RightFacts, offer: Offer, stage: Stage) -> Iterator[Finding]:
    if len(right.owner_names) < 2:
        return
    number, agree = right.number, offer.answers.co_owners_agree
    if offer.modes <= ALONE:
        text = "有共有人;没有另外约定的,您可以自己给普通许可,使用费要分"
        yield Finding("co_owners", Verdict.PASSED, text, (CO_OWNERS,), "跟共有人另有约定的,照约定", number)
    elif agree is False:
        yield Finding("co_owners", Verdict.BLOCKED, "共有人没都同意", (CO_OWNERS,), "先取得全体共有人同意", number)
    elif agree is None:
        yield Finding("co_owners", Verdict.TO_PROVE, "有共有人,要全体同意", (CO_OWNERS,), "问清共有人同不同意", number)
    else:
        yield _by_word(stage, "co_owners", "共有人都同意", "交全体共有人的书面同意", CO_OWNERS, number)


def _pledge(right: RightFacts, offer: Offer, stage: Stage) -> Iterator[Finding]:
    answers, number = offer.answers, right.number
    articles = (PLEDGED, NOT_OPEN) if Mode.OPEN_LICENCE in offer.modes else (PLEDGED,)
    if answers.is_pledged or (right.pledge_case is not None and answers.is_pledged is None):
        text = f"在这里办过质押({right.pledge_case}),没说已经注销" if right.pledge_case else "已经质押"
        if answers.pledgee_agrees:
            yield Finding("pledge", Verdict.TO_PROVE, f"{text};您说质权人同意", articles, "交质权人的书面同意", number)
        else:
            todo = "先取得质权人书面同意,或注销质押"
            yield Finding("pledge", Verdict.BLOCKED, f"{text},没经质权人同意不能转让、许可", articles, todo, number)
    elif answers.is_pledged is None:
        yield Finding("pledge", Verdict.TO_PROVE, "有没有质押没说", articles, "说明有没有质押", number)
    else:
        yield _by_word(stage, "pledge", "没有质押", "交近一个月的登记簿副本", articles[0], number)


def _exclusive_licence(right: RightFacts, offer: Offer, stage: Stage) -> Iterator[Finding]:
    licensed, number = offer.answers.is_licensed_exclusively, right.number
    article = NOT_OPEN if Mode.OPEN_LICENCE in offer.modes else BREACH
    if licensed and Mode.OPEN_LICENCE in offer.modes:
        text = "在独占或排他许可期内,不能开放许可"
        yield Finding("exclusive", Verdict.BLOCKED, text, (NOT_OPEN,), "等许可期满,或改成别的方式", number)
    elif licensed and LICENCES & offer.modes:
        text = "在独占或排他许可期内,再许可别人是违约"
        yield Finding("exclusive", Verdict.BLOCKED, text, (BREACH,), "先跟被许可人谈好,或等许可期满", number)
    elif licensed:
        yield Finding("exclusive", Verdict.TO_PROVE, "有独占或排他许可", (BREACH,), "把许可合同告诉受让人", number)
    elif licensed is None:
        yield Finding("exclusive", Verdict.TO_PROVE, "有没有独占、排他许可没说", (article,), "说明有没有", number)
    else:
        yield _by_word(stage, "exclusive", "没有独占、排他许可", "交登记簿副本", article, number)


def _report(right: RightFacts, offer: Offer, stage: Stage) -> Iterator[Finding]:
    """Utility models and designs need an evaluation report for an open licence."""
    if Mode.OPEN_LICENCE not in offer.modes or not right.needs_report:
        return
    if offer.answers.has_report:
        yield _by_word(stage, "report", "有专利权评价报告", "交专利权评价报告", OPEN, right.number)
    else:
        text = "开放许可要有专利权评价报告"
        yield Finding("report", Verdict.TO_PROVE, text, (OPEN,), "向国家局请求作出评价报告", right.number)


def _seizure(offer: Offer, stage: Stage) -> Finding:
    seized = offer.answers.is_seized
    if seized:
        text = "被查封或有权属纠纷,登记暂停办理"
        return Finding("seizure", Verdict.BLOCKED, text, (SEIZED, SUSPENDED), "解除保全或纠纷了结后再挂")
    if seized is None:
        return Finding("seizure", Verdict.TO_PROVE, "有没有查封、权属纠纷没说", (SUSPENDED,), "说明有没有")
    return _by_word(stage, "seizure", "没有查封和权属纠纷", "交近一个月的登记簿副本", SUSPENDED)


def _export(offer: Offer, stage: Stage) -> Iterator[Finding]:
    if offer.answers.goes_abroad:
        articles = (TRANSFER, EXPORT) if Mode.TRANSFER in offer.modes else (EXPORT,)
        todo = "先查技术出口目录,限制出口的取得许可证"
        yield Finding("export", Verdict.TO_PROVE, "可能给境外,要办技术出口手续", articles, todo)
    elif stage is Stage.DEAL and offer.answers.goes_abroad is None:
        yield Finding("export", Verdict.TO_PROVE, "对方是不是境外没说", (EXPORT,), "说明对方在不在境内")


def _publicity(offer: Offer, stage: Stage) -> Iterator[Finding]:
    answers = offer.answers
    is_public = answers.is_public_institution
    if is_public is False or (is_public is None and not any(right.is_by_university for right in offer.rights)):
        return
    todo = "协议定价的,先在本单位公示名称和拟交易价格;挂牌、拍卖的,留好凭据"
    if answers.is_publicised:
        yield _by_word(stage, "publicity", "公示过,或用挂牌、拍卖定价", "交公示或挂牌、拍卖的凭据", PUBLICITY)
    elif stage is Stage.DEAL and is_public:
        yield Finding("publicity", Verdict.BLOCKED, "没公示,不能签约", (PUBLICITY,), todo)
    else:
        text = "国家设立的院所、高校协议定价的要在本单位公示"
        yield Finding("publicity", Verdict.TO_PROVE, text, (PUBLICITY,), todo)


def _state_owned(offer: Offer, stage: Stage) -> Iterator[Finding]:
    answers = offer.answers
    if not answers.is_state_owned:
        return
    if answers.is_cleared:
        yield _by_word(stage, "secrecy", "单位做过保密审查", "交单位的保密审查记录", SECRECY)
    else:
        # To publish is what the review comes before: nothing is mended afterwards.
        text = "国有单位公开发布前要做保密审查"
        yield Finding("secrecy", Verdict.BLOCKED, text, (SECRECY,), "请单位审查过再发")
    if not {Mode.TRANSFER, Mode.EQUITY} & offer.modes:
        return
    if answers.is_appraised:
        yield _by_word(stage, "assets", "做过资产评估", "交评估报告", APPRAISAL)
    else:
        is_late = stage is Stage.DEAL and Mode.EQUITY in offer.modes
        verdict = Verdict.BLOCKED if is_late else Verdict.TO_PROVE
        text = "国有企业转让重大财产、作价入股要评估"
        yield Finding("assets", verdict, text, (APPRAISAL,), "问清算不算重大财产,要评估的先评估")


def _bundle(offer: Offer, stage: Stage) -> Iterator[Finding]:
    """Several rights at one price have an owner and a field in common, or whoever wants one of them should know."""
    owners = [set(right.owner_names) for right in offer.rights if right.owner_names]
    if len(owners) > 1 and not set.intersection(*owners):
        text = "打包的各件没有共同的权利人"
        yield Finding("bundle", Verdict.TO_PROVE, text, (LAWFUL_HOLDER,), "各权利人都同意一起交易,或者分开挂")
    fields = [{symbol[:SUBCLASS] for symbol in right.classes} for right in offer.rights if right.classes]
    if len(fields) > 1 and not set.intersection(*fields):
        text = "打包的各件不在一个技术领域"
        yield Finding("bundle", Verdict.TO_PROVE, text, (SUBJECT,), "说明为什么一起交易,或者分开挂")


ABOUT_ALL: tuple[Callable[[Offer, Stage], Iterator[Finding]], ...] = (_bundle, _export, _publicity, _state_owned)
