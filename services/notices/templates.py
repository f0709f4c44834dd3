"""The register of templates: what WeChat lists for each app, and what each is for here."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.logs import get_logger
from models import MessageTemplate, Platform, Staff, TemplateKind, Topic
from services.audit import record_action
from services.notices.facts import SAMPLE, filled, may_fill
from services.permissions import Action, check_may
from services.ports import WeChat, WeChatTemplate

log = get_logger(__name__)

STALE = "同事刚改过这个模板,请刷新后再改。"
# The old kind is only for what somebody asked to be told of; anything else WeChat takes for advertising and bans.
TEMPLATE_TOPICS = (Topic.DEADLINE, Topic.CASE)
LISTS = {
    Platform.OFFICIAL_ACCOUNT: (TemplateKind.SUBSCRIPTION, TemplateKind.TEMPLATE),
    Platform.MINI_PROGRAM: (TemplateKind.SUBSCRIPTION,),
}

Found = Mapping[tuple[Platform, TemplateKind], Sequence[WeChatTemplate]]


def check_may_fetch(staff: Staff) -> None:
    """Asked before WeChat is. Raises Forbidden."""
    check_may(staff, Action.EDIT_TEMPLATES)


def fetch_templates(apps: Mapping[Platform, WeChat]) -> Found:
    """Ask WeChat, outside any unit of work. Raises WeChatError."""
    return {
        (platform, kind): app.list_templates(kind) for platform, app in apps.items() for kind in LISTS[platform]
    }  # fmt: skip


def note_templates(session: Session, staff: Staff, found: Found, now: datetime) -> int:
    """Bring the register to what WeChat lists; answers how many templates it lists. What each is for stays; one whose
    keywords changed is for nothing until somebody says so anew, and one that is not listed any more is not used."""
    check_may(staff, Action.EDIT_TEMPLATES)
    known = {(row.platform, row.template_id): row for row in session.scalars(select(MessageTemplate).with_for_update())}
    listed = [(platform, each) for (platform, _), templates in found.items() for each in templates]
    for platform, each in listed:
        keywords = [{"code": k.code, "name": k.name, "options": list(k.options)} for k in each.keywords]
        row = known.get((platform, each.template_id))
        if row is None:
            row = MessageTemplate(
                platform=platform, kind=each.kind, template_id=each.template_id, keywords=keywords, fills={}
            )
            session.add(row)
        elif row.keywords != keywords:
            row.keywords, row.topic, row.fills, row.version = keywords, None, {}, row.version + 1
        row.title, row.example, row.seen_at, row.gone_at = each.title, each.example, now, None
    present = {(platform, each.template_id) for platform, each in listed}
    for key, row in known.items():
        kind = (Platform(row.platform), TemplateKind(row.kind))
        if kind in found and key not in present and row.gone_at is None:
            row.gone_at = now
    session.flush()
    record_action(session, staff=staff, action="templates_fetched", target="templates", now=now, count=len(listed))
    return len(listed)


def list_templates(session: Session, staff: Staff) -> Sequence[MessageTemplate]:
    """All of them, those that WeChat does not list any more last."""
    check_may(staff, Action.EDIT_TEMPLATES)
    order = (MessageTemplate.gone_at.is_not(None), MessageTemplate.platform, MessageTemplate.kind, MessageTemplate.id)
    return session.scalars(select(MessageTemplate).order_by(*order)).all()


def set_template(
    session: Session,
    staff: Staff,
    template_number: int,
    *,
    topic: str,
    fills: Mapping[str, str],
    version: int,
    now: datetime,
) -> MessageTemplate:
    """Say what a template is for, "" for nothing, and what fills each keyword; tried with sample facts first.

    Raises NotFound, Conflict for an older version, InvalidInput by keyword.
    """
    check_may(staff, Action.EDIT_TEMPLATES)
    row = session.get(MessageTemplate, template_number, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("没有这个模板。")
    if row.version != version:
        raise Conflict(STALE)
    if topic:
        _check(row, topic, fills)
    row.topic = topic or None
    row.fills = {keyword["code"]: fills[keyword["code"]] for keyword in row.keywords} if topic else {}
    row.problem = None
    row.version += 1
    session.flush()
    record_action(session, staff=staff, action="template_set", target=f"template:{row.id}", now=now, topic=topic)
    return row


def _check(row: MessageTemplate, topic: str, fills: Mapping[str, str]) -> None:
    problems = {}
    if topic not in set(Topic):
        problems["topic"] = "请选一个主题"
    elif row.kind == TemplateKind.TEMPLATE and topic not in TEMPLATE_TOPICS:
        problems["topic"] = "模板消息只能用于期限和办理进度"
    if not row.keywords:
        problems["topic"] = "这个模板没有读到关键词"
    for keyword in row.keywords:
        code = keyword["code"]
        if not may_fill(code, fills.get(code, "")):
            problems[code] = "选一个放得下的内容"
        elif not keyword["options"] and filled([keyword], fills, SAMPLE) is None:
            problems[code] = "样例放不进去"
    if problems:
        raise InvalidInput("有几处还不能用。", fields=problems)


def usable_templates(session: Session, topic: str) -> Sequence[MessageTemplate]:
    """Those for a topic that WeChat has and did not refuse lately."""
    return session.scalars(
        select(MessageTemplate)
        .where(MessageTemplate.topic == topic, MessageTemplate.gone_at.is_(None), MessageTemplate.problem.is_(None))
        .order_by(MessageTemplate.id)
    ).all()


def templates_to_ask_for(session: Session, platform: Platform) -> Sequence[MessageTemplate]:
    """What the mini-program may ask people to subscribe to."""
    return session.scalars(
        select(MessageTemplate)
        .where(
            MessageTemplate.platform == platform,
            MessageTemplate.kind == TemplateKind.SUBSCRIPTION,
            MessageTemplate.topic.is_not(None),
            MessageTemplate.gone_at.is_(None),
        )
        .order_by(MessageTemplate.topic, MessageTemplate.id)
    ).all()


def note_problem(session: Session, template_id: str, platform: str, problem: str) -> None:
    """WeChat refused what this template was sent with: nobody else is sent it until somebody looked."""
    row = session.scalar(
        select(MessageTemplate).where(MessageTemplate.template_id == template_id, MessageTemplate.platform == platform)
    )
    if row is not None:
        row.problem = problem[:160]
        log.warning("template_refused", template=row.id, problem=row.problem)
