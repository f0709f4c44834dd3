"""Services that people do: say what it takes, and offer the person who does it."""

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.handoff import TOPIC_OF_INTENT
from bot.skills.policies import ask, citation_row
from core.errors import UpstreamUnavailable

DESKS = {
    "financing_apply": "质押融资由专员一对一办,从评估、担保到放款都跟到底。能不能贷、贷多少由银行定。",
    "enforcement_aid": "维权援助由专员受理,先看权利是否有效、证据够不够、走哪条路合算。",
    "policy_match": "能申请哪些补贴要对照企业情况看,由政策专员核对后答复;能不能拿到由主管部门定。",
    "patent_fee": "年费和滞纳金要按申请日、类型和减缴情况算,由专利专员核对后告诉您。",
    "patent_valuation": "专利估值由专员先做估算,正式价值要由有资质的评估机构出具。",
    "patent_watch": "预警监控由专利专员设置,有变化通知您。",
    "supply_post": "转让、许可和挂牌由供需专员登记,先核对权利状态再发布。还没申请专利的技术细节先别发出来。",
    "demand_post": "技术需求由供需专员登记并找匹配,可以先匿名。",
    "market_browse": "供需信息由专员按您的需求挑给您。",
    "training_browse": "近期的培训和名额由培训专员告诉您。",
    "training_book": "培训报名由培训专员登记,确认名额后回您。",
    "training_cancel": "取消报名由培训专员处理。",
    "analysis_request": "侵权、专利性和自由实施分析由专家做,专员先和您定范围和报价。",
    "filing_request": "专利申请、商标注册和版权登记由专员对接代理机构,先列材料清单。",
    "evidence_timestamp": "存证和时间戳由专员协助办理。原件先留在您手里,不用发过来。",
    "portfolio": "专利托管由专员登记核对,核对权属后纳入管理。",
    "incubation": "孵化和投资对接由专员受理,不承诺投资结果。",
}


def offer_desk(context: TurnContext) -> Reply:
    """One sentence about the service, what our guides say about it, and the offer of the person in charge."""
    intent = context.understanding.intent or ""
    topic = TOPIC_OF_INTENT.get(intent, "general")
    guide, citations = _guide(context)
    text = f"{DESKS[intent]}\n{guide}".strip()
    pending = {"kind": "handoff", "topic": topic, "question": context.text}
    return Reply(
        f"{text}\n现在转给专员吗?回复“好”就转。",
        choices=(Choice("好", "转给专员"), Choice("算了", "先不用")),
        citations=citations,
        memory={"pending": pending, "topic": topic},
    )


def _guide(context: TurnContext) -> tuple[str, tuple[dict[str, object], ...]]:
    """What our sources say, where it is short and certain."""
    try:
        answer = ask(context)
    except UpstreamUnavailable:
        return "", ()
    if answer.abstained or len(answer.text) > 260:
        return "", ()
    return answer.text, tuple(citation_row(item) for item in answer.citations)
