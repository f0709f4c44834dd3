"""Questions that no passage may answer: for a promise, and for help with what the law forbids.

A few wordings are told by their form alone; what else there is to say it with is learnt (nlp.refusal_model).
"""

import re

from nlp.normalisation import default_normaliser
from nlp.refusal_model import default_refusal_model

PROMISE = re.compile(
    r"保证.{0,8}(?:拿到|授权|通过|下来|成功|批|赢|能|过|贷)|(?:能|敢|可以|给我?|你们?)不?(?:能|敢)?(?:担保|打包票|包票|保证|承诺)|"
    r"(?:一定|肯定|百分百|100%|百分之百).{0,6}(?:能|会)?(?:拿到|授权|通过|批|成功|赢|过|贷下来)|包过|包授权|包下证|包拿|包成功|稳过"
)
# 收到包过的电话怎么办 asks about promises, it does not ask for one.
ABOUT_PROMISES = re.compile(
    r"(?:担保|保证).{0,6}(?:多少|几多|几倍|上限|额度)|担保公司|担保(?:费|物|金)|"
    r"可信|靠谱|骗|真的假的|怎么办|是不是真|能信|算不算|违[法规反]|合法吗"
)
DECEIT = re.compile(
    r"(?:帮我|给我|教我|怎么|咋|如何|想|替我).{0,10}(?:伪造|造假|作假|编造|做假|虚开|假发票|假合同|假的|假材料|假证)|"
    r"倒签|冒充|钻空子|(?:恶心|整|搞垮|搞死)(?:他|她|对手|同行|对方|竞争)|抢先?注册?.{0,6}(?:恶心|讹|敲)|绕过.{0,6}(?:监管|审查|检查)|"
    r"(?:怎么|咋|如何|帮我).{0,6}(?:偷|窃取|套取|骗取)|"
    r"(?:帮我|给我|教我|替我|帮忙).{0,12}(?:编|做|造|弄|搞|开|补|写|凑|出|P).{0,8}(?:假|虚假)"
)
# A wish to do it so that nobody finds out, or to be out of the law's reach: who only asks what follows names none.
UNSEEN = (
    r"(?:像真的|以假乱真|不留痕迹|查不(?:出|到)|不被(?:查|发现|抓|识破)|(?:送|塞)点?(?:钱|礼|红包|好处)|"
    r"(?:躲|逃避?|避开|规避)(?:掉|开|过)?(?:执行|债|监管|处罚|检查))"
)
EVASION = re.compile(
    rf"(?:想|帮我?|教我?|(?:怎么|怎样|咋|如何|哪样|咋样)(?!办|证明|防)).{{0,20}}{UNSEEN}|"
    rf"{UNSEEN}.{{0,16}}(?:怎么|怎样|咋|如何)(?!办)(?:操作|弄|做|搞|安排)"
)
# Being a victim, or asking what the law does about it, is a question like any other.
ABOUT_DECEIT = re.compile(
    r"(?:怎么|怎样|如何|咋)(?:才能)?(?:证明|识别|辨别|鉴别|分辨|看出|查出|防)|(?:罚|处罚|判|坐牢|后果|责任|违法吗|算不算|举报|被人|别人|对方(?:伪造|倒签|冒充)|起诉|维权)"
)

NO_PROMISE = "结果由主管部门定,我们不承诺。可以先对照条件看差在哪儿,再决定要不要办。"
NO_DECEIT = "这件事我不能帮,做了要担法律责任。有合规的办法,可以请专员和您一起看。"
REPLIES = {"unlawful": NO_DECEIT, "promises": NO_PROMISE}


# What is longer tells a story, and the runs of a story say nothing.
LONGEST_WISH = 120


def find_refusal(question: str) -> str | None:
    """What to say instead of an answer; None where the question may be answered."""
    if (DECEIT.search(question) or EVASION.search(question)) and not ABOUT_DECEIT.search(question):
        return NO_DECEIT
    if PROMISE.search(question) and not ABOUT_PROMISES.search(question):
        return NO_PROMISE
    return _learnt(question, default_refusal_model().sure)


def find_suspicion(question: str) -> str | None:
    """What to say where the question may well be such a wish and nothing answers it for sure."""
    return _learnt(question, default_refusal_model().suspect)


def _learnt(question: str, bound: float) -> str | None:
    plain = default_normaliser().plain(question)
    if not plain or len(plain) > LONGEST_WISH:
        return None
    scores = default_refusal_model().scores(plain)
    kind = max(scores, key=lambda each: scores[each])
    return REPLIES[kind] if scores[kind] > bound else None
