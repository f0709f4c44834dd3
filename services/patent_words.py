"""The Chinese words for what a patent search is narrowed by, the same in chat, in the mini-program and in messages."""

from models.patent import LegalStatus, PatentKind
from nlp.patent_index import GRANTED

KIND_NAMES: dict[str, str] = {
    PatentKind.INVENTION: "发明",
    PatentKind.UTILITY_MODEL: "实用新型",
    PatentKind.DESIGN: "外观设计",
}
STATUS_NAMES: dict[str, str] = {
    LegalStatus.PENDING: "审中",
    # Not a state of the register but a question about it: in force or ended since.
    GRANTED: "已授权",
    LegalStatus.ACTIVE: "有效",
    LegalStatus.LAPSED: "失效",
    LegalStatus.REJECTED: "驳回",
    LegalStatus.WITHDRAWN: "撤回",
    # 无效 alone could be taken for 失效: this one was declared invalid (Patent Law, art. 46).
    LegalStatus.INVALIDATED: "被宣告无效",
}
APPLICANT_TYPE_NAMES = {
    "enterprise": "企业",
    "university": "高校",
    "institute": "科研院所",
    "hospital": "医院",
    "individual": "个人",
    "government": "机关",
}
# Which of a patent's dates a period means: 2020年以后申请.
DATE_FIELD_NAMES = {"application": "申请", "publication": "公开", "grant": "授权"}
