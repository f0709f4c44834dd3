"""What questions are about, in the words people use for it."""

from dataclasses import dataclass

from models import Subject

PAST_PAPERS = "past_papers"
SUBJECT_NAMES = {Subject.PATENT_LAW: "专利法律知识", Subject.RELATED_LAW: "相关法律知识"}


@dataclass(frozen=True)
class Topic:
    """`words` name it in a sentence."""

    subject: Subject
    name: str
    words: tuple[str, ...]


TOPICS = {
    "conditions": Topic(Subject.PATENT_LAW, "授权条件", ("授权条件", "新颖性", "创造性", "保护客体", "现有技术")),
    "ownership": Topic(Subject.PATENT_LAW, "权属和发明人", ("权属", "归属", "职务发明", "发明人")),
    "filing": Topic(Subject.PATENT_LAW, "申请文件和手续", ("申请文件", "申请手续", "权利要求书", "说明书")),
    "priority": Topic(Subject.PATENT_LAW, "优先权", ("优先权",)),
    "examination": Topic(Subject.PATENT_LAW, "审查和复审", ("审查", "复审", "驳回")),
    "invalidation": Topic(Subject.PATENT_LAW, "无效宣告", ("无效",)),
    "term_fees": Topic(Subject.PATENT_LAW, "期限和费用", ("期限", "费用", "年费")),
    "exploitation": Topic(Subject.PATENT_LAW, "许可、转让和质押", ("许可", "转让", "质押")),
    "protection": Topic(Subject.PATENT_LAW, "侵权和保护", ("侵权", "保护范围", "维权", "赔偿", "假冒")),
    "foreign": Topic(Subject.PATENT_LAW, "涉外和国际申请", ("涉外", "国际申请", "向外国", "保密审查", "PCT")),
    "agency": Topic(Subject.PATENT_LAW, "专利代理管理", ("专利代理条例", "代理管理", "代理机构")),
    "trademark": Topic(Subject.RELATED_LAW, "商标", ("商标",)),
    "copyright": Topic(Subject.RELATED_LAW, "著作权和软件", ("著作权", "版权", "软件", "软著")),
    "trade_secret": Topic(Subject.RELATED_LAW, "商业秘密和不正当竞争", ("商业秘密", "不正当竞争")),
    "competition": Topic(Subject.RELATED_LAW, "反垄断", ("垄断",)),
    "contracts": Topic(Subject.RELATED_LAW, "技术合同和成果转化", ("技术合同", "成果转化", "民法典", "合同")),
    "other_ip": Topic(Subject.RELATED_LAW, "布图设计和海关保护", ("布图", "海关")),
    # What was imported from past papers carries no topic of its own.
    PAST_PAPERS: Topic(Subject.PATENT_LAW, "历年真题", ("真题", "历年")),
}


def topic_said(text: str) -> str | None:
    """The topic that a sentence names, the longest word first; None for none."""
    said = [(word, code) for code, topic in TOPICS.items() for word in topic.words if word.upper() in text.upper()]
    return max(said, key=lambda pair: len(pair[0]))[1] if said else None


def subject_said(text: str) -> Subject | None:
    """专利法的题, 相关法的题."""
    if "相关法" in text:
        return Subject.RELATED_LAW
    return Subject.PATENT_LAW if "专利法" in text else None
