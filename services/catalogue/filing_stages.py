"""The way that every filing goes: materials, agent, filed with its official number, granted or refused."""

from datetime import timedelta
from typing import Annotated

from models import CaseOutcome
from services.catalogue.common import WITHDRAWN, refusal, withdrawal
from services.catalogue.fields import Ask, Day, Form, Line, Paragraph
from services.catalogue.model import STAFF_MOVES, Clock, Move, Party, Stage, Task


class Filed(Form):
    official_number: Annotated[Line, Ask("官方编号", "申请号或流水号?", is_told=True)]
    filed_on: Annotated[Day, Ask("申请日", "申请日期?", is_told=True)]


class OfficeAction(Form):
    what: Annotated[Line, Ask("官方通知", "什么通知?(会告诉企业)", is_told=True)]
    answer_by: Annotated[Day, Ask("答复期限", "最晚哪天答复?(会告诉企业)", is_told=True)]


class Granted(Form):
    certificate: Annotated[Line, Ask("证书号", "证书或公告号?", is_told=True)]


class Prepared(Form):
    draft: Annotated[Paragraph, Ask("递交文件", "写好了哪些文件?还缺什么?")]


def filing_tasks(*sees: str) -> tuple[Task, ...]:
    """The agency prepares the papers."""
    return (Task("prepare", "撰写和递交文件", Party.AGENCY, Prepared, 10, sees),)


def filing_stages(name: str, *documents: str) -> tuple[Stage, ...]:
    """`documents` must be there before the agency gets to work."""
    return (
        Stage(
            "submitted",
            "核对材料",
            "已提交,专员在核对材料。",
            (
                Move(
                    "preparing",
                    "交代理机构",
                    STAFF_MOVES,
                    documents=documents,
                    tells=f"{name} {{number}} 材料齐了,代理机构在写文件。",
                ),
                refusal(name),
                withdrawal(name),
            ),
        ),
        Stage(
            "preparing",
            "撰写中",
            "代理机构在写文件。",
            (
                Move(
                    "filed",
                    "已递交",
                    STAFF_MOVES,
                    asks=Filed,
                    tasks=("prepare",),
                    tells=f"{name} {{number}} 已递交官方。",
                ),
                refusal(name, verb="终止"),
                withdrawal(name),
            ),
            tasks=("prepare",),
        ),
        Stage(
            "filed",
            "审查中",
            "已递交,官方在审查。",
            (
                Move(
                    "office_action",
                    "收到通知",
                    STAFF_MOVES,
                    asks=OfficeAction,
                    tells=f"{name} {{number}} 收到官方通知,要在期限内答复。",
                ),
                Move("granted", "已授权或核准", STAFF_MOVES, asks=Granted, tells=f"{name} {{number}} 办下来了。"),
                refusal(name, to="rejected", verb="被驳回"),
            ),
        ),
        Stage(
            "office_action",
            "待答复",
            "收到官方通知,在准备答复。",
            (
                Move("filed", "已答复", STAFF_MOVES, tells=f"{name} {{number}} 已答复官方,继续等审查。"),
                Move("granted", "已授权或核准", STAFF_MOVES, asks=Granted, tells=f"{name} {{number}} 办下来了。"),
                refusal(name, to="rejected", verb="被驳回"),
            ),
        ),
        Stage("granted", "已办成", "办下来了。", outcome=CaseOutcome.DONE),
        Stage("rejected", "被驳回", "官方没有批准。", outcome=CaseOutcome.REFUSED),
        Stage("refused", "未受理", "没能继续办。", outcome=CaseOutcome.REFUSED),
        WITHDRAWN,
    )


FILING_CLOCKS = (
    Clock("materials", "材料核对", frozenset({"submitted"}), working_hours=21, reminders=(timedelta(hours=4),)),
    Clock("preparing", "撰写递交", frozenset({"preparing"}), working_hours=105, reminders=(timedelta(days=2),)),
    Clock(
        "answer",
        "官方答复期限",
        frozenset({"office_action"}),
        day=lambda context: context.result_day("office_action", "answer_by"),
        source="官方通知书指定的期限",
        reminders=(timedelta(days=30), timedelta(days=10), timedelta(days=3)),
        tells_owner="官方通知的答复期限快到了,单号 {number}。专员会跟您核对答复。",
    ),
)
