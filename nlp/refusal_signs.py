"""Signs of a wish that we must decline: what is to be done (forge, bribe, hide) and how it is said (do it for me, how).

Neither says enough alone: whoever asks what the law does about a forged contract names the forging too. So the signs
and their pairs are only features of nlp.refusal_model, which learns from sentences what they weigh together.
"""

import re
from itertools import product

# What the law forbids, and not being found out.
WRONGS = {
    "hide": r"不(?:被|让|会被|给)?.{0,4}(?:发现|察觉|知道|看出|查|抓|追|露|穿|认出|识破|留底|留痕|留证)|"
    r"(?:看|查|认|分|告|抓|罚|追|够)不(?:出|到|了|着)|不露|露馅|痕迹|偷偷|悄悄|瞒|藏|躲|避开|绕|糊弄|混过|"
    r"蒙混|应付|圆|穿帮|像真|以假乱真|不出事|稳妥|撇清|隐蔽|别声张|反正没人|没人查",
    "forge": r"伪造|仿造|仿一|编[几个造一份点套圆篇]|[瞎乱]编|造[一个假份]|补[一几份盖张开]|P[一几张个掉]|p[一图]|"
    r"倒签|往前[推做]|写早|提前写|改[日时早]|假(?![期设如日定冒货释])|换掉|掉包|弄[一几张份]|"
    r"出[一张份个]假|空白|抠|涂改|[代仿]签|虚[开增报登]|凑|充数|挂名|挂靠|借[用别几]|冒充|假装|照抄|照搬|"
    r"扒|搬运|洗一遍|拆成|掰成|套补|套取|骗",
    "bribe": r"红包|打点|送[点礼钱张]|塞[点钱烟给]|意思一下|意思意思|好处|通融|打[声个]?招呼|门路|路子|熟人|"
    r"内部有人|递[句话]|回扣|返点|吃个?饭|买通|给点钱|花钱让|关系.{0,4}(?:送|快|打)|插队",
    "harm": r"搞[垮死臭]|整死|抹黑|黑料|差评|水军|砸场|恶心|讹|敲[点诈]|碰瓷|吓唬|拖死|拖住|抢先|抢注|先占|占坑|"
    r"囤|卡一卡|堵他|断他|匿名|散布|造谣",
    "steal": r"偷|窃|拷|破解|注册码|黑客|录音笔|定位|爬[别取数人平]|套[出他底]|卧底|混进|监控|通话记录|密码|拖走|"
    r"倒一份|扒下|导一份",
    "evade": r"躲|逃|避税|够不着|转走|挪|掏空|破产|限高|查封前|送达|传票|瞒",
}
# How a wish to do it is said.
WAYS = {
    "do": r"帮我|给我|替我|帮忙|教我|教教|你来|你给|你帮|让你们|你们给|代写|安排|策划|整几|"
    r"有没有(?:路子|渠道|门路|办法|软件|模板|法子)|哪里(?:有|买|找)|找谁|能不能帮",
    "how": r"(?:怎么|咋个?|怎样|如何|哪样)(?!个?(?:办|处理|证明))|步骤|流程|行得通|可行|行不行|行不$|行吗|能行|"
    r"好使|稳当|有什么招",
    "plan": r"^我?想|我想|打算|准备|要我|想要|不想",
}
# Whoever asks what the law says, or what another did, asks a question like any other.
LAW = (
    r"违[法规反约]|犯法|合法|罚|判[几多刑]|坐牢|责任|后果|侵权吗|算不算|算.{0,6}[吗不]$|有效吗|"
    r"(?:怎么|咋个?|如何|怎样)(?:办|处理)|(?:啥|什么|哪些|要走)(?:程序|手续|材料|条件)|举报|投诉|维权|"
    r"起诉|告[他我]|追究|赔[吗多不]|规定|认不认|可以吗|能不能要|要不要|"
    r"被.{0,6}(?:人|别人|对方|同行|中介)|对方|同行.{0,8}我们|证明|识别|防"
)
PROMISE = (
    r"保证|担保|承诺|打包票|包票|拍胸脯|包[赢过授拿批成下你我卖]|保[赢授你我过底证中]|稳[过赢不]|"
    r"必[中胜过须赢拿]|一定|肯定|百分百|100%|绝对|确保|铁定|准[数信话]|句话|实话|定论|十拿九稳|把握|几成|"
    r"胜算|胜率|概率|负责|兜底|对赌|退[款钱双全]|赔我|赔双倍|军令状|定心丸|零风险|底线|答应"
)
TO_YOU = r"你(?:们|哋)?(?:能|敢|给|说|就|要|跟|来|直接|包|保|可)|您"

_WRONGS = {name: re.compile(pattern) for name, pattern in WRONGS.items()}
_WAYS = {name: re.compile(pattern) for name, pattern in WAYS.items()}
_OTHERS = {name: re.compile(pattern) for name, pattern in (("law", LAW), ("promise", PROMISE), ("you", TO_YOU))}


def signs_of(text: str) -> frozenset[str]:
    """Names of the signs in a plain text, and of the pairs that mean more than either."""
    wrongs = [name for name, pattern in _WRONGS.items() if pattern.search(text)]
    ways = [name for name, pattern in _WAYS.items() if pattern.search(text)]
    others = [name for name, pattern in _OTHERS.items() if pattern.search(text)]
    pairs = {f"{one}+{other}" for one, other in product(wrongs, [*ways, *{"law"}.intersection(others)])}
    pairs.update(f"{name}+hide" for name in wrongs if "hide" in wrongs and name != "hide")
    if "promise" in others:
        pairs.update(f"promise+{name}" for name in others if name != "promise")
    count = {f"wrongs:{min(len(wrongs), 3)}"} if wrongs or "promise" not in others else set()
    return frozenset({*wrongs, *ways, *others, *pairs, *count})
