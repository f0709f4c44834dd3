"""时间戳存证: the hash of a thing gets a signed time, and where wanted a notary's certificate. The secret may stay at
home: the hash can be computed in the client."""

from datetime import timedelta
from typing import Annotated

from pydantic import StringConstraints

from models import CaseOutcome
from services.casework.file_types import DOCX, JPEG, PDF, PNG, TOKEN, XLSX
from services.catalogue.common import WITHDRAWN
from services.catalogue.fields import (
    Ask,
    Choice,
    CompanyName,
    Condition,
    Form,
    Line,
    Phone,
    Privacy,
    Reads,
    YesNo,
)
from services.catalogue.model import EVERYBODY, STAFF_MOVES, Actor, Clock, Move, Service, Stage, Work
from services.catalogue.model import WantedDocument as Wanted

KEY = "evidence_timestamp"
ORIGINAL, TIME_STAMP_TOKEN = "original", "token"
SYSTEM_MOVES = frozenset({Actor.SYSTEM})

Sha256 = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[0-9a-fA-F]{64}$"),
    Reads.LINE,
]


class Thing(Choice):
    DRAWING = "drawing", "设计图"
    DESIGN = "technical", "技术资料"
    SOURCE_CODE = "source_code", "源代码"
    WORK = "work", "作品"
    CONTRACT = "contract", "合同"
    OTHER = "other", "其他"


class Mode(Choice):
    HASH = "hash", "只交哈希值"
    UPLOAD = "upload", "上传原件"


class EvidenceForm(Form):
    title: Annotated[Line, Ask("名称", "给这份存证起个名字。", "散热结构设计图第3版", privacy=Privacy.STAFF)]
    thing: Annotated[Thing, Ask("类型", "存的是什么?")]
    mode: Annotated[
        Mode,
        Ask("方式", "原件要上传吗?只交哈希值的话,原件不离开您的设备。", "只交哈希值"),
    ]
    sha256: Annotated[
        Sha256,
        Ask(
            "SHA-256",
            "文件的SHA-256是多少?在小程序里选文件会自动算好,也可以发64位的值。",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            only_if=Condition("mode", frozenset({Mode.HASH.value})),
            refusal="SHA-256是64位的数字和字母a到f,请核对后再发。",
        ),
    ]
    holder: Annotated[
        CompanyName, Ask("权利人", "存证记在哪家企业名下?请发全称。", "广州云测科技有限公司", profile="company")
    ]
    show_title: Annotated[YesNo, Ask("公开名称", "核验页上可以显示这份存证的名称吗?", "不显示")]
    wants_notary: Annotated[YesNo, Ask("送公证", "盖好时间戳后要送公证吗?", "不用")]
    phone: Annotated[
        Phone, Ask("联系电话", "有事打哪个电话找您?", "13800138000", privacy=Privacy.PERSONAL, profile="phone")
    ]


class Stamp(Form):
    """What the token proves, as it was checked; `code` opens the public page."""

    sha256: Annotated[Sha256, Ask("SHA-256", "哈希值?")]
    stamped_at: Annotated[Line, Ask("时间", "时间?")]
    authority: Annotated[Line, Ask("授时机构", "授时机构?")]
    serial: Annotated[Line, Ask("序列号", "序列号?")]
    policy: Annotated[Line, Ask("策略", "策略?")]
    code: Annotated[Line, Ask("核验码", "核验码?")]


class Certificate(Form):
    office: Annotated[Line, Ask("公证机构", "哪家公证机构?", is_told=True)]
    receipt: Annotated[Line, Ask("受理号", "受理号?")]
    certificate: Annotated[Line, Ask("公证书编号", "公证书编号?", is_told=True)]


class NotaryProblem(Form):
    reason: Annotated[Line, Ask("原因", "没办成的原因?(会告诉企业)", is_told=True)]


WITHDRAW = Move("withdrawn", "撤回", EVERYBODY, tells="存证 {number} 已撤回,没有盖时间戳。")

SERVICE = Service(
    key=KEY,
    letters="CZ",
    name="时间戳存证",
    intro="给文件的哈希值盖可信时间戳,证明它在那一刻已经存在;要不要采信由法院和主管部门定。",
    topic="enforcement",
    intents=frozenset({"evidence_timestamp"}),
    form=EvidenceForm,
    submitted="已收到,单号 {number}。盖好时间戳马上告诉您;选了上传原件的,请在小程序这一单里上传。",
    documents=(
        Wanted(
            ORIGINAL, "原件", "由我们算哈希值,盖时间戳", frozenset({PDF, JPEG, PNG, DOCX, XLSX}),
            only_if=Condition("mode", frozenset({Mode.UPLOAD.value})),
        ),
        Wanted(TIME_STAMP_TOKEN, "时间戳凭证", "证明盖章时间,可以离线核验", frozenset({TOKEN}), is_ours=True),
    ),
    stages=(
        Stage(
            "received",
            "待盖时间戳",
            "等盖时间戳。选了上传原件的,传上来就盖。",
            (Move("stamped", "盖时间戳", SYSTEM_MOVES, asks=Stamp), WITHDRAW),
            work=Work.TIME_STAMP,
        ),
        Stage(
            "stamped",
            "已盖时间戳",
            "已盖时间戳,凭证可以下载。",
            (
                Move("notary_sent", "送公证", SYSTEM_MOVES | EVERYBODY, documents=(TIME_STAMP_TOKEN,)),
                Move("done", "办结", SYSTEM_MOVES | EVERYBODY, documents=(TIME_STAMP_TOKEN,)),
            ),
        ),
        Stage(
            "notary_sent",
            "公证办理中",
            "已盖时间戳,公证在办。",
            (
                Move("certified", "公证处已出证", SYSTEM_MOVES, asks=Certificate,
                     tells="存证 {number} 公证处已出证。"),
                Move("notary_failed", "公证没办成", SYSTEM_MOVES | STAFF_MOVES, asks=NotaryProblem,
                     tells="存证 {number} 的公证没办成,时间戳仍然有效。"),
            ),
            work=Work.NOTARY,
        ),
        Stage(
            "certified",
            "已出公证",
            "公证处已出证。",
            (Move("done", "办结", SYSTEM_MOVES | EVERYBODY),),
        ),
        Stage(
            "notary_failed",
            "公证未成",
            "公证没办成,时间戳仍然有效。可以再送,也可以办结。",
            (
                Move("notary_sent", "再送公证", EVERYBODY, documents=(TIME_STAMP_TOKEN,)),
                Move("done", "办结", EVERYBODY),
            ),
        ),
        Stage("done", "已办结", "已办结,凭证可以下载。", outcome=CaseOutcome.DONE),
        WITHDRAWN,
    ),
    clocks=(
        Clock(
            "stamp",
            "盖时间戳",
            frozenset({"received"}),
            working_hours=14,
            reminders=(timedelta(hours=4),),
            tells_owner="存证 {number} 还没盖时间戳。选了上传原件的,请在小程序这一单里上传;已经传过的不用再传。",
        ),
        Clock("notary", "公证出证", frozenset({"notary_sent"}), working_hours=70, reminders=(timedelta(days=2),)),
    ),
    guide_question="时间戳存证有什么用",
)  # fmt: skip
