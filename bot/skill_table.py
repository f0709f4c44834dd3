"""Every skill of the bot by name: by intent, by dialogue act, by what was said word for word, and for one case each."""

from bot.flows import posting, posting_replies
from bot.skills import (
    Skill,
    custody,
    custody_changes,
    custody_payments,
    custody_photos,
    defence,
    desks,
    guidance,
    handoff,
    inbox,
    market,
    market_board,
    own_data,
    patent_details,
    patents,
    policies,
    progress,
    training,
    training_after,
    training_replies,
    watches,
)

INTENT_SKILLS = {
    "greeting": Skill("greeting", guidance.greet),
    "help": Skill("help", guidance.show_help),
    "patent_search": Skill("patent_search", patents.search),
    "patent_detail": Skill("patent_detail", patent_details.detail),
    "policy_question": Skill("policy", policies.answer_question),
    "case_progress": Skill("progress", progress.show_progress),
    "human_handoff": Skill("handoff", handoff.hand_off),
    "complaint": Skill("handoff", handoff.hand_off_complaint),
    "chitchat": Skill("chitchat", guidance.chat),
    "out_of_scope": Skill("out_of_scope", guidance.decline),
    "training_browse": Skill(training.NAME, training.browse),
    "training_book": Skill(training.NAME, training.book_by_words),
    "training_cancel": Skill(training.NAME, training.cancel_by_words),
    "portfolio": Skill(custody.NAME, custody.by_intent),
    "supply_post": Skill(posting_replies.NAME, posting.begin_offer),
    "demand_post": Skill(posting_replies.NAME, posting.begin_need),
    "patent_watch": Skill(watches.NAME, watches.follow_said),
    "market_browse": Skill(market.NAME, market_board.browse),
    **{intent: Skill("desk", desks.offer_desk) for intent in desks.DESKS},
}

ACT_SKILLS = {
    "cancel": Skill("cancel", guidance.cancel),
    "restart": Skill("restart", guidance.restart),
    "next_page": Skill("patent_search", patents.next_page),
    "previous_page": Skill("patent_search", patents.previous_page),
    "select_item": Skill("patent_detail", patent_details.detail),
}

WELCOME = Skill("welcome", guidance.welcome)
HELP = INTENT_SKILLS["help"]
MEDIA = Skill("media", guidance.explain_media)
LOCATION = Skill("location", guidance.note_location)
UNREAD = Skill("inbox", inbox.show_unread)
LOOSEN = Skill("patent_search", patents.loosen)
REFINE = Skill("patent_search", patents.refine)
SEARCH = INTENT_SKILLS["patent_search"]
DETAIL = INTENT_SKILLS["patent_detail"]
PORTFOLIO = Skill("patent_search", patents.search_portfolio)
SHOW_LIST = Skill("patent_search", patents.show_again)
GO_TO_PAGE = Skill("patent_search", patents.go_to_page)
FOLLOW_UP = Skill("policy", policies.answer_follow_up)
LEANING = Skill("policy", policies.answer_leaning)
DEFEND = Skill("desk", defence.defend)
FEE = Skill("desk", desks.offer_fee)
HOURS = Skill("chitchat", guidance.tell_hours)
FOREIGN = Skill("chitchat", guidance.only_chinese)
HOW_TO_SEARCH = Skill("help", guidance.explain_search)
ANSWER = INTENT_SKILLS["policy_question"]
VALUE = Skill("value", guidance.note_value)
UPSET = Skill("chitchat", guidance.upset)
ACCEPT_OFFER = Skill("handoff", handoff.hand_off_pending)
ACCEPT_LOOSER = Skill("patent_search", patents.accept_looser)
ACCEPT_NUMBER = Skill("patent_detail", patent_details.accept_number)
ACKNOWLEDGE = Skill("acknowledge", guidance.acknowledge)
STAND_DOWN = Skill("acknowledge", guidance.stand_down)
WITHDRAW_HANDOFF = Skill("handoff", handoff.withdraw)
AFTER_MISSES = Skill("handoff", handoff.hand_off_after_misses)
DELETE_DATA = Skill("own_data", own_data.ask_back)

# Said in these very words, by the menu above all; none of them needs to be understood.
BY_WORDS = {
    **dict.fromkeys(("未读", "查看未读", "未读消息", "看未读"), UNREAD),
    **dict.fromkeys(("帮助", "help", "菜单", "你好帮助", "怎么用", "功能"), HELP),
    own_data.CONFIRMATION: Skill("own_data", own_data.confirm),
    **dict.fromkeys(("单号多少", "单号是多少", "我的单号", "我的单号多少"), INTENT_SKILLS["case_progress"]),
    "怎么查专利": HOW_TO_SEARCH,
    "按号码查专利": Skill("patent_detail", patent_details.ask_for_number),
    **dict.fromkeys(("问政策", "随便问"), Skill("help", policies.invite)),
}
ACCEPTED = {
    "handoff": ACCEPT_OFFER,
    "loosen": ACCEPT_LOOSER,
    "number": ACCEPT_NUMBER,
    training.CONFIRMS_BOOKING: Skill(training.NAME, training.book_confirmed),
    training_after.CONFIRMS_HOLDER: Skill(training_after.NAME, training_after.claim_confirmed),
    market.WITHDRAW: Skill(market.NAME, market.withdraw_confirmed),
    custody_photos.OFFERED: Skill(custody.NAME, custody_photos.read_offered, is_slow=True),
    custody_photos.FOUND: Skill(custody.NAME, custody_photos.confirmed),
    custody_payments.FOUND: Skill(custody.NAME, custody_payments.confirmed),
    custody_changes.STOP: Skill(custody.NAME, custody_changes.stop_confirmed),
    training_replies.CONFIRMS_CANCELLING: Skill(training.NAME, training.cancel_confirmed),
}
