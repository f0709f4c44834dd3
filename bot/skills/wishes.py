"""What an unclear sentence may have wanted, as choices to tap."""

from bot.context import TurnContext
from bot.replies import Choice

# What each intent is called, and the sentence that is sent when it is tapped.
WISHES = {
    "patent_search": Choice("帮我查专利", "查专利"),
    "patent_fee": Choice("我的专利年费多少", "查年费"),
    "patent_valuation": Choice("帮我估一下专利值多少钱", "专利估值"),
    "patent_watch": Choice("帮我监控专利动态", "专利监控"),
    "policy_question": Choice("问政策", "问政策"),
    "policy_match": Choice("我们公司能拿什么补贴", "匹配补贴"),
    "supply_post": Choice("我有专利想转让", "转让专利"),
    "demand_post": Choice("我想求购技术", "求购技术"),
    "market_browse": Choice("看看有什么专利在卖", "逛供需"),
    "training_browse": Choice("最近有什么培训", "看培训"),
    "training_book": Choice("我要报名培训", "报名培训"),
    "training_cancel": Choice("取消我报的培训", "取消报名"),
    "financing_apply": Choice("想用专利质押贷款", "质押融资"),
    "enforcement_aid": Choice("有人侵权 请帮我维权", "维权援助"),
    "analysis_request": Choice("想做侵权风险分析", "专利分析"),
    "filing_request": Choice("帮我申请专利", "申请登记"),
    "evidence_timestamp": Choice("想做时间戳存证", "存证"),
    "portfolio": Choice("看看我托管的专利", "我的专利"),
    "incubation": Choice("项目想进孵化器", "项目孵化"),
    "case_progress": Choice("我的单子到哪了", "查进度"),
}
PERSON = Choice("转人工", "转人工")
# Less likely than this it would only distract.
PLAUSIBLE = 0.1
MOST = 2


def likely_wishes(context: TurnContext) -> tuple[Choice, ...]:
    """The one or two likeliest wishes and a person; empty where nothing is plausible."""
    ranked = context.resources.understander.rank(context.text)
    wishes = [WISHES[intent] for intent, chance in ranked if chance >= PLAUSIBLE and intent in WISHES][:MOST]
    return (*wishes, PERSON) if wishes else ()
