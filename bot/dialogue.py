"""Which skill answers: events and menu keys first, then dialogue acts, then the sentence's intent."""

from typing import Any

from bot.context import TurnContext
from bot.rendering import payloads_of
from bot.replies import Reply
from bot.skills import Skill, desks, guidance, handoff, inbox, patents, policies, progress

# Two in a row lead to a person; the offer itself is never a further question.
MISSES_BEFORE_HANDOFF = 2
CONFIDENT = 0.35
SURROUNDINGS = " 。.!?“”'"

MENU_TEXTS = {
    "menu.patents": "怎么查专利",
    "menu.number": "按号码查专利",
    "menu.policies": "问政策",
    "menu.fees": "专利年费怎么缴",
    "menu.infringement": "被抄袭了第一步做什么",
    "menu.financing": "想用专利质押贷款",
    "menu.enforcement": "有人抄袭我们的专利产品,请帮忙维权",
    "menu.training": "近期有什么培训",
    "menu.progress": "我的单子到哪一步了",
    "menu.help": "帮助",
    "menu.human": "转人工",
}

INTENT_SKILLS = {
    "greeting": Skill("greeting", guidance.greet),
    "help": Skill("help", guidance.show_help),
    "patent_search": Skill("patent_search", patents.search),
    "patent_detail": Skill("patent_detail", patents.detail),
    "policy_question": Skill("policy", policies.answer_question),
    "case_progress": Skill("progress", progress.show_progress),
    "human_handoff": Skill("handoff", handoff.hand_off),
    "complaint": Skill("handoff", handoff.hand_off_complaint),
    "chitchat": Skill("chitchat", guidance.chat),
    "out_of_scope": Skill("out_of_scope", guidance.decline),
    **{intent: Skill("desk", desks.offer_desk) for intent in desks.DESKS},
}

ACT_SKILLS = {
    "cancel": Skill("cancel", guidance.cancel),
    "restart": Skill("restart", guidance.restart),
    "next_page": Skill("patent_search", patents.next_page),
    "previous_page": Skill("patent_search", patents.previous_page),
    "select_item": Skill("patent_detail", patents.detail),
}

WELCOME = Skill("welcome", guidance.welcome)
HELP = INTENT_SKILLS["help"]
MEDIA = Skill("media", guidance.explain_media)
LOCATION = Skill("location", guidance.note_location)
UNREAD = Skill("inbox", inbox.show_unread)
LOOSEN = Skill("patent_search", patents.loosen)
REFINE = Skill("patent_search", patents.refine)
ACCEPT_OFFER = Skill("handoff", handoff.hand_off_pending)
ACKNOWLEDGE = Skill("acknowledge", guidance.acknowledge)
AFTER_MISSES = Skill("handoff", handoff.hand_off_after_misses)


class Dialogue:
    """Chooses a skill for a message and renders its reply; holds no state of its own."""

    payloads = staticmethod(payloads_of)

    def choose(self, context: TurnContext) -> Skill:
        """The skill that answers; a second miss in a row becomes a hand-off whatever the skill was."""
        skill = self._choose(context)
        if context.memory.get("misses", 0) < MISSES_BEFORE_HANDOFF - 1 or skill.name in {"handoff", "welcome", "help"}:
            return skill
        return Skill(skill.name, _or_person(skill), is_slow=skill.is_slow)

    def _choose(self, context: TurnContext) -> Skill:
        if context.kind == "event":
            return WELCOME if context.event in {"subscribe", "scan", "user_enter_tempsession"} else HELP
        if context.kind == "location":
            return LOCATION
        if not context.text:
            return MEDIA if context.kind != "text" else HELP
        return self._choose_for_text(context)

    def _choose_for_text(self, context: TurnContext) -> Skill:
        text = context.text.strip(SURROUNDINGS)
        if text in {"未读", "查看未读", "未读消息"}:
            return UNREAD
        if text in {"帮助", "help", "?", "菜单"}:
            return HELP
        if text.startswith(("去掉", "不限")) and context.memory.get("list"):
            return LOOSEN
        understood = context.understanding
        if understood.intent in {"human_handoff", "complaint"}:
            return INTENT_SKILLS[understood.intent]
        if understood.intent is None and understood.act is not None:
            return self._choose_for_act(context, understood.act)
        if understood.intent is None or understood.confidence < CONFIDENT:
            return Skill("policy", _policy_or_rephrase)
        return INTENT_SKILLS.get(understood.intent, HELP)

    def _choose_for_act(self, context: TurnContext, act: str) -> Skill:
        if act in ACT_SKILLS:
            return ACT_SKILLS[act]
        pending: dict[str, Any] = context.memory.get("pending") or {}
        if act == "affirm" and pending.get("kind") == "handoff":
            return ACCEPT_OFFER
        if act in {"affirm", "deny"}:
            return ACKNOWLEDGE
        if act == "inform" and (context.memory.get("list") or {}).get("kind") == "patents":
            return REFINE
        return Skill("policy", _policy_or_rephrase)


def _policy_or_rephrase(context: TurnContext) -> Reply:
    """An unclear sentence may still be a question that our sources answer; otherwise ask again."""
    reply = policies.answer_question(context)
    return guidance.rephrase(context) if reply.is_miss else reply


def _or_person(skill: Skill) -> Any:
    def answer(context: TurnContext) -> Reply:
        reply = skill.answer(context)
        return AFTER_MISSES.answer(context) if reply.is_miss else reply

    return answer


MENU = {
    "button": [
        {
            "name": "查专利",
            "sub_button": [
                {"type": "click", "name": "怎么查专利", "key": "menu.patents"},
                {"type": "click", "name": "按号码查", "key": "menu.number"},
            ],
        },
        {
            "name": "问政策",
            "sub_button": [
                {"type": "click", "name": "年费怎么缴", "key": "menu.fees"},
                {"type": "click", "name": "被抄袭怎么办", "key": "menu.infringement"},
                {"type": "click", "name": "随便问", "key": "menu.policies"},
            ],
        },
        {
            "name": "找专员",
            "sub_button": [
                {"type": "click", "name": "质押融资", "key": "menu.financing"},
                {"type": "click", "name": "维权援助", "key": "menu.enforcement"},
                {"type": "click", "name": "培训报名", "key": "menu.training"},
                {"type": "click", "name": "办理进度", "key": "menu.progress"},
                {"type": "click", "name": "转人工", "key": "menu.human"},
            ],
        },
    ]
}
