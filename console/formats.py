"""How values read on the pages: times as people say them, promises by the time that is left."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, url_for
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from core.clock import CHINA, china_date
from core.i18n import WEEKDAYS, chinese_date, chinese_duration, chinese_time
from models import CaseStatus, ConversationStatus, Platform, Staff, TaskState
from services.allowances import AllowanceView
from services.catalogue.fields import Reads, fields_of
from services.handoff_package import REASON_WORDS
from services.notifications import count_unread, message_line, newest_notification_id, user_label
from services.permissions import Action, may
from services.resources import Resources
from services.staff import ROLE_NAMES
from services.topics import ABILITY_NAMES, SKILL_NAMES, TALENT_NAMES

SOON = timedelta(minutes=15)
# A service's clock runs for days: what ends within one is soon.
CLOCK_SOON = timedelta(days=1)
CASE_NUMBER = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{6}-[0-9]{4,}(?![0-9])")
STATUS_NAMES = {
    CaseStatus.WAITING: "待派单",
    CaseStatus.OFFERED: "待接单",
    CaseStatus.ACCEPTED: "处理中",
    CaseStatus.ESCALATED: "已升级",
    CaseStatus.CLOSED: "已结束",
    ConversationStatus.PENDING: "助手接待",
    ConversationStatus.OPEN: "处理中",
    ConversationStatus.RESOLVED: "已结束",
}
TASK_STATES = {
    TaskState.WAITING: "待指定",
    TaskState.OPEN: "办理中",
    TaskState.DONE: "已完成",
    TaskState.REFUSED: "办不了",
    TaskState.CANCELLED: "已取消",
}
EVENT_NAMES = {
    "opened": "建单", "offered": "派单", "accepted": "接单", "rerouted": "超时改派", "escalated": "升级给主管",
    "transferred": "转出", "noted": "备注", "replied": "回复", "closed": "结束", "released": "交回助手",
    "promise_missed": "超过答应的时间", "asked_again": "用户再次要求",
}  # fmt: skip
ACTION_NAMES = {
    "login": "登录", "login_failed": "登录失败", "logout": "退出", "password_changed": "修改密码",
    "password_reset": "重置密码", "staff_created": "新建账号", "staff_updated": "修改账号", "available": "开始接单",
    "unavailable": "暂停接单", "accepted": "接单", "reply": "回复", "note": "备注", "transfer": "转出",
    "closed": "结束", "released": "交回助手", "quick_reply_saved": "保存快捷回复",
    "quick_reply_deleted": "删除快捷回复", "answer_drafted": "起草答案", "answer_saved": "改答案",
    "answer_submitted": "提交答案审核", "answer_withdrawn": "撤回答案", "answer_approved": "批准答案",
    "answer_rejected": "退回答案", "answer_blocked": "评估没通过", "answer_published": "发布答案",
    "answer_retired": "下线答案", "misses_set_aside": "问题不用回答", "document_checked": "核对资料",
    "document_added": "加材料", "document_removed": "删材料", "document_opened": "看材料",
    "record_drafted": "起草数据", "record_saved": "改数据", "record_submitted": "提交数据批准",
    "record_withdrawn": "撤回数据", "record_approved": "批准数据", "record_rejected": "退回数据",
    "record_retired": "停用数据", "record_checked": "核对数据", "institution_saved": "保存机构",
    "assign": "指派", "case_moved": "推进", "case_reopened": "重新开始", "task_given": "交给机构",
    "task_done": "任务完成", "task_refused": "任务办不了", "claim_granted": "通过企业认领",
    "claim_added": "把认领的人加为成员", "claim_transferred": "企业换负责人",
    "claim_refused": "不通过企业认领", "minutes_drawn": "汇总纪要",
    "minutes_agreed": "确认纪要", "minutes_refused": "不同意纪要", "course_created": "新建课程",
    "question_created": "新建题目", "question_changed": "改题目", "questions_imported": "导入题目",
    "session_created": "新建场次", "session_changed": "改场次", "session_cancelled": "取消场次",
    "session_message": "给报名的人发通知", "checked_in": "签到", "check_in_undone": "撤回签到",
    "absent_marked": "记未到场", "absence_excused": "未到场免计", "booked_by_hand": "代报名",
    "answered_by_hand": "代记回答",
    "walked_in": "现场登记", "offer_accepted_by_hand": "代确认名额", "cancelled_by_hand": "代取消报名",
    "caller_forgotten": "删除无账号的个人信息", "participants_exported": "导出名单",
    "certificates_on": "课程发证书", "certificates_off": "课程不发证书",
    "certificate_revoked": "撤销证书", "certificate_given": "代开证书", "campaign_created": "新建专题",
    "campaign_changed": "改专题", "campaign_withdrawn": "撤下专题",
    "templates_fetched": "取模板列表", "template_set": "设置模板", "mailing_written": "写群发",
    "mailing_tested": "测试群发", "mailing_started": "开始群发", "mailing_paused": "暂停群发",
    "mailing_resumed": "继续群发", "mailing_cancelled": "取消群发",
    "custody_proved": "托管权属通过", "custody_refused": "托管权属不通过",
    "custody_paper_opened": "打开权属材料",
    "post_published": "发布供需", "post_refused": "退回供需",
    "deal_taken": "接交易", "deal_handed_on": "转出交易", "deal_noted": "交易备注", "deal_wrote": "写给交易一方",
    "deal_checked": "核对交易清单", "deal_signed": "登记交易合同", "deal_completed": "登记交易合同并办完",
    "deal_publicity_started": "登记交易公示",
    "deal_publicity_earlier": "登记谈成前的公示,核对过名称和价格一致",
    "deal_publicity_lifted": "登记交易不用公示",
    "deal_publicity_objected": "记公示异议", "deal_publicity_handled": "处理公示异议",
    "transfer_flag_seen": "看过转让线索", "transfer_flag_fine": "转让线索没问题",
    "transfer_flag_pursue": "转让线索要查",
    "credit_proposed": "提一条企业信用", "credit_confirmed": "确认企业信用", "credit_dropped": "企业信用不记",
    "credit_ended": "企业信用不再计", "credit_plea_granted": "企业信用异议或修复成立",
    "credit_plea_refused": "企业信用异议或修复不成立",
    "session_post_shown": "培训旁放供需", "session_post_taken_away": "培训旁撤下供需",
    "account_marked": "设重点客户", "account_unmarked": "不再是重点客户",
    "event_set_up": "新建对接活动", "event_called_off": "取消对接活动", "event_arranged": "排会谈",
    "event_meeting_nothing": "记会谈没谈成", "event_meeting_talks": "记会谈接着谈",
    "event_meeting_absent": "记会谈有人没到",
    "deal_registered": "登记交易备案", "deal_back": "交易退回洽谈", "deal_ended": "终止交易",
}  # fmt: skip
PLATFORM_NAMES = {Platform.OFFICIAL_ACCOUNT: "公众号", Platform.MINI_PROGRAM: "小程序"}
TARGET_NAMES = {"case": "单号", "conversation": "会话", "staff": "员工", "quick_reply": "快捷回复", "answer": "答案",
                "document": "资料", "miss": "没答上的", "record": "数据", "institution": "机构",
                "claim": "企业认领", "course": "课程", "session": "培训场次", "booking": "报名",
                "question": "题目", "campaign": "专题", "custody": "托管", "post": "供需", "template": "模板",
                "templates": "模板", "mailing": "群发", "deal": "交易", "event": "对接活动",
                "credit": "企业信用", "company": "企业"}  # fmt: skip
NOTICE_ICONS = {
    "case_assigned": "person-plus", "transfer": "arrow-left-right", "case_escalated": "exclamation-triangle",
    "promise_missed": "alarm", "user_message": "chat-dots", "answer_waiting": "clipboard-check",
    "answer_published": "check2-circle", "answer_blocked": "exclamation-circle", "answer_rejected": "arrow-return-left",
    "clock": "alarm", "task": "list-check", "case_news": "folder2-open", "company_claim": "building-check",
    "custody_proof": "patch-check", "market_post": "shop", "deal": "arrow-left-right",
    "credit": "shield-check",
}  # fmt: skip


def clock_time(at: datetime) -> str:
    """10:05"""
    local = at.astimezone(CHINA)
    return f"{local.hour}:{local.minute:02d}"


def day_name(at: datetime, now: datetime) -> str:
    """今天, 昨天, 11月20日 周五"""
    days = (china_date(now) - china_date(at)).days
    return ("今天", "昨天")[days] if days in (0, 1) else day_in_full(at, now)


def day_in_full(at: datetime, now: datetime) -> str:
    """11月20日 周五, with the year where it is not this one."""
    local, today = china_date(at), china_date(now)
    year = f"{local.year}年" if local.year != today.year else ""
    return f"{year}{local.month}月{local.day}日 {WEEKDAYS[local.weekday()]}"


def promise_class(at: datetime, now: datetime) -> str:
    """late, soon, fine: the colour of a promise."""
    if at <= now:
        return "late"
    return "soon" if at - now <= SOON else "fine"


def clock_class(at: datetime, now: datetime) -> str:
    """late, soon, fine: the colour of a service's clock."""
    if at <= now:
        return "late"
    return "soon" if at - now <= CLOCK_SOON else "fine"


def promise_words(at: datetime, now: datetime) -> str:
    """超时5分钟, 还有12分钟, 今天17:30前"""
    if at <= now:
        return "刚超时" if now - at < timedelta(minutes=1) else f"超时{chinese_duration(now - at)}"
    if at - now < timedelta(minutes=60):
        return f"还有{max(1, int((at - now).total_seconds() // 60))}分钟"
    return f"{chinese_time(at, now)}前"


def allowance_words(view: AllowanceView, now: datetime) -> str:
    """还能发3条,到今天21:40"""
    if view.until_at is None:
        return "现在发不出去:要等用户再发消息。您写的会放进站内信。"
    return f"还能发{view.left_count}条,到{chinese_time(view.until_at, now)}"


def unbroken(text: str) -> Markup:
    """Text for a page in which no line ends inside a case number: browsers break after its hyphen."""
    return Markup(CASE_NUMBER.sub(r'<span class="nowrap">\g<0></span>', str(escape(text))))


def add_formats(blueprint: Blueprint, resources: Resources) -> None:
    """Names and filters for the templates."""

    @blueprint.app_template_filter("spoken_time")
    def spoken_time(at: datetime) -> str:
        return chinese_time(at, resources.clock.now())

    @blueprint.app_template_filter("read_date")
    def read_date(day: str) -> str:
        """An ISO date as a citation keeps it; anything else as it is."""
        try:
            return chinese_date(date.fromisoformat(str(day)[:10]))
        except ValueError:
            return str(day)

    blueprint.add_app_template_filter(unbroken)

    @blueprint.app_template_filter("skill_name")
    def skill_name(skill: str) -> str:
        return ABILITY_NAMES.get(skill, skill)

    @blueprint.app_template_filter("target_name")
    def target_name(target: str, people: Sequence[Staff]) -> str:
        kind, _, name = target.partition(":")
        names = {str(person.id): person.display_name for person in people} if kind == "staff" else {}
        return f"{TARGET_NAMES.get(kind, kind)} {names.get(name, name)}".replace("unknown", "不存在的用户名")

    @blueprint.context_processor
    def common() -> dict[str, Any]:
        staff = current_user.staff if current_user.is_authenticated else None
        unread = known_notice = 0
        if staff is not None:
            with resources.database.reading() as session:
                known_notice = newest_notification_id(session)
                unread = count_unread(session, staff.id)
        return {
            "me": staff,
            "now": resources.clock.now(),
            "unread": unread,
            "known_notice": known_notice,
            "may": may,
            "Action": Action,
            "asset": asset_url,
            "user_label": user_label,
            "message_line": message_line,
            "csrf_token": generate_csrf,
            "SKILL_NAMES": SKILL_NAMES,
            "TALENT_NAMES": TALENT_NAMES,
            "ABILITY_NAMES": ABILITY_NAMES,
            "ROLE_NAMES": ROLE_NAMES,
            "STATUS_NAMES": STATUS_NAMES,
            "EVENT_NAMES": EVENT_NAMES,
            "ACTION_NAMES": ACTION_NAMES,
            "REASON_NAMES": REASON_WORDS,
            "PLATFORM_NAMES": PLATFORM_NAMES,
            "NOTICE_ICONS": NOTICE_ICONS,
            "clock_time": clock_time,
            "day_name": day_name,
            "day_in_full": day_in_full,
            "china_date": china_date,
            "duration": chinese_duration,
            "promise_class": promise_class,
            "clock_class": clock_class,
            "TASK_STATES": TASK_STATES,
            "Reads": Reads,
            "fields_of": fields_of,
            "promise_words": promise_words,
            "allowance_words": allowance_words,
        }


def asset_url(name: str) -> str:
    """The address of a static file with its version, so that a browser may keep it until it changes."""
    return url_for("console.static", filename=name, v=_version(name))


@cache
def _version(name: str) -> str:
    path = Path(__file__).parent / "static" / name
    return sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "missing"
